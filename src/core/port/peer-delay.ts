/**
 * The link at a port, measured by the peer-to-peer delay mechanism: when to ask, what the answers say together, and when
 * they say nothing (clauses 9.5.13, 11.4). A pure state machine; peer-delay-responder.ts is the other half of the port.
 */
import type { LinkDelay, Output, Transport, UnmeasuredReason } from '../io.js';
import { samePortIdentity } from '../time/identity.js';
import { durationNs, durationOfLogInterval, type DurationNs } from '../time/instant.js';
import { zeroTimeInterval } from '../time/time-interval.js';
import { zeroTimestamp } from '../time/timestamp.js';
import { noLogMessageInterval, type Header } from '../wire/header.js';
import { encode } from '../wire/message.js';
import { withMeasurement, type MeasuredLink, type Neighbor } from '../exchange/measured-link.js';
import {
  beginPeerDelayExchange,
  idlePeerDelayExchange,
  shortfallOf,
  stepPeerDelayExchange,
  type PeerDelayEvent,
  type PeerDelayExchange,
  type PeerDelayMeasurement,
} from '../exchange/peer-delay-exchange.js';
import type { DiscardReason } from '../exchange/discard-reason.js';
import {
  discarded,
  headerOf,
  nextSequenceId,
  timersOf,
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
  /** Tells of which domains and sdoIds the port takes peer delay messages; if not set, of all. */
  readonly serves?: (dialect: Dialect) => boolean;
}

/** What a neighbour's requests are in: one that serves a single domain or profile answers in no other. */
export type Dialect = Pick<Header, 'sdoId' | 'domainNumber' | 'minorVersionPTP'>;

/** A speculative requester falls quiet after so many requests in a row without any answer. */
export const maxUnheardRequests = 3;

/** A quiet requester asks once in so many intervals, because a neighbour may answer without ever asking itself. */
export const quietIntervals = 256;

interface Unmeasured {
  readonly kind: 'unmeasured';
  readonly reason: UnmeasuredReason;
  /** Who answered last, while it may still be the one at the other end. */
  readonly neighbor?: Neighbor;
}

interface Measured extends MeasuredLink {
  readonly kind: 'measured';
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
  /** What our requests are in. */
  readonly dialect: Dialect;
  /** What the neighbour's latest request was in. */
  readonly heard?: Dialect;
  /** Requests in a row without any answer, since the neighbour was last heard. */
  readonly unheardRequests: number;
}

export function initialPeerDelayState(settings: PortSettings): PeerDelayState {
  return {
    link: { kind: 'unmeasured', reason: 'linkDown' },
    exchange: idlePeerDelayExchange,
    sequenceId: 0,
    context: 0,
    dialect: firstDialect(settings),
    unheardRequests: 0,
  };
}

function firstDialect({ sdoId, domainNumber, profile }: PortSettings): Dialect {
  return { sdoId, domainNumber, minorVersionPTP: profile.header.minorVersionPTP };
}

export function isLinkUp({ link }: PeerDelayState): boolean {
  return link.kind === 'measured' || link.reason !== 'linkDown';
}

function isAnswered({ link }: PeerDelayState): boolean {
  return link.kind === 'measured' && link.failedRequests === 0;
}

export function isAnsweredInOwnDomain(settings: PortSettings, state: PeerDelayState): boolean {
  const { sdoId, domainNumber } = state.dialect;
  const own = sdoId === settings.sdoId && domainNumber === settings.domainNumber;
  return own && isAnswered(state);
}

/** What is known of the link, in the form that is reported. */
export function linkDelayOf({ link }: PeerDelayState): LinkDelay {
  if (link.kind === 'unmeasured') return { kind: 'unmeasured', reason: link.reason };
  const { portIdentity, rateRatio: neighborRateRatio } = link.neighbor;
  return {
    kind: 'measured',
    meanLinkDelay: link.meanLinkDelay,
    ...(neighborRateRatio !== undefined && { neighborRateRatio }),
    neighbor: portIdentity,
  };
}

/** The link came up or went down. Measuring starts anew, because it may be another cable. */
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
 * The neighbour has sent a request, which shows that it is there and which domain and sdoId it uses. A quiet requester
 * asks again, but not right behind the answer that this request gets.
 */
export function onNeighborHeard(
  settings: PeerDelaySettings,
  state: PeerDelayState,
  { sdoId, domainNumber, minorVersionPTP }: Header,
): Transition<PeerDelayState> {
  const heard = { sdoId, domainNumber, minorVersionPTP };
  return {
    state: { ...state, heard, unheardRequests: 0 },
    outputs: isQuiet(settings, state) ? [askSoon(settings)] : [],
  };
}

/** After half an interval. */
function askSoon(settings: PeerDelaySettings): Output {
  return {
    kind: 'setTimer',
    timer: timersOf(settings).pdelayReq,
    after: durationOfLogInterval(settings.logMinPdelayReqInterval - 1),
  };
}

/**
 * Other domains and sdoIds are served from now on. What the neighbour was heard in, and is asked in, stays as long as it is one of them;
 * so does what has been measured, because the link is the same.
 */
export function onOtherServed(
  settings: PeerDelaySettings,
  state: PeerDelayState,
  serves: (dialect: Dialect) => boolean,
): Transition<PeerDelayState> {
  const { heard: before, ...rest } = state;
  const heard = before && serves(before) ? before : undefined;
  const kept = { ...rest, ...(heard && { heard }) };
  if (serves(state.dialect)) return { state: kept, outputs: [] };
  return {
    state: { ...kept, dialect: heard ?? firstDialect(settings), unheardRequests: 0 },
    outputs: isQuiet(settings, state) ? [askSoon(settings)] : [],
  };
}

/** A link that counts as measured is asked about all the time, because its delay is in use. */
function isQuiet({ speculative }: PeerDelaySettings, state: PeerDelayState): boolean {
  if (speculative !== true || state.link.kind === 'measured') return false;
  return state.unheardRequests >= maxUnheardRequests;
}

function intervalUntilNext(settings: PeerDelaySettings, state: PeerDelayState): DurationNs {
  const interval = durationOfLogInterval(settings.logMinPdelayReqInterval);
  return isQuiet(settings, state) ? durationNs(interval * quietIntervals) : interval;
}

/** Ends the exchange under way and begins the next, whose transmit time stamp comes back with `context`. */
export function sendPdelayReq(
  settings: PeerDelaySettings,
  state: PeerDelayState,
  context: number,
): Transition<PeerDelayState> {
  const closed = closeExchange(settings, state);
  const { sequenceId } = closed.state;
  // While answers come, nothing is changed: a neighbour may ask in several domains by turns.
  const dialect = isAnswered(closed.state) ? state.dialect : (state.heard ?? state.dialect);
  const message = encode({
    messageType: 'Pdelay_Req',
    header: {
      ...headerOf(settings, 'Pdelay_Req', {
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
      exchange: beginPeerDelayExchange(sequenceId, state.exchange),
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

/** Says what an exchange has shown, when the next one is about to begin. */
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
  // There was one answer in the whole interval, so one neighbour alone is on the link again.
  if (exchange.kind === 'answered' && isAmbiguous(link)) {
    return afterMeasurement(settings, heard, exchange.measurement);
  }
  return { state: heard, outputs: [] };
}

/** What happens to the request under way. */
export function onPeerDelayEvent(
  settings: PeerDelaySettings,
  state: PeerDelayState,
  event: PeerDelayEvent,
): Transition<PeerDelayState> {
  const {
    exchange,
    measurement,
    replaces,
    discarded: reason,
  } = stepPeerDelayExchange(state.exchange, event);
  const stepped = { ...state, exchange, link: replaces ? withoutLatest(state.link) : state.link };
  if (measurement !== undefined && !isAmbiguous(state.link)) {
    return afterMeasurement(settings, stepped, measurement);
  }
  if (reason === undefined) return { state: stepped, outputs: [] };
  const judged = afterDiscard(settings, stepped, reason);
  return { ...judged, outputs: [discarded(settings, reason), ...judged.outputs] };
}

function withoutLatest(link: LinkState): LinkState {
  return link.kind === 'measured' ? { ...link, samples: link.samples.slice(0, -1) } : link;
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

/** One request has not led to a measurement. */
function withFailure(
  settings: PeerDelaySettings,
  state: PeerDelayState,
  reason: UnmeasuredReason,
): Transition<PeerDelayState> {
  const { link } = state;
  const { neighbor } = link;
  const unmeasured: LinkState = { kind: 'unmeasured', reason, ...(neighbor && { neighbor }) };
  if (link.kind === 'unmeasured') return withLink(settings, state, unmeasured);
  const failedRequests = link.failedRequests + 1;
  const { allowedImplausibleResponses, allowedLostResponses } = settings.profile.peerDelay;
  const allowed =
    reason === 'linkDelayOutOfRange' ? allowedImplausibleResponses : allowedLostResponses;
  return withLink(
    settings,
    state,
    failedRequests <= allowed ? { ...link, failedRequests } : unmeasured,
  );
}

function afterMeasurement(
  settings: PeerDelaySettings,
  state: PeerDelayState,
  measurement: PeerDelayMeasurement,
): Transition<PeerDelayState> {
  const { link } = state;
  const samples = link.kind === 'measured' ? link.samples : [];
  const { meanLinkDelayNs } = settings.profile.peerDelay;
  const measured = withMeasurement(meanLinkDelayNs, link.neighbor, samples, measurement);
  if (measured === undefined) {
    const failed = withFailure(settings, state, 'linkDelayOutOfRange');
    return { ...failed, outputs: [discarded(settings, 'linkDelayOutOfRange'), ...failed.outputs] };
  }
  return withLink(settings, state, { kind: 'measured', ...measured, failedRequests: 0 });
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
