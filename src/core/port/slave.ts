/**
 * A port that follows a master: it takes the first master it hears, measures its offset, with the path delay of either
 * mechanism, and tells every sample; it steers nothing (clauses 9.5.3 to 9.5.7, 9.5.11, 11.2, 11.3).
 *
 * Deviation: no best master clock algorithm yet. The role is fixed, and the parent is kept until its Announce messages
 * stay away, however good another master may be (9.3).
 */
import type { LinkDelay, Output, PeerAddress } from '../io.js';
import {
  movingMedian,
  withSample as withDelay,
  type MovingMedian,
} from '../servo/moving-median.js';
import { samePortIdentity, type PortIdentity } from '../time/identity.js';
import { durationNs, durationOfLogInterval, type DurationNs } from '../time/instant.js';
import {
  difference,
  sumOf,
  timeIntervalToNs,
  zeroTimeInterval,
  type TimeInterval,
} from '../time/time-interval.js';
import { zeroTimestamp } from '../time/timestamp.js';
import { Flag, noLogMessageInterval } from '../wire/header.js';
import { encode, type MessageOf } from '../wire/message.js';
import {
  idleDelayExchange,
  stepDelayExchange,
  type DelayEvent,
  type DelayExchange,
  type DelayMeasurement,
} from '../exchange/delay-exchange.js';
import { meanPathDelay, offsetFromMaster, uncorrected } from '../exchange/offset.js';
import { noSamples, withSample, type OffsetStatistics } from './offset-statistics.js';
import type { DiscardReason } from '../exchange/discard-reason.js';
import {
  discarded,
  headerOf,
  nextSequenceId,
  timersOf,
  type PortEvent,
  type PortSettings,
  type ReceivedMessage,
  type Transition,
} from './port.js';
import {
  idleSyncExchange,
  stepSyncExchange,
  type SyncEvent,
  type SyncExchange,
  type SyncMeasurement,
} from '../exchange/sync-exchange.js';

/**
 * How messages travel between this port and its master. A port that listens to one kind leaves the other alone: a
 * master may send both, each with sequenceIds of its own. `hybrid`: Announce and Sync multicast, Delay_Req unicast.
 */
export type Transmission = 'multicast' | 'hybrid' | 'unicast';

export interface SlaveSettings extends PortSettings {
  readonly transmission: Transmission;
  /** How often the master sends Announce; with announceReceiptTimeout, how long its silence is borne (9.2.6.12). */
  readonly logAnnounceInterval: number;
  readonly announceReceiptTimeout: number;
  /** Until the master's Delay_Resp tells another. */
  readonly logMinDelayReqInterval: number;
  /** Half of what the way in takes longer than the way out (7.4.2); 0 unless set. */
  readonly delayAsymmetry?: TimeInterval;
  /**
   * The link as the port's peer-to-peer mechanism has measured it; asked at every Sync, and no Delay_Req is sent. Absent: the
   * port uses the delay request-response mechanism (8.2.15.4.4, delayMechanism).
   */
  readonly linkDelay?: () => LinkDelay;
  /** Path delays to be measured of a parent before an offset from it is told; asked at each of them. Absent: one. */
  readonly pathDelaysNeeded?: () => number;
  /** Uniform from 0 up to but not including 1. */
  readonly random: () => number;
}

/** Annex I.3 of 1588-2019, the default profile for the delay request-response mechanism. */
export const defaultSlaveIntervals = {
  logAnnounceInterval: 1,
  announceReceiptTimeout: 3,
  logMinDelayReqInterval: 0,
} as const;

/** Path delays that the median is taken of: one request held up on its way would else shift every offset to the next. */
export const meanPathDelayMedianLength = 9;

/** The least number of path delays whose median bears one that was held up. */
export const robustPathDelays = 3;

/** The master that is followed. */
interface Parent {
  readonly portIdentity: PortIdentity;
  readonly address: PeerAddress & { readonly kind: 'unicast' };
}

/** Of a parent's latest measurements, with correctionFields and without. */
interface PathDelays {
  readonly corrected: MovingMedian;
  readonly uncorrected: MovingMedian;
}

/** What exists only while there is a parent. */
interface Following {
  readonly parent: Parent;
  readonly sync: SyncExchange;
  readonly delay: DelayExchange;
}

export type SlavePortState =
  /** No link. */
  | { readonly kind: 'INITIALIZING' }
  | { readonly kind: 'LISTENING' }
  /** A parent, but too few measurements of the path to it. `latestSync`: Delay_Req messages are being sent. */
  | (Following & {
      readonly kind: 'UNCALIBRATED';
      readonly latestSync?: SyncMeasurement;
      readonly meanPathDelay?: PathDelays;
    })
  | (Following & {
      readonly kind: 'SLAVE';
      readonly latestSync: SyncMeasurement;
      readonly meanPathDelay: PathDelays;
      /** Of this parent's samples. */
      readonly statistics: {
        readonly corrected: OffsetStatistics;
        readonly uncorrected: OffsetStatistics;
      };
    });

type WithParent = Extract<SlavePortState, Following>;

export interface SlaveState {
  readonly port: SlavePortState;
  /** sequenceId of the next Delay_Req, and the context of its transmit time stamp. */
  readonly delayReqSequenceId: number;
  readonly logMinDelayReqInterval: number;
}

export function initialSlaveState(settings: SlaveSettings): SlaveState {
  return {
    port: { kind: 'INITIALIZING' },
    delayReqSequenceId: 0,
    logMinDelayReqInterval: settings.logMinDelayReqInterval,
  };
}

export function stepSlave(
  settings: SlaveSettings,
  state: SlaveState,
  event: PortEvent,
): Transition<SlaveState> {
  if (event.kind === 'link') return onLink(settings, state, event.up);
  if (state.port.kind === 'INITIALIZING') return ignored(settings, state, 'linkDown');
  switch (event.kind) {
    case 'message':
      return onMessage(settings, state, event);
    case 'timer':
      return onTimer(settings, state, event.timer);
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
  settings: SlaveSettings,
  state: SlaveState,
  reason: DiscardReason,
): Transition<SlaveState> {
  return { state, outputs: [discarded(settings, reason)] };
}

function onLink(settings: SlaveSettings, state: SlaveState, up: boolean): Transition<SlaveState> {
  if (up) {
    if (state.port.kind !== 'INITIALIZING') return { state, outputs: [] };
    return { state: { ...state, port: { kind: 'LISTENING' } }, outputs: [] };
  }
  return {
    state: { ...state, port: { kind: 'INITIALIZING' } },
    outputs: [
      { kind: 'cancelTimer', timer: timersOf(settings).announceReceipt },
      { kind: 'cancelTimer', timer: timersOf(settings).delayReq },
    ],
  };
}

function onTimer(
  settings: SlaveSettings,
  state: SlaveState,
  timer: string,
): Transition<SlaveState> {
  const timers = timersOf(settings);
  if (timer === timers.delayReq) return sendDelayReq(settings, state);
  if (timer === timers.announceReceipt) {
    // 9.2.6.12, ANNOUNCE_RECEIPT_TIMEOUT_EXPIRES: the parent is gone, the next one may come.
    return {
      state: { ...state, port: { kind: 'LISTENING' } },
      outputs: [{ kind: 'cancelTimer', timer: timers.delayReq }],
    };
  }
  return { state, outputs: [] };
}

function onMessage(
  settings: SlaveSettings,
  state: SlaveState,
  received: ReceivedMessage,
): Transition<SlaveState> {
  const { message, ingressTimestamp } = received;
  if (!listensTo(settings, received)) return ignored(settings, state, 'otherTransmission');
  switch (message.messageType) {
    case 'Announce':
      return onAnnounce(settings, state, message, received.source);
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
  { delayAsymmetry = zeroTimeInterval }: SlaveSettings,
  message: MessageOf<'Sync'>,
): MessageOf<'Sync'> {
  if (delayAsymmetry === 0n) return message;
  const correctionField = sumOf(message.header.correctionField, delayAsymmetry);
  return { ...message, header: { ...message.header, correctionField } };
}

/** Of what a master sends of its own accord, a port takes the kind that its transmission names. */
function listensTo(settings: SlaveSettings, { message, toUnicast }: ReceivedMessage): boolean {
  switch (message.messageType) {
    case 'Announce':
    case 'Sync':
    case 'Follow_Up':
      return toUnicast === (settings.transmission === 'unicast');
    default:
      return true;
  }
}

/** 9.3.2.5: from here on a message is not qualified. */
const maxStepsRemoved = 255;

function onAnnounce(
  settings: SlaveSettings,
  state: SlaveState,
  message: MessageOf<'Announce'>,
  address: Parent['address'],
): Transition<SlaveState> {
  const { flagField, sourcePortIdentity } = message.header;
  if (message.stepsRemoved >= maxStepsRemoved || (flagField & Flag.alternateMaster) !== 0) {
    return ignored(settings, state, 'unqualifiedAnnounce');
  }
  const parent: Parent = { portIdentity: sourcePortIdentity, address };
  const port = parentOf(state);
  if (port !== undefined && !samePortIdentity(port.parent.portIdentity, sourcePortIdentity)) {
    return ignored(settings, state, 'otherMaster');
  }
  return {
    state: {
      ...state,
      port:
        port === undefined
          ? { kind: 'UNCALIBRATED', parent, sync: idleSyncExchange, delay: idleDelayExchange }
          : { ...port, parent },
    },
    outputs: [
      {
        kind: 'setTimer',
        timer: timersOf(settings).announceReceipt,
        after: announceReceiptTimeoutInterval(settings),
      },
    ],
  };
}

/** 7.7.3.1: the multiplier times the announce interval. */
function announceReceiptTimeoutInterval(settings: SlaveSettings): DurationNs {
  return durationNs(
    settings.announceReceiptTimeout * durationOfLogInterval(settings.logAnnounceInterval),
  );
}

function parentOf({ port }: SlaveState): WithParent | undefined {
  switch (port.kind) {
    case 'INITIALIZING':
    case 'LISTENING':
      return undefined;
    case 'UNCALIBRATED':
    case 'SLAVE':
      return port;
  }
}

function onSyncEvent(
  settings: SlaveSettings,
  state: SlaveState,
  event: SyncEvent,
): Transition<SlaveState> {
  const port = parentOf(state);
  // 9.5.4, 9.5.5: only the parent's are taken.
  if (
    port === undefined ||
    !samePortIdentity(event.message.header.sourcePortIdentity, port.parent.portIdentity)
  ) {
    return ignored(settings, state, 'otherMaster');
  }
  const { exchange, measurement, discarded: reason } = stepSyncExchange(port.sync, event);
  const losses = reason === undefined ? [] : [discarded(settings, reason)];
  const waiting = { ...port, sync: exchange };
  if (measurement === undefined) return { state: { ...state, port: waiting }, outputs: losses };
  const measured =
    settings.linkDelay === undefined
      ? withSyncMeasurement(settings, { ...state, port: waiting }, waiting, measurement)
      : withSyncOverLink(settings, state, waiting, measurement, settings.linkDelay());
  return { state: measured.state, outputs: [...losses, ...measured.outputs] };
}

function withSyncMeasurement(
  settings: SlaveSettings,
  state: SlaveState,
  port: WithParent,
  measurement: SyncMeasurement,
): Transition<SlaveState> {
  switch (port.kind) {
    case 'UNCALIBRATED':
      return {
        state: { ...state, port: { ...port, latestSync: measurement } },
        // Not before there is a Sync to combine it with; from then on the timer keeps itself going.
        outputs: port.latestSync === undefined ? [delayReqTimer(settings, state)] : [],
      };
    case 'SLAVE':
      return withOffsetSample(settings, state, port, measurement);
  }
}

/** 11.4: the clocks on the way have corrected for every link but the last, which this port measures itself. */
function withSyncOverLink(
  settings: SlaveSettings,
  state: SlaveState,
  port: WithParent,
  measurement: SyncMeasurement,
  linkDelay: LinkDelay,
): Transition<SlaveState> {
  if (linkDelay.kind === 'unmeasured') {
    const { parent, sync, delay } = port;
    return {
      state: { ...state, port: { kind: 'UNCALIBRATED', parent, sync, delay } },
      outputs: [],
    };
  }
  // Filtered where it is measured, and of one link: there is nothing in it that a clock on the way has corrected.
  const path = movingMedian(1, linkDelay.meanLinkDelay);
  return withOffsetSample(
    settings,
    state,
    {
      ...port,
      kind: 'SLAVE',
      latestSync: measurement,
      meanPathDelay: { corrected: path, uncorrected: path },
      statistics:
        port.kind === 'SLAVE' ? port.statistics : { corrected: noSamples, uncorrected: noSamples },
    },
    measurement,
  );
}

function withOffsetSample(
  settings: SlaveSettings,
  state: SlaveState,
  port: Extract<SlavePortState, { kind: 'SLAVE' }>,
  measurement: SyncMeasurement,
): Transition<SlaveState> {
  const sample = {
    corrected: sampleOf(measurement, port.meanPathDelay.corrected.median),
    uncorrected: sampleOf(uncorrected(measurement), port.meanPathDelay.uncorrected.median),
  };
  const statistics = {
    corrected: withSample(port.statistics.corrected, sample.corrected.offsetNs),
    uncorrected: withSample(port.statistics.uncorrected, sample.uncorrected.offsetNs),
  };
  return {
    state: { ...state, port: { ...port, latestSync: measurement, statistics } },
    outputs: [
      {
        kind: 'offsetSample',
        port: settings.port,
        sequenceId: measurement.sequenceId,
        ...sample,
      },
    ],
  };
}

function sampleOf(measurement: SyncMeasurement, delay: TimeInterval) {
  return {
    offsetNs: durationNs(timeIntervalToNs(offsetFromMaster(measurement, delay))),
    meanPathDelayNs: durationNs(timeIntervalToNs(delay)),
  };
}

/** 9.5.11.2: uniform between 0 and twice the interval, so that many slaves do not ask in step. */
function delayReqTimer(settings: SlaveSettings, state: SlaveState): Output {
  const mean = durationOfLogInterval(state.logMinDelayReqInterval);
  return {
    kind: 'setTimer',
    timer: timersOf(settings).delayReq,
    after: durationNs(2 * mean * settings.random()),
  };
}

function sendDelayReq(settings: SlaveSettings, state: SlaveState): Transition<SlaveState> {
  const port = parentOf(state);
  if (port === undefined) return { state, outputs: [] };
  const sequenceId = state.delayReqSequenceId;
  const destination: PeerAddress =
    settings.transmission === 'multicast' ? { kind: 'multicast' } : port.parent.address;
  const message = encode({
    messageType: 'Delay_Req',
    header: headerOf(settings, {
      flagField: destination.kind === 'unicast' ? Flag.unicast : 0,
      // 11.6.3: comes back in the Delay_Resp.
      correctionField: difference(zeroTimeInterval, settings.delayAsymmetry ?? zeroTimeInterval),
      sequenceId,
      logMessageInterval: noLogMessageInterval, // table 42
    }),
    originTimestamp: zeroTimestamp,
    tlvs: [],
  });
  const sent = onDelayEvent(settings, state, { kind: 'delayReqSent', sequenceId });
  return {
    state: { ...sent.state, delayReqSequenceId: nextSequenceId(sequenceId) },
    outputs: [
      ...sent.outputs,
      { kind: 'sendEvent', port: settings.port, message, destination, context: sequenceId },
      delayReqTimer(settings, state),
    ],
  };
}

function onDelayResp(
  settings: SlaveSettings,
  state: SlaveState,
  message: MessageOf<'Delay_Resp'>,
): Transition<SlaveState> {
  // A group hears the answers to all of its members.
  if (!samePortIdentity(message.requestingPortIdentity, settings.portIdentity)) {
    return ignored(settings, state, 'delayRespForOtherPort');
  }
  const port = parentOf(state);
  if (
    port === undefined ||
    !samePortIdentity(message.header.sourcePortIdentity, port.parent.portIdentity)
  ) {
    return ignored(settings, state, 'otherMaster');
  }
  const logMinDelayReqInterval = toldInterval(message) ?? state.logMinDelayReqInterval;
  return onDelayEvent(
    settings,
    { ...state, logMinDelayReqInterval },
    { kind: 'delayResp', message },
  );
}

/** 128/s to one in two minutes: wider than any profile, narrower than a damaged octet. */
const believableLogInterval = { min: -7, max: 7 };

/** 7.7.2.4, 9.5.11.2: the master tells a group how often it wants to be asked. */
function toldInterval(message: MessageOf<'Delay_Resp'>): number | undefined {
  const { logMessageInterval } = message.header;
  const believable =
    logMessageInterval >= believableLogInterval.min &&
    logMessageInterval <= believableLogInterval.max;
  return believable ? logMessageInterval : undefined;
}

function onDelayEvent(
  settings: SlaveSettings,
  state: SlaveState,
  event: DelayEvent,
): Transition<SlaveState> {
  const port = parentOf(state);
  // The parent went while a time stamp was on its way.
  if (port === undefined) return ignored(settings, state, 'unexpectedTransmitTimestamp');
  const { exchange, measurement, discarded: reason } = stepDelayExchange(port.delay, event);
  const waiting = { ...port, delay: exchange };
  return {
    state: {
      ...state,
      port:
        measurement === undefined ? waiting : withDelayMeasurement(settings, waiting, measurement),
    },
    outputs: reason === undefined ? [] : [discarded(settings, reason)],
  };
}

function withDelayMeasurement(
  { pathDelaysNeeded = () => 1 }: SlaveSettings,
  port: WithParent,
  delay: DelayMeasurement,
): SlavePortState {
  const { latestSync } = port;
  if (latestSync === undefined) return port;
  const corrected = meanPathDelay(latestSync, delay);
  const withoutCorrection = meanPathDelay(uncorrected(latestSync), uncorrected(delay));
  const before = port.meanPathDelay;
  const delays: PathDelays =
    before === undefined
      ? {
          corrected: movingMedian(meanPathDelayMedianLength, corrected),
          uncorrected: movingMedian(meanPathDelayMedianLength, withoutCorrection),
        }
      : {
          corrected: withDelay(before.corrected, corrected),
          uncorrected: withDelay(before.uncorrected, withoutCorrection),
        };
  if (port.kind === 'SLAVE' || delays.corrected.samples.length < pathDelaysNeeded()) {
    return { ...port, meanPathDelay: delays };
  }
  return {
    ...port,
    kind: 'SLAVE',
    latestSync,
    meanPathDelay: delays,
    statistics: { corrected: noSamples, uncorrected: noSamples },
  };
}
