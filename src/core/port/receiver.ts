/**
 * The receiving half of a port: from the Syncs of the master that it is told to follow, and the path delay of either
 * mechanism, to this clock's offset from that master (clauses 9.5.4 to 9.5.7, 9.5.11, 11.2, 11.3). Which master that is, and
 * what is done about an offset, is decided elsewhere. A pure state machine.
 */
import { idleDelayExchange, stepDelayExchange } from '../exchange/delay-exchange.js';
import type { DelayEvent, DelayExchange, DelayMeasurement } from '../exchange/delay-exchange.js';
import type { DiscardReason } from '../exchange/discard-reason.js';
import { meanPathDelay, offsetFromMaster } from '../exchange/offset.js';
import { newSyncExchange, stepSyncExchange } from '../exchange/sync-exchange.js';
import type { SyncEvent, SyncExchange, SyncMeasurement } from '../exchange/sync-exchange.js';
import type { LinkDelay, Output, PeerAddress } from '../io.js';
import { movingMedian, withSample, type MovingMedian } from '../servo/moving-median.js';
import { samePortIdentity, type PortIdentity } from '../time/identity.js';
import { sumOf, zeroTimeInterval, type TimeInterval } from '../time/time-interval.js';
import type { MessageOf } from '../wire/message.js';
import { delayReq, delayReqTimer, toldInterval } from './delay-request.js';
import {
  discarded,
  nextSequenceId,
  timersOf,
  type PortEvent,
  type PortSettings,
  type ReceivedMessage,
} from './port.js';

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
  /** A random number, uniform from 0 up to but not including 1. */
  readonly random: () => number;
}

/** Path delays that the median is taken of. Without it, one request that was held up would shift all offsets until the next. */
export const meanPathDelayMedianLength = 9;

/** The smallest number of path delays whose median is right although one of them was held up. */
export const robustPathDelays = 3;

/** The master that is followed. */
export interface FollowedMaster {
  readonly portIdentity: PortIdentity;
  readonly address: PeerAddress & { readonly kind: 'unicast' };
}

/** What exists only while a master is followed. */
interface Following {
  readonly master: FollowedMaster;
  readonly sync: SyncExchange;
  readonly delay: DelayExchange;
}

type Measuring =
  | { readonly kind: 'idle' }
  /** The path to the master is not known well enough yet. `latestSync`: Delay_Req messages are being sent. */
  | (Following & {
      readonly kind: 'measuringPath';
      readonly latestSync?: SyncMeasurement;
      readonly pathDelays?: MovingMedian;
    })
  /** Every Sync gives an offset. */
  | (Following & {
      readonly kind: 'calibrated';
      readonly latestSync: SyncMeasurement;
      readonly pathDelays: MovingMedian;
    });

type WithMaster = Extract<Measuring, Following>;

export interface ReceiverState {
  readonly measuring: Measuring;
  /** sequenceId of the next Delay_Req, and the context of its transmit time stamp. */
  readonly delayReqSequenceId: number;
  readonly logMinDelayReqInterval: number;
}

/** What a step has measured. */
export type Measurement =
  /** A Sync before the path to the master is known. It tells only differences that are larger than any path delay. */
  | { readonly kind: 'sync'; readonly sync: SyncMeasurement }
  /** One more delay of the path, by that Sync and that answer. */
  | { readonly kind: 'pathDelay'; readonly sync: SyncMeasurement; readonly delay: DelayMeasurement }
  | {
      readonly kind: 'offset';
      readonly sync: SyncMeasurement;
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

export function initialReceiverState(
  settings: Pick<ReceiverSettings, 'logMinDelayReqInterval'>,
): ReceiverState {
  return {
    measuring: { kind: 'idle' },
    delayReqSequenceId: 0,
    logMinDelayReqInterval: settings.logMinDelayReqInterval,
  };
}

/** From here on that master is followed; nothing that was measured before counts. */
export function followMaster(state: ReceiverState, master: FollowedMaster): ReceiverState {
  const { measuring: before } = state;
  const same = isFromMaster(before, master.portIdentity) ? before.sync : undefined;
  const following: Following = { master, sync: newSyncExchange(same), delay: idleDelayExchange };
  return { ...state, measuring: { kind: 'measuringPath', ...following } };
}

/** The master has that address now: the next Delay_Req goes there. */
export function withMasterAddress(
  state: ReceiverState,
  address: FollowedMaster['address'],
): ReceiverState {
  const { measuring } = state;
  if (measuring.kind === 'idle') return state;
  const master = { ...measuring.master, address };
  return { ...state, measuring: { ...measuring, master } };
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
        delayReqEventEgressTimestamp: event.egressTimestamp,
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

function isFromMaster(measuring: Measuring, source: PortIdentity): measuring is WithMaster {
  return measuring.kind !== 'idle' && samePortIdentity(source, measuring.master.portIdentity);
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
  const { exchange, measurement, discarded: reason } = stepSyncExchange(measuring.sync, event);
  const losses = reason === undefined ? [] : [discarded(settings, reason)];
  const waiting = { ...measuring, sync: exchange };
  if (measurement === undefined) {
    return { state: { ...state, measuring: waiting }, outputs: losses };
  }
  const measured =
    settings.linkDelay === undefined
      ? withSync(settings, state, waiting, measurement)
      : withSyncOverLink(state, waiting, measurement, settings.linkDelay());
  return { ...measured, outputs: [...losses, ...measured.outputs] };
}

function withSync(
  settings: ReceiverSettings,
  state: ReceiverState,
  measuring: WithMaster,
  sync: SyncMeasurement,
): ReceiverTransition {
  if (measuring.kind === 'calibrated') return withOffset(state, { ...measuring, latestSync: sync });
  return {
    state: { ...state, measuring: { ...measuring, latestSync: sync } },
    // Not before there is a Sync to combine it with; from then on the timer keeps itself going.
    outputs:
      measuring.latestSync === undefined
        ? [delayReqTimer(settings, state.logMinDelayReqInterval)]
        : [],
    measurement: { kind: 'sync', sync },
  };
}

/** 11.4: the clocks on the way have corrected for every link but the last, which this port measures itself. */
function withSyncOverLink(
  state: ReceiverState,
  { master, sync: exchange, delay }: WithMaster,
  sync: SyncMeasurement,
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
  // The link has filtered its delay already.
  const pathDelays = movingMedian(1, linkDelay.meanLinkDelay);
  return withOffset(state, { ...following, kind: 'calibrated', latestSync: sync, pathDelays });
}

function withOffset(
  state: ReceiverState,
  measuring: Extract<Measuring, { kind: 'calibrated' }>,
): ReceiverTransition {
  const { latestSync: sync, pathDelays } = measuring;
  return {
    state: { ...state, measuring },
    outputs: [],
    measurement: {
      kind: 'offset',
      sync,
      offsetFromMaster: offsetFromMaster(sync, pathDelays.median),
      meanPathDelay: pathDelays.median,
    },
  };
}

function sendDelayReq(settings: ReceiverSettings, state: ReceiverState): ReceiverTransition {
  const { measuring, delayReqSequenceId: sequenceId } = state;
  if (measuring.kind === 'idle') return { state, outputs: [] };
  const destination: PeerAddress =
    settings.transmission === 'multicast' ? { kind: 'multicast' } : measuring.master.address;
  const message = delayReq(settings, destination, sequenceId);
  const sent = onDelayEvent(settings, state, { kind: 'delayReqSent', sequenceId });
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
  const { exchange, measurement, discarded: reason } = stepDelayExchange(measuring.delay, event);
  const waiting = { ...measuring, delay: exchange };
  const outputs = reason === undefined ? [] : [discarded(settings, reason)];
  const { latestSync } = waiting;
  if (measurement === undefined || latestSync === undefined) {
    return { state: { ...state, measuring: waiting }, outputs };
  }
  return {
    state: { ...state, measuring: withPathDelay(settings, waiting, latestSync, measurement) },
    outputs,
    measurement: { kind: 'pathDelay', sync: latestSync, delay: measurement },
  };
}

function withPathDelay(
  { pathDelaysNeeded = () => 1 }: ReceiverSettings,
  measuring: WithMaster,
  latestSync: SyncMeasurement,
  delay: DelayMeasurement,
): Measuring {
  const latest = meanPathDelay(latestSync, delay);
  const pathDelays =
    measuring.pathDelays === undefined
      ? movingMedian(meanPathDelayMedianLength, latest)
      : withSample(measuring.pathDelays, latest);
  if (measuring.kind === 'calibrated' || pathDelays.samples.length >= pathDelaysNeeded()) {
    return { ...measuring, kind: 'calibrated', latestSync, pathDelays };
  }
  return { ...measuring, pathDelays };
}
