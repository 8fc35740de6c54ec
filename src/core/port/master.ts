/**
 * A port in the MASTER state: Announce, two-step Sync with its Follow_Up, and an answer to every Delay_Req
 * (clauses 9.5.8, 9.5.9, 9.5.10, 9.5.12, 11.3).
 */
import type { Output, PeerAddress } from '../io.js';
import { durationOfLogInterval, type Instant } from '../time/instant.js';
import { difference, zeroTimeInterval } from '../time/time-interval.js';
import { timestampFromInstant, zeroTimestamp } from '../time/timestamp.js';
import type { AnnounceBody } from '../wire/messages/announce.js';
import { Flag, noLogMessageInterval } from '../wire/header.js';
import { encode } from '../wire/message.js';
import type { Tlv } from '../wire/tlv.js';
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

type UnicastAddress = Extract<PeerAddress, { kind: 'unicast' }>;

export interface MasterSettings extends PortSettings {
  /** What Announce says of the grandmaster; `stepsRemoved` is left out by the grandmaster itself. */
  readonly grandmaster: Omit<AnnounceBody, 'messageType' | 'originTimestamp' | 'stepsRemoved'> &
    Partial<Pick<AnnounceBody, 'stepsRemoved'>>;
  /** Of Announce; absent: none. */
  readonly announceTlvs?: readonly Tlv[];
  /** Of Announce: the time properties (ptpTimescale, ...) and synchronizationUncertain (table 37). */
  readonly announceFlags: number;
  readonly logAnnounceInterval: number;
  readonly logSyncInterval: number;
  /** What Delay_Resp asks its receivers to keep to. */
  readonly logMinDelayReqInterval: number;
  /** Each of them gets Announce, Sync and Follow_Up unicast, beside the multicast ones. */
  readonly unicastReceivers: readonly UnicastAddress[];
}

/** Annex I.3 of 1588-2019, the default profile for the delay request-response mechanism. */
export const defaultMasterIntervals = {
  logAnnounceInterval: 1,
  logSyncInterval: 0,
  logMinDelayReqInterval: 0,
} as const;

/** One destination. 7.3.7: sequenceIds are counted for each message type and each destination apart. */
interface Stream {
  readonly destination: PeerAddress;
  readonly announceSequenceId: number;
  readonly syncSequenceId: number;
}

/** A Sync that has been sent and waits for its transmit time stamp. */
interface PendingFollowUp {
  readonly context: number;
  readonly sequenceId: number;
  readonly destination: PeerAddress;
}

export type MasterState =
  | {
      /** No link: nothing is sent. */
      readonly kind: 'INITIALIZING';
      readonly streams: readonly Stream[];
      readonly nextContext: number;
    }
  | {
      readonly kind: 'MASTER';
      readonly streams: readonly Stream[];
      readonly nextContext: number;
      readonly pendingFollowUps: readonly PendingFollowUp[];
    };

type Transmitting = Extract<MasterState, { kind: 'MASTER' }>;

/** Half a second of 128 Sync/s to four receivers; a time stamp that takes longer is of no use to anyone. */
export const maxPendingFollowUps = 256;

/** Half of what io.ts allows: the other half is for what else a port of a boundary clock sends (boundary-port.ts). */
export const masterContexts = 2 ** 23;

export function initialMasterState(
  settings: Pick<MasterSettings, 'unicastReceivers'>,
): MasterState {
  const destinations: PeerAddress[] = [{ kind: 'multicast' }, ...settings.unicastReceivers];
  return {
    kind: 'INITIALIZING',
    streams: destinations.map((destination) => ({
      destination,
      announceSequenceId: 0,
      syncSequenceId: 0,
    })),
    nextContext: 0,
  };
}

export function stepMaster(
  settings: MasterSettings,
  state: MasterState,
  event: PortEvent,
): Transition<MasterState> {
  if (event.kind === 'link') return onLink(settings, state, event.up);
  if (state.kind === 'INITIALIZING') return ignored(settings, state, 'linkDown');
  switch (event.kind) {
    case 'message':
      return onMessage(settings, state, event);
    case 'timer':
      return onTimer(settings, state, event.timer);
    case 'transmitTimestamp':
      return onTransmitTimestamp(settings, state, event.context, event.egressTimestamp);
    case 'transmitTimestampLost':
      return onTransmitTimestampLost(settings, state, event.context);
  }
}

function ignored(
  settings: MasterSettings,
  state: MasterState,
  reason: DiscardReason,
): Transition<MasterState> {
  return { state, outputs: [discarded(settings, reason)] };
}

function onLink(
  settings: MasterSettings,
  state: MasterState,
  up: boolean,
): Transition<MasterState> {
  const timers = timersOf(settings);
  const { streams, nextContext } = state;
  if (!up) {
    return {
      state: { kind: 'INITIALIZING', streams, nextContext },
      outputs: [
        { kind: 'cancelTimer', timer: timers.announce },
        { kind: 'cancelTimer', timer: timers.sync },
      ],
    };
  }
  if (state.kind === 'MASTER') return { state, outputs: [] };
  const started: Transmitting = { kind: 'MASTER', streams, nextContext, pendingFollowUps: [] };
  // At once, and Announce first: receivers take no Sync of a master they do not know.
  const announced = sendAnnounce(settings, started);
  const synced = sendSync(settings, announced.state);
  return { state: synced.state, outputs: [...announced.outputs, ...synced.outputs] };
}

function onTimer(
  settings: MasterSettings,
  state: Transmitting,
  timer: string,
): Transition<MasterState> {
  const timers = timersOf(settings);
  if (timer === timers.announce) return sendAnnounce(settings, state);
  if (timer === timers.sync) return sendSync(settings, state);
  return { state, outputs: [] };
}

function sendAnnounce(settings: MasterSettings, state: Transmitting): Transition<Transmitting> {
  const messages = state.streams.map(({ destination, announceSequenceId }): Output => {
    const message = encode({
      messageType: 'Announce',
      header: headerOf(settings, {
        flagField: settings.announceFlags | unicastFlag(destination),
        correctionField: zeroTimeInterval,
        sequenceId: announceSequenceId,
        logMessageInterval: settings.logAnnounceInterval,
      }),
      originTimestamp: zeroTimestamp,
      stepsRemoved: 0,
      ...settings.grandmaster,
      tlvs: settings.announceTlvs ?? [],
    });
    return { kind: 'sendGeneral', port: settings.port, message, destination };
  });
  return {
    state: {
      ...state,
      streams: state.streams.map((stream) => ({
        ...stream,
        announceSequenceId: nextSequenceId(stream.announceSequenceId),
      })),
    },
    outputs: [
      ...messages,
      {
        kind: 'setTimer',
        timer: timersOf(settings).announce,
        after: durationOfLogInterval(settings.logAnnounceInterval),
      },
    ],
  };
}

function sendSync(settings: MasterSettings, state: Transmitting): Transition<Transmitting> {
  const sent = state.streams.map(({ destination, syncSequenceId }, index): PendingFollowUp => ({
    context: (state.nextContext + index) % masterContexts,
    sequenceId: syncSequenceId,
    destination,
  }));
  const pendingFollowUps = [...state.pendingFollowUps, ...sent];
  // The oldest are the least likely to get their time stamp.
  const overdue = pendingFollowUps.splice(
    0,
    Math.max(0, pendingFollowUps.length - maxPendingFollowUps),
  );
  return {
    state: {
      ...state,
      streams: state.streams.map((stream) => ({
        ...stream,
        syncSequenceId: nextSequenceId(stream.syncSequenceId),
      })),
      nextContext: (state.nextContext + sent.length) % masterContexts,
      pendingFollowUps,
    },
    outputs: [
      ...sent.map((pending) => syncOutput(settings, pending)),
      ...overdue.map(() => discarded(settings, 'tooManyPendingFollowUps')),
      {
        kind: 'setTimer',
        timer: timersOf(settings).sync,
        after: durationOfLogInterval(settings.logSyncInterval),
      },
    ],
  };
}

function syncOutput(settings: MasterSettings, pending: PendingFollowUp): Output {
  const { context, sequenceId, destination } = pending;
  const message = encode({
    messageType: 'Sync',
    header: headerOf(settings, {
      flagField: Flag.twoStep | unicastFlag(destination),
      correctionField: zeroTimeInterval,
      sequenceId,
      logMessageInterval: intervalTold(settings.logSyncInterval, destination),
    }),
    originTimestamp: zeroTimestamp,
    tlvs: [],
  });
  return { kind: 'sendEvent', port: settings.port, message, destination, context };
}

function onTransmitTimestamp(
  settings: MasterSettings,
  state: Transmitting,
  context: number,
  egressTimestamp: Instant,
): Transition<MasterState> {
  const pending = state.pendingFollowUps.find((candidate) => candidate.context === context);
  if (pending === undefined) return ignored(settings, state, 'unexpectedTransmitTimestamp');
  const { timestamp, fraction } = timestampFromInstant(egressTimestamp);
  const message = encode({
    messageType: 'Follow_Up',
    header: headerOf(settings, {
      flagField: unicastFlag(pending.destination),
      correctionField: fraction, // 9.5.10: what preciseOriginTimestamp cannot hold
      sequenceId: pending.sequenceId,
      logMessageInterval: intervalTold(settings.logSyncInterval, pending.destination),
    }),
    preciseOriginTimestamp: timestamp,
    tlvs: [],
  });
  return {
    state: withoutPending(state, pending),
    outputs: [
      { kind: 'sendGeneral', port: settings.port, message, destination: pending.destination },
    ],
  };
}

function onTransmitTimestampLost(
  settings: MasterSettings,
  state: Transmitting,
  context: number,
): Transition<MasterState> {
  const pending = state.pendingFollowUps.find((candidate) => candidate.context === context);
  if (pending === undefined) return ignored(settings, state, 'unexpectedTransmitTimestamp');
  // That Sync goes without its Follow_Up; receivers lose one sample.
  return ignored(settings, withoutPending(state, pending), 'transmitTimestampLost');
}

function withoutPending(state: Transmitting, answered: PendingFollowUp): Transmitting {
  return {
    ...state,
    pendingFollowUps: state.pendingFollowUps.filter((pending) => pending !== answered),
  };
}

function onMessage(
  settings: MasterSettings,
  state: Transmitting,
  { message, ingressTimestamp, source, toUnicast }: ReceivedMessage,
): Transition<MasterState> {
  if (message.messageType !== 'Delay_Req') return ignored(settings, state, 'ignoredMessageType');
  if (ingressTimestamp === undefined) return ignored(settings, state, 'noIngressTimestamp');

  const destination: PeerAddress = toUnicast ? source : { kind: 'multicast' };
  const { timestamp, fraction } = timestampFromInstant(ingressTimestamp);
  const delayResp = encode({
    messageType: 'Delay_Resp',
    header: headerOf(settings, {
      flagField: unicastFlag(destination),
      // 11.3.2: the Delay_Req's, less the fraction that receiveTimestamp cannot hold
      correctionField: difference(message.header.correctionField, fraction),
      sequenceId: message.header.sequenceId,
      logMessageInterval: intervalTold(settings.logMinDelayReqInterval, destination),
    }),
    receiveTimestamp: timestamp,
    requestingPortIdentity: message.header.sourcePortIdentity,
    tlvs: [],
  });
  return {
    state,
    outputs: [{ kind: 'sendGeneral', port: settings.port, message: delayResp, destination }],
  };
}

function unicastFlag(destination: PeerAddress): number {
  return destination.kind === 'unicast' ? Flag.unicast : 0;
}

/** 13.3.2.14, table 42: Sync, Follow_Up and Delay_Resp tell their interval to groups only. */
function intervalTold(logInterval: number, destination: PeerAddress): number {
  return destination.kind === 'unicast' ? noLogMessageInterval : logInterval;
}
