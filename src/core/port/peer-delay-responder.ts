/**
 * The responder's half of the peer-to-peer delay mechanism, as a two-step clock: a Pdelay_Resp at once, and when its
 * transmit time stamp is known a Pdelay_Resp_Follow_Up (clause 11.4.2).
 */
import type { PeerAddress } from '../io.js';
import type { Instant } from '../time/instant.js';
import { difference, sumOf, zeroTimeInterval, type TimeInterval } from '../time/time-interval.js';
import { timestampFromInstant } from '../time/timestamp.js';
import {
  Flag,
  noLogMessageInterval,
  type Header,
  type PeerDelayMessageType,
} from '../wire/header.js';
import { encode } from '../wire/message.js';
import {
  discarded,
  headerOf,
  unicastFlag,
  type PortSettings,
  type ReceivedMessage,
  type Transition,
} from './port.js';

/** A Pdelay_Resp that has been sent and waits for its transmit time stamp. */
interface PendingResponse {
  readonly context: number;
  readonly requestHeader: Header;
  readonly destination: PeerAddress;
}

export type ResponderState = readonly PendingResponse[];

/** Enough for a neighbour with clocks in several domains; a time stamp that takes longer than so many requests will not come. */
export const maxPendingResponses = 16;

export const initialResponderState: ResponderState = [];

/** True when `context` is that of a Pdelay_Resp. */
export function awaitsTransmitTimestamp(state: ResponderState, context: number): boolean {
  return state.some((pending) => pending.context === context);
}

/**
 * Answers a Pdelay_Req in its own domain, sdoId and version: the link has one delay, whoever asks.
 * `context`: for the transmit time stamp of the Pdelay_Resp.
 */
export function respond(
  settings: PortSettings,
  state: ResponderState,
  { message, ingressTimestamp, source, toUnicast }: ReceivedMessage,
  context: number,
): Transition<ResponderState> {
  if (message.messageType !== 'Pdelay_Req') {
    return { state, outputs: [discarded(settings, 'ignoredMessageType')] };
  }
  if (ingressTimestamp === undefined) {
    return { state, outputs: [discarded(settings, 'noIngressTimestamp')] };
  }
  const destination: PeerAddress = toUnicast ? source : { kind: 'multicast' };
  const { timestamp, fraction } = timestampFromInstant(ingressTimestamp);
  const requestHeader = message.header;
  const response = encode({
    messageType: 'Pdelay_Resp',
    header: answerHeader(settings, 'Pdelay_Resp', requestHeader, {
      flagField: Flag.twoStep | unicastFlag(destination),
      // The fraction of a nanosecond that requestReceiptTimestamp cannot hold; the requester subtracts both.
      correctionField: difference(zeroTimeInterval, fraction),
    }),
    requestReceiptTimestamp: timestamp,
    requestingPortIdentity: requestHeader.sourcePortIdentity,
    tlvs: [],
  });
  const pending = [...state, { context, requestHeader, destination }];
  const kept = pending.slice(-maxPendingResponses);
  return {
    state: kept,
    outputs: [
      { kind: 'sendEvent', port: settings.port, message: response, destination, context },
      ...(kept.length < pending.length ? [discarded(settings, 'tooManyPendingResponses')] : []),
    ],
  };
}

/** The transmit time stamp of the Pdelay_Resp sent with `context`. */
export function followUpResponse(
  settings: PortSettings,
  state: ResponderState,
  context: number,
  egressTimestamp: Instant,
): Transition<ResponderState> {
  const pending = state.find((candidate) => candidate.context === context);
  if (pending === undefined) {
    return { state, outputs: [discarded(settings, 'unexpectedTransmitTimestamp')] };
  }
  const { requestHeader, destination } = pending;
  const { timestamp, fraction } = timestampFromInstant(egressTimestamp);
  const message = encode({
    messageType: 'Pdelay_Resp_Follow_Up',
    header: answerHeader(settings, 'Pdelay_Resp_Follow_Up', requestHeader, {
      flagField: unicastFlag(destination),
      // 11.4.2: the request's, plus what responseOriginTimestamp cannot hold
      correctionField: sumOf(requestHeader.correctionField, fraction),
    }),
    responseOriginTimestamp: timestamp,
    requestingPortIdentity: requestHeader.sourcePortIdentity,
    tlvs: [],
  });
  return {
    state: state.filter((candidate) => candidate !== pending),
    outputs: [{ kind: 'sendGeneral', port: settings.port, message, destination }],
  };
}

/** The time stamp will not come, so the Pdelay_Resp stays without its Follow_Up: the neighbour loses one sample. */
export function giveUpResponse(
  settings: PortSettings,
  state: ResponderState,
  context: number,
): Transition<ResponderState> {
  return {
    state: state.filter((pending) => pending.context !== context),
    outputs: [discarded(settings, 'transmitTimestampLost')],
  };
}

function answerHeader(
  settings: PortSettings,
  messageType: PeerDelayMessageType,
  requestHeader: Header,
  fields: { readonly flagField: number; readonly correctionField: TimeInterval },
): Header {
  const { sdoId, domainNumber, minorVersionPTP, sequenceId } = requestHeader;
  const logMessageInterval = noLogMessageInterval; // table 42
  return {
    ...headerOf(settings, messageType, { ...fields, sequenceId, logMessageInterval }),
    ...{ sdoId, domainNumber, minorVersionPTP },
  };
}
