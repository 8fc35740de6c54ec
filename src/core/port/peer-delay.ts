/**
 * The link at a port, measured by the peer-to-peer delay mechanism: when to ask, what the answers say together, and when
 * they say nothing (clauses 9.5.13, 11.4). A pure state machine; peer-delay-responder.ts is the other half of the port.
 */
import type { LinkDelay, Output, Transport, UnmeasuredReason } from '../io.js';
import { movingMedian, withSample, type MovingMedian } from '../servo/moving-median.js';
import {
  emptyRateWindow,
  withReading,
  type RateWindow,
  type RateWindowSettings,
} from '../servo/rate-window.js';
import { samePortIdentity, type PortIdentity } from '../time/identity.js';
import { durationNs, durationOfLogInterval, type DurationNs } from '../time/instant.js';
import { unityRateRatio, type RateRatio } from '../time/rate-ratio.js';
import { timeIntervalFromNs, zeroTimeInterval } from '../time/time-interval.js';
import { zeroTimestamp } from '../time/timestamp.js';
import { noLogMessageInterval, type Header } from '../wire/header.js';
import { encode } from '../wire/message.js';
import { isPlausible, meanLinkDelayOf } from './link-delay.js';
import {
  beginPeerDelayExchange,
  idlePeerDelayExchange,
  shortfallOf,
  stepPeerDelayExchange,
  type PeerDelayEvent,
  type PeerDelayExchange,
  type PeerDelayMeasurement,
} from './peer-delay-exchange.js';
import {
  discarded,
  headerOf,
  nextSequenceId,
  timersOf,
  type DiscardReason,
  type PortSettings,
  type Transition,
} from './port.js';

/** domainNumber and sdoId are those of the first request; then the neighbour's own are spoken, see Dialect. */
export interface PeerDelaySettings extends PortSettings {
  readonly transport: Transport;
  readonly logMinPdelayReqInterval: number;
  /**
   * The neighbour may speak this transport or another one: where nobody is heard, hardly ever ask. A request that its
   * host does not listen for occupies the only receive time stamp register of some NICs (82576) for seconds.
   */
  readonly speculative?: boolean;
  /** Whose peer delay messages are this port's; all unless set. */
  readonly serves?: (dialect: Dialect) => boolean;
}

/** What a neighbour's requests are in: one that serves a single domain or profile answers in no other. */
export type Dialect = Pick<Header, 'sdoId' | 'domainNumber' | 'minorVersionPTP'>;

/** Requests in a row without a usable answer after which the link counts as unmeasured. */
export const maxFailedRequests = 3;

/** In a row without any answer, after which a speculative requester falls quiet. */
export const maxUnheardRequests = 3;

/** Of a quiet requester: intervals until it asks again, for a neighbour that answers but never asks. */
export const quietIntervals = 256;

/** Delays that the median is taken of: at one a second, a change of the path shows after five seconds. */
export const linkDelayMedianLength = 9;

const rateWindowSettings: RateWindowSettings = {
  maxReadings: 32,
  minSpacing: timeIntervalFromNs(100_000_000),
  maxSpan: timeIntervalFromNs(64_000_000_000),
};

/** 1 ppm of a turnaround of 1 ms is 1 ns; a ratio known worse than that is not applied. */
const maxRateRatioError = 1e-6;

interface Unmeasured {
  readonly kind: 'unmeasured';
  readonly reason: UnmeasuredReason;
}

interface Measured {
  readonly kind: 'measured';
  readonly neighbor: PortIdentity;
  readonly meanLinkDelay: MovingMedian;
  readonly rate: RateWindow;
  /** Requests in a row without a usable answer. */
  readonly failedRequests: number;
}

export type LinkState = Unmeasured | Measured;

export interface PeerDelayState {
  readonly link: LinkState;
  readonly exchange: PeerDelayExchange;
  /** sequenceId of the next request. */
  readonly sequenceId: number;
  /** Context of the request under way. */
  readonly context: number;
  /** That of our requests. */
  readonly dialect: Dialect;
  /** That of the neighbour's latest request. */
  readonly heard?: Dialect;
  /** Requests in a row without any answer, since the neighbour was last heard. */
  readonly unheardRequests: number;
}

export function initialPeerDelayState({ sdoId, domainNumber }: PortSettings): PeerDelayState {
  return {
    link: { kind: 'unmeasured', reason: 'linkDown' },
    exchange: idlePeerDelayExchange,
    sequenceId: 0,
    context: 0,
    dialect: { sdoId, domainNumber, minorVersionPTP: 1 },
    unheardRequests: 0,
  };
}

export function isLinkUp({ link }: PeerDelayState): boolean {
  return link.kind === 'measured' || link.reason !== 'linkDown';
}

/** What is known of the link, as the world is told it. */
export function linkDelayOf({ link }: PeerDelayState): LinkDelay {
  if (link.kind === 'unmeasured') return link;
  const neighborRateRatio = rateRatioOf(link.rate);
  return {
    kind: 'measured',
    meanLinkDelay: link.meanLinkDelay.median,
    ...(neighborRateRatio !== undefined && { neighborRateRatio }),
    neighbor: link.neighbor,
  };
}

/** The link came up or went: what was measured was another cable. */
export function onPeerDelayLink(
  settings: PeerDelaySettings,
  state: PeerDelayState,
  up: boolean,
  context: number,
): Transition<PeerDelayState> {
  if (!up) {
    const down = withLink(settings, state, { kind: 'unmeasured', reason: 'linkDown' });
    return {
      state: { ...down.state, exchange: idlePeerDelayExchange, unheardRequests: 0 },
      outputs: [...down.outputs, { kind: 'cancelTimer', timer: timersOf(settings).pdelayReq }],
    };
  }
  if (isLinkUp(state)) return { state, outputs: [] };
  const begun = withLink(settings, state, { kind: 'unmeasured', reason: 'measuring' });
  const requested = sendPdelayReq(settings, begun.state, context);
  return { state: requested.state, outputs: [...begun.outputs, ...requested.outputs] };
}

/**
 * The neighbour has sent a request: it is there, and speaks that. A quiet requester asks again, but not right behind the
 * answer that this request gets.
 */
export function onNeighborHeard(
  settings: PeerDelaySettings,
  state: PeerDelayState,
  { sdoId, domainNumber, minorVersionPTP }: Header,
): Transition<PeerDelayState> {
  const heard = { sdoId, domainNumber, minorVersionPTP };
  const afterHalfAnInterval: Output = {
    kind: 'setTimer',
    timer: timersOf(settings).pdelayReq,
    after: durationOfLogInterval(settings.logMinPdelayReqInterval - 1),
  };
  return {
    state: { ...state, heard, unheardRequests: 0 },
    outputs: isQuiet(settings, state) ? [afterHalfAnInterval] : [],
  };
}

function isQuiet({ speculative }: PeerDelaySettings, { unheardRequests }: PeerDelayState): boolean {
  return speculative === true && unheardRequests >= maxUnheardRequests;
}

function intervalUntilNext(settings: PeerDelaySettings, state: PeerDelayState): DurationNs {
  const interval = durationOfLogInterval(settings.logMinPdelayReqInterval);
  return isQuiet(settings, state) ? durationNs(interval * quietIntervals) : interval;
}

/** Ends the exchange under way and begins the next; `context` is that of its transmit time stamp. */
export function sendPdelayReq(
  settings: PeerDelaySettings,
  state: PeerDelayState,
  context: number,
): Transition<PeerDelayState> {
  const closed = closeExchange(settings, state);
  const { sequenceId } = closed.state;
  // While answers come, nothing is changed: a neighbour may ask in several domains by turns.
  const answered = closed.state.link.kind === 'measured' && closed.state.link.failedRequests === 0;
  const dialect = answered ? state.dialect : (state.heard ?? state.dialect);
  const message = encode({
    messageType: 'Pdelay_Req',
    header: {
      ...headerOf(settings, {
        flagField: 0,
        correctionField: zeroTimeInterval,
        sequenceId,
        logMessageInterval: noLogMessageInterval, // table 42
      }),
      ...dialect,
    },
    originTimestamp: zeroTimestamp, // 11.4.2: 0 or an estimate
    tlvs: [],
  });
  return {
    state: {
      ...closed.state,
      exchange: beginPeerDelayExchange(sequenceId),
      sequenceId: nextSequenceId(sequenceId),
      context,
      dialect,
    },
    outputs: [
      ...closed.outputs,
      {
        kind: 'sendEvent',
        port: settings.port,
        message,
        destination: { kind: 'multicast' },
        context,
      },
      {
        kind: 'setTimer',
        timer: timersOf(settings).pdelayReq,
        after: intervalUntilNext(settings, closed.state),
      },
    ],
  };
}

/** Judges an exchange when its time is over. */
function closeExchange(
  settings: PeerDelaySettings,
  state: PeerDelayState,
): Transition<PeerDelayState> {
  const { exchange, link } = state;
  const shortfall = shortfallOf(exchange);
  if (shortfall !== undefined) {
    const unanswered = shortfall === 'pdelayRespMissing' ? state.unheardRequests + 1 : 0;
    const judged = { ...state, unheardRequests: unanswered };
    const failed = withFailure(settings, judged, failureOf(shortfall));
    return { ...failed, outputs: [discarded(settings, shortfall), ...failed.outputs] };
  }
  const heard = { ...state, unheardRequests: 0 };
  // One answer in the whole interval: the link is clean again.
  if (exchange.kind === 'answered' && isAmbiguous(link)) {
    return withMeasurement(settings, heard, exchange.measurement);
  }
  return { state: heard, outputs: [] };
}

/** What happens to the request under way. */
export function onPeerDelayEvent(
  settings: PeerDelaySettings,
  state: PeerDelayState,
  event: PeerDelayEvent,
): Transition<PeerDelayState> {
  const { exchange, measurement, discarded: reason } = stepPeerDelayExchange(state.exchange, event);
  const stepped = { ...state, exchange };
  if (measurement !== undefined && !isAmbiguous(state.link)) {
    return withMeasurement(settings, stepped, measurement);
  }
  if (reason === undefined) return { state: stepped, outputs: [] };
  const judged = afterDiscard(settings, stepped, reason);
  return { ...judged, outputs: [discarded(settings, reason), ...judged.outputs] };
}

function afterDiscard(
  settings: PeerDelaySettings,
  state: PeerDelayState,
  reason: DiscardReason,
): Transition<PeerDelayState> {
  switch (reason) {
    case 'multipleResponders':
      // 11.4.4: the request went beyond the link, so what came back is no delay of it.
      return withLink(settings, state, { kind: 'unmeasured', reason });
    case 'transmitTimestampLost':
      return withFailure(settings, state, reason);
    case 'correctionTooBig':
      return withFailure(settings, state, 'linkDelayOutOfRange');
    default:
      return { state, outputs: [] };
  }
}

function failureOf(shortfall: DiscardReason): UnmeasuredReason {
  return shortfall === 'transmitTimestampLost' ? shortfall : 'noResponse';
}

function isAmbiguous(link: LinkState): boolean {
  return link.kind === 'unmeasured' && link.reason === 'multipleResponders';
}

/** One request came to nothing. */
function withFailure(
  settings: PeerDelaySettings,
  state: PeerDelayState,
  reason: UnmeasuredReason,
): Transition<PeerDelayState> {
  const { link } = state;
  const unmeasured: LinkState = { kind: 'unmeasured', reason };
  if (link.kind === 'unmeasured') return withLink(settings, state, unmeasured);
  const failedRequests = link.failedRequests + 1;
  return withLink(
    settings,
    state,
    failedRequests < maxFailedRequests ? { ...link, failedRequests } : unmeasured,
  );
}

function withMeasurement(
  settings: PeerDelaySettings,
  state: PeerDelayState,
  measurement: PeerDelayMeasurement,
): Transition<PeerDelayState> {
  const { responder: neighbor } = measurement;
  const { link } = state;
  // What was measured with another neighbour was another link.
  const known =
    link.kind === 'measured' && samePortIdentity(link.neighbor, neighbor) ? link : undefined;
  const rate = withNeighborReading(known?.rate ?? emptyRateWindow, measurement);
  const sample = meanLinkDelayOf(measurement, rateRatioOf(rate) ?? unityRateRatio);
  if (!isPlausible(sample)) {
    const failed = withFailure(settings, state, 'linkDelayOutOfRange');
    return { ...failed, outputs: [discarded(settings, 'linkDelayOutOfRange'), ...failed.outputs] };
  }
  return withLink(settings, state, {
    kind: 'measured',
    neighbor,
    meanLinkDelay: known
      ? withSample(known.meanLinkDelay, sample)
      : movingMedian(linkDelayMedianLength, sample),
    rate,
    failedRequests: 0,
  });
}

/** The Pdelay_Resp on both clocks: t3 and t4. */
function withNeighborReading(rate: RateWindow, measurement: PeerDelayMeasurement): RateWindow {
  const { neighbor, pdelayRespEventIngressTimestamp } = measurement;
  if (neighbor === undefined) return rate;
  return withReading(rateWindowSettings, rate, {
    local: pdelayRespEventIngressTimestamp,
    remote: neighbor.responseOriginTimestamp,
  }).window;
}

/** Undefined while it is not known well enough. */
function rateRatioOf({ fit }: RateWindow): RateRatio | undefined {
  return fit !== undefined && fit.standardError <= maxRateRatioError ? fit.rateRatio : undefined;
}

/** The state with that link, and word of it if it tells anything new. */
function withLink(
  settings: PeerDelaySettings,
  state: PeerDelayState,
  link: LinkState,
): Transition<PeerDelayState> {
  const changed = { ...state, link };
  const before = linkDelayOf(state);
  const linkDelay = linkDelayOf(changed);
  const { port, transport } = settings;
  const word: Output = { kind: 'linkDelay', port, transport, linkDelay };
  return { state: changed, outputs: sameLinkDelay(before, linkDelay) ? [] : [word] };
}

function sameLinkDelay(a: LinkDelay, b: LinkDelay): boolean {
  if (a.kind === 'unmeasured') return b.kind === 'unmeasured' && a.reason === b.reason;
  return (
    b.kind === 'measured' &&
    a.meanLinkDelay === b.meanLinkDelay &&
    a.neighborRateRatio === b.neighborRateRatio &&
    samePortIdentity(a.neighbor, b.neighbor)
  );
}
