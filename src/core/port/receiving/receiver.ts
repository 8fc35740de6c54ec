/**
 * The receiving half of a port: from the Syncs of the master that it is told to follow, and the path delay of either
 * mechanism, to this clock's offset from that master (clauses 9.5.4 to 9.5.7, 9.5.11, 11.2, 11.3). Which master that is, and
 * what is done about an offset, is decided elsewhere. A pure state machine.
 */
import { stepDelayExchange } from '../../exchange/delay-exchange.js';
import type { DelayEvent, DelayMeasurement } from '../../exchange/delay-exchange.js';
import type { DiscardReason } from '../../exchange/discard-reason.js';
import { meanPathDelay, offsetFromMaster } from '../../exchange/offset.js';
import { withPathDelay, type PathDelays } from '../../exchange/path-delay.js';
import { stepSyncExchange } from '../../exchange/sync-exchange.js';
import type { SyncEvent, SyncMeasurement } from '../../exchange/sync-exchange.js';
import type { LinkDelay, Output, PeerAddress } from '../../io.js';
import type { Range } from '../../profile/profile.js';
import { movingMedian } from '../../servo/moving-median.js';
import { samePortIdentity } from '../../time/identity.js';
import type { Instant } from '../../time/instant.js';
import { sumOf, zeroTimeInterval, type TimeInterval } from '../../time/time-interval.js';
import type { MessageOf } from '../../wire/message.js';
import { delayReq, delayReqsUnderWay, delayReqTimer, toldInterval } from './delay-request.js';
import {
  discarded,
  nextSequenceId,
  timersOf,
  type PortEvent,
  type PortSettings,
  type ReceivedMessage,
} from '../port.js';
import {
  isFromMaster,
  nearestTo,
  withRemembered,
  type Following,
  type Measuring,
  type ReceiverState,
  type WithMaster,
} from './receiver-state.js';

/**
 * How messages travel between this port and its master. A port that listens to one kind leaves the other alone: a
 * master may send both, each with sequenceIds of its own. `hybrid`: Announce and Sync multicast, Delay_Req unicast.
 */
export type Transmission = 'multicast' | 'hybrid' | 'unicast';

export interface ReceiverSettings extends PortSettings {
  readonly transmission: Transmission;
  /** Until the master's Delay_Resp tells another. */
  readonly logMinDelayReqInterval: number;
  /** Half of what the way in takes longer than the way out (7.4.2); 0 unless set. */
  readonly delayAsymmetry?: TimeInterval;
  /**
   * The link as the port's peer-to-peer mechanism has measured it; asked at every Sync, and no Delay_Req is sent. Absent: the
   * port uses the delay request-response mechanism (8.2.15.4.4, delayMechanism).
   */
  readonly linkDelay?: () => LinkDelay;
  /** Path delays to be measured of a master before an offset from it is told; asked at each of them. Absent: one. */
  readonly pathDelaysNeeded?: () => number;
  /**
   * This clock's time at a time stamp: of a Sync asked when its measurement is complete, of a Delay_Req when its time stamp is
   * there. So it is what the clock has shown, whatever it has been steered by since. Absent: the time stamps are this clock's time.
   */
  readonly timeAt?: (raw: Instant) => Instant;
  /** The end-to-end path delays that count, in nanoseconds. Absent: all. */
  readonly meanPathDelayNs?: Range;
  /** What a master may tell of the interval; the profile's unless set. */
  readonly toldLogMinDelayReqInterval?: Range;
  /** A random number, uniform from 0 up to but not including 1. */
  readonly random: () => number;
}

/** What a step has measured, all of it in this clock's time; `receivedAt`: the raw time stamp of that Sync. */
export type Measurement =
  /** A Sync before the path to the master is known. It tells only differences that are larger than any path delay. */
  | {
      readonly kind: 'sync';
      readonly sync: SyncMeasurement;
      readonly receivedAt: Instant;
      /** It is the first since that master is followed: Delay_Reqs are sent from here on. */
      readonly first: boolean;
    }
  /** One more delay of the path, by that Sync and that answer. */
  | { readonly kind: 'pathDelay'; readonly sync: SyncMeasurement; readonly delay: DelayMeasurement }
  | {
      readonly kind: 'offset';
      readonly sync: SyncMeasurement;
      readonly receivedAt: Instant;
      readonly offsetFromMaster: TimeInterval;
      readonly meanPathDelay: TimeInterval;
    }
  /** A Sync whose link has no known delay any more: the offset is not known either. */
  | { readonly kind: 'linkDelayUnknown' };

export interface ReceiverTransition {
  readonly state: ReceiverState;
  readonly outputs: readonly Output[];
  readonly measurement?: Measurement;
}

/** Nobody is followed from here on. */
export function stopReceiver(settings: PortSettings, state: ReceiverState): ReceiverTransition {
  return {
    state: { ...state, measuring: { kind: 'idle' } },
    outputs: [{ kind: 'cancelTimer', timer: timersOf(settings).delayReq }],
  };
}

/** A message, a timer or a transmit time stamp; `context` is the one that `sendEvent` was given. */
export function stepReceiver(
  settings: ReceiverSettings,
  state: ReceiverState,
  event: Exclude<PortEvent, { kind: 'link' }>,
): ReceiverTransition {
  const { timeAt = (raw) => raw } = settings;
  switch (event.kind) {
    case 'message':
      return onMessage(settings, state, event);
    case 'timer':
      return event.timer === timersOf(settings).delayReq
        ? sendDelayReq(settings, state)
        : { state, outputs: [] };
    case 'transmitTimestamp':
      return onDelayEvent(settings, state, {
        kind: 'transmitTimestamp',
        sequenceId: event.context,
        delayReqEventEgressTimestamp: timeAt(event.egressTimestamp),
      });
    case 'transmitTimestampLost':
      return onDelayEvent(settings, state, {
        kind: 'transmitTimestampLost',
        sequenceId: event.context,
      });
  }
}

function ignored(
  settings: PortSettings,
  state: ReceiverState,
  reason: DiscardReason,
): ReceiverTransition {
  return { state, outputs: [discarded(settings, reason)] };
}

function onMessage(
  settings: ReceiverSettings,
  state: ReceiverState,
  received: ReceivedMessage,
): ReceiverTransition {
  const { message, ingressTimestamp } = received;
  if (!listensTo(settings, received)) return ignored(settings, state, 'otherTransmission');
  switch (message.messageType) {
    case 'Sync':
      if (ingressTimestamp === undefined) return ignored(settings, state, 'noIngressTimestamp');
      return onSyncEvent(settings, state, {
        kind: 'sync',
        message: withAsymmetry(settings, message),
        syncEventIngressTimestamp: ingressTimestamp,
      });
    case 'Follow_Up':
      return onSyncEvent(settings, state, { kind: 'followUp', message });
    case 'Delay_Resp':
      return onDelayResp(settings, state, message);
    case 'Announce':
    case 'Delay_Req':
    case 'Pdelay_Req':
    case 'Pdelay_Resp':
    case 'Pdelay_Resp_Follow_Up':
    case 'Signaling':
    case 'Management':
      return ignored(settings, state, 'ignoredMessageType');
  }
}

/** 11.6.2: what the way in takes longer than the mean. */
function withAsymmetry(
  { delayAsymmetry = zeroTimeInterval }: ReceiverSettings,
  message: MessageOf<'Sync'>,
): MessageOf<'Sync'> {
  if (delayAsymmetry === 0n) return message;
  const correctionField = sumOf(message.header.correctionField, delayAsymmetry);
  return { ...message, header: { ...message.header, correctionField } };
}

/** Of what a master sends of its own accord, a port takes the kind that its transmission names. */
export function listensTo(
  { transmission }: Pick<ReceiverSettings, 'transmission'>,
  { message, toUnicast }: ReceivedMessage,
): boolean {
  switch (message.messageType) {
    case 'Announce':
    case 'Sync':
    case 'Follow_Up':
      return toUnicast === (transmission === 'unicast');
    default:
      return true;
  }
}

function onSyncEvent(
  settings: ReceiverSettings,
  state: ReceiverState,
  event: SyncEvent,
): ReceiverTransition {
  const { measuring } = state;
  // 9.5.4, 9.5.5: only those of the master that is followed are taken.
  if (!isFromMaster(measuring, event.message.header.sourcePortIdentity)) {
    return ignored(settings, state, 'otherMaster');
  }
  const { exchange, measurement, discarded: reasons } = stepSyncExchange(measuring.sync, event);
  const losses = reasons.map((reason) => discarded(settings, reason));
  const waiting = { ...measuring, sync: exchange };
  if (measurement === undefined) {
    return { state: { ...state, measuring: waiting }, outputs: losses };
  }
  const measured =
    settings.linkDelay === undefined
      ? withSync(settings, state, waiting, measurement)
      : withSyncOverLink(settings, state, waiting, measurement, settings.linkDelay());
  return { ...measured, outputs: [...losses, ...measured.outputs] };
}

function withSync(
  settings: ReceiverSettings,
  state: ReceiverState,
  measuring: WithMaster,
  received: SyncMeasurement,
): ReceiverTransition {
  const { syncEventIngressTimestamp: receivedAt } = received;
  const latestSync = onOurTime(settings, received);
  const syncs = withRemembered(measuring.syncs, latestSync);
  if (measuring.kind === 'calibrated') {
    return withOffset(state, { ...measuring, latestSync, syncs }, receivedAt);
  }
  const first = measuring.latestSync === undefined;
  return {
    state: { ...state, measuring: { ...measuring, latestSync, syncs } },
    // Not before there is a Sync to combine it with; from then on the timer keeps itself going.
    outputs: first ? [delayReqTimer(settings, state.logMinDelayReqInterval)] : [],
    measurement: { kind: 'sync', sync: latestSync, receivedAt, first },
  };
}

/** 11.4: the clocks on the way have corrected for every link but the last, which this port measures itself. */
function withSyncOverLink(
  settings: ReceiverSettings,
  state: ReceiverState,
  { master, sync: exchange, delay }: WithMaster,
  received: SyncMeasurement,
  linkDelay: LinkDelay,
): ReceiverTransition {
  const following: Following = { master, sync: exchange, delay };
  if (linkDelay.kind === 'unmeasured') {
    return {
      state: { ...state, measuring: { ...following, kind: 'measuringPath' } },
      outputs: [],
      measurement: { kind: 'linkDelayUnknown' },
    };
  }
  const { syncEventIngressTimestamp: receivedAt } = received;
  const latestSync = onOurTime(settings, received);
  const pathDelays: PathDelays = {
    // The link has filtered its delay already.
    window: movingMedian(1, linkDelay.meanLinkDelay),
    sync: latestSync.syncEventIngressTimestamp,
    apart: [],
  };
  return withOffset(
    state,
    { ...following, kind: 'calibrated', latestSync, pathDelays },
    receivedAt,
  );
}

function withOffset(
  state: ReceiverState,
  measuring: Extract<Measuring, { kind: 'calibrated' }>,
  receivedAt: Instant,
): ReceiverTransition {
  const { latestSync: sync, pathDelays } = measuring;
  const { median } = pathDelays.window;
  return {
    state: { ...state, measuring },
    outputs: [],
    measurement: {
      ...{ kind: 'offset', sync, receivedAt, meanPathDelay: median },
      offsetFromMaster: offsetFromMaster(sync, median),
    },
  };
}

function onOurTime(
  { timeAt = (raw) => raw }: Pick<ReceiverSettings, 'timeAt'>,
  sync: SyncMeasurement,
): SyncMeasurement {
  return { ...sync, syncEventIngressTimestamp: timeAt(sync.syncEventIngressTimestamp) };
}

function sendDelayReq(settings: ReceiverSettings, state: ReceiverState): ReceiverTransition {
  const { measuring, delayReqSequenceId: sequenceId } = state;
  if (measuring.kind === 'idle') return { state, outputs: [] };
  const destination: PeerAddress =
    settings.transmission === 'multicast' ? { kind: 'multicast' } : measuring.master.address;
  const message = delayReq(settings, destination, sequenceId);
  const sent = onDelayEvent(settings, state, {
    kind: 'delayReqSent',
    sequenceId,
    room: delayReqsUnderWay(state.logMinDelayReqInterval),
  });
  return {
    state: { ...sent.state, delayReqSequenceId: nextSequenceId(sequenceId) },
    outputs: [
      ...sent.outputs,
      { kind: 'sendEvent', port: settings.port, message, destination, context: sequenceId },
      delayReqTimer(settings, state.logMinDelayReqInterval),
    ],
  };
}

function onDelayResp(
  settings: ReceiverSettings,
  state: ReceiverState,
  message: MessageOf<'Delay_Resp'>,
): ReceiverTransition {
  // Answers to requests of other ports come to the same group.
  if (!samePortIdentity(message.requestingPortIdentity, settings.portIdentity)) {
    return ignored(settings, state, 'delayRespForOtherPort');
  }
  if (!isFromMaster(state.measuring, message.header.sourcePortIdentity)) {
    return ignored(settings, state, 'otherMaster');
  }
  const logMinDelayReqInterval = toldInterval(settings, message) ?? state.logMinDelayReqInterval;
  return onDelayEvent(
    settings,
    { ...state, logMinDelayReqInterval },
    { kind: 'delayResp', message },
  );
}

function onDelayEvent(
  settings: ReceiverSettings,
  state: ReceiverState,
  event: DelayEvent,
): ReceiverTransition {
  const { measuring } = state;
  // The master was given up while a time stamp was on its way.
  if (measuring.kind === 'idle') return ignored(settings, state, 'unexpectedTransmitTimestamp');
  const { exchange, measurement, discarded: reasons } = stepDelayExchange(measuring.delay, event);
  const waiting = { ...measuring, delay: exchange };
  const outputs = reasons.map((reason) => discarded(settings, reason));
  const { latestSync } = waiting;
  if (measurement === undefined || latestSync === undefined) {
    return { state: { ...state, measuring: waiting }, outputs };
  }
  const measured = withDelay(settings, state, { ...waiting, latestSync }, measurement);
  return { ...measured, outputs: [...outputs, ...measured.outputs] };
}

/** A delay of the path, by that answer and the Sync that came nearest to its request. */
function withDelay(
  settings: ReceiverSettings,
  state: ReceiverState,
  measuring: WithMaster & { readonly latestSync: SyncMeasurement },
  delay: DelayMeasurement,
): ReceiverTransition {
  const { meanPathDelayNs, pathDelaysNeeded = () => 1 } = settings;
  const { delayReqEventEgressTimestamp: sentAt } = delay;
  const sync = nearestTo(sentAt, measuring.syncs, measuring.latestSync);
  const { pathDelays, refused } = withPathDelay(
    meanPathDelayNs,
    measuring.pathDelays,
    meanPathDelay(sync, delay),
    sync.syncEventIngressTimestamp,
  );
  const known = pathDelays === undefined ? measuring : { ...measuring, pathDelays };
  const enough = pathDelays !== undefined && pathDelays.window.samples.length >= pathDelaysNeeded();
  const calibrated: Measuring = enough ? { ...measuring, kind: 'calibrated', pathDelays } : known;
  if (refused !== undefined) {
    return { state: { ...state, measuring: known }, outputs: [discarded(settings, refused)] };
  }
  return {
    state: { ...state, measuring: calibrated },
    outputs: [],
    measurement: { kind: 'pathDelay', sync, delay },
  };
}
