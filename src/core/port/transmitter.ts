/**
 * The transmitting half of a port: Announce, and two-step Sync with its Follow_Up, at their intervals (clauses 9.5.8,
 * 9.5.9, 9.5.10). A pure state machine; what Announce says of the grandmaster it is given.
 */
import type { DiscardReason } from '../exchange/discard-reason.js';
import type { Output, PeerAddress } from '../io.js';
import { durationOfLogInterval, type Instant } from '../time/instant.js';
import { zeroTimeInterval } from '../time/time-interval.js';
import { timestampFromInstant, zeroTimestamp } from '../time/timestamp.js';
import type { AnnounceBody } from '../wire/messages/announce.js';
import { Flag } from '../wire/header.js';
import { encode } from '../wire/message.js';
import type { Tlv } from '../wire/tlv.js';
import {
  discarded,
  headerOf,
  intervalTold,
  nextSequenceId,
  timersOf,
  unicastFlag,
  type PortEvent,
  type PortSettings,
  type Transition,
} from './port.js';

export interface TransmitterSettings extends PortSettings {
  /** What Announce says of the grandmaster; `stepsRemoved` is left out by the grandmaster itself. */
  readonly grandmaster: Omit<AnnounceBody, 'messageType' | 'originTimestamp' | 'stepsRemoved'> &
    Partial<Pick<AnnounceBody, 'stepsRemoved'>>;
  /** The TLVs of Announce; absent: none. */
  readonly announceTlvs?: readonly Tlv[];
  /** Of Announce: the time properties (ptpTimescale, ...) and synchronizationUncertain (table 37). */
  readonly announceFlags: number;
  readonly logAnnounceInterval: number;
  readonly logSyncInterval: number;
}

/** What is sent to one destination. 7.3.7: each message type has sequenceIds of its own at each destination. */
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

export interface TransmitterState {
  readonly streams: readonly Stream[];
  readonly nextContext: number;
  /** Absent: nothing is sent, and sequenceIds stay where they are. */
  readonly sending?: { readonly pendingFollowUps: readonly PendingFollowUp[] };
}

type Sending = TransmitterState & Required<Pick<TransmitterState, 'sending'>>;

/** Half a second of 128 Sync/s to four receivers; a time stamp that takes longer is of no use to anyone. */
export const maxPendingFollowUps = 256;

/** Half of what io.ts allows: the other half is for what else a port of a clock sends (clock-port.ts). */
export const transmitterContexts = 2 ** 23;

/** `destinations`: each gets an Announce, a Sync and a Follow_Up of its own. */
export function initialTransmitterState(
  destinations: readonly PeerAddress[] = [{ kind: 'multicast' }],
): TransmitterState {
  return {
    streams: destinations.map((destination) => ({
      destination,
      announceSequenceId: 0,
      syncSequenceId: 0,
    })),
    nextContext: 0,
  };
}

/** Sends at once, and Announce first, because receivers take no Sync of a master that they do not know. */
export function startTransmitter(
  settings: TransmitterSettings,
  state: TransmitterState,
): Transition<TransmitterState> {
  if (isSending(state)) return { state, outputs: [] };
  const announced = sendAnnounce(settings, { ...state, sending: { pendingFollowUps: [] } });
  const synced = sendSync(settings, announced.state);
  return { state: synced.state, outputs: [...announced.outputs, ...synced.outputs] };
}

export function stopTransmitter(
  settings: PortSettings,
  { streams, nextContext }: TransmitterState,
): Transition<TransmitterState> {
  const { announce, sync } = timersOf(settings);
  return {
    state: { streams, nextContext },
    outputs: [
      { kind: 'cancelTimer', timer: announce },
      { kind: 'cancelTimer', timer: sync },
    ],
  };
}

/** A timer, or the transmit time stamp of a Sync, as PTP time. */
export function stepTransmitter(
  settings: TransmitterSettings,
  state: TransmitterState,
  event: Extract<PortEvent, { kind: 'timer' | 'transmitTimestamp' | 'transmitTimestampLost' }>,
): Transition<TransmitterState> {
  if (!isSending(state)) return ignored(settings, state, 'linkDown');
  switch (event.kind) {
    case 'timer': {
      const { announce, sync } = timersOf(settings);
      if (event.timer === announce) return sendAnnounce(settings, state);
      if (event.timer === sync) return sendSync(settings, state);
      return { state, outputs: [] };
    }
    case 'transmitTimestamp':
      return onTransmitTimestamp(settings, state, event.context, event.egressTimestamp);
    case 'transmitTimestampLost':
      return onTransmitTimestampLost(settings, state, event.context);
  }
}

function isSending(state: TransmitterState): state is Sending {
  return state.sending !== undefined;
}

function ignored(
  settings: PortSettings,
  state: TransmitterState,
  reason: DiscardReason,
): Transition<TransmitterState> {
  return { state, outputs: [discarded(settings, reason)] };
}

function sendAnnounce(settings: TransmitterSettings, state: Sending): Transition<Sending> {
  const messages = state.streams.map(({ destination, announceSequenceId }): Output => {
    const message = encode({
      messageType: 'Announce',
      header: headerOf(settings, 'Announce', {
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

function sendSync(settings: TransmitterSettings, state: Sending): Transition<Sending> {
  const sent = state.streams.map(({ destination, syncSequenceId }, index): PendingFollowUp => ({
    context: (state.nextContext + index) % transmitterContexts,
    sequenceId: syncSequenceId,
    destination,
  }));
  const pendingFollowUps = [...state.sending.pendingFollowUps, ...sent];
  // The oldest ones are given up, because their time stamps are the least likely to come.
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
      nextContext: (state.nextContext + sent.length) % transmitterContexts,
      sending: { pendingFollowUps },
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

function syncOutput(settings: TransmitterSettings, pending: PendingFollowUp): Output {
  const { context, sequenceId, destination } = pending;
  const message = encode({
    messageType: 'Sync',
    header: headerOf(settings, 'Sync', {
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
  settings: TransmitterSettings,
  state: Sending,
  context: number,
  egressTimestamp: Instant,
): Transition<TransmitterState> {
  const pending = state.sending.pendingFollowUps.find((candidate) => candidate.context === context);
  if (pending === undefined) return ignored(settings, state, 'unexpectedTransmitTimestamp');
  const { timestamp, fraction } = timestampFromInstant(egressTimestamp);
  const message = encode({
    messageType: 'Follow_Up',
    header: headerOf(settings, 'Follow_Up', {
      flagField: unicastFlag(pending.destination),
      correctionField: fraction, // 9.5.10: the fraction of a nanosecond, which preciseOriginTimestamp cannot hold
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
  settings: TransmitterSettings,
  state: Sending,
  context: number,
): Transition<TransmitterState> {
  const pending = state.sending.pendingFollowUps.find((candidate) => candidate.context === context);
  if (pending === undefined) return ignored(settings, state, 'unexpectedTransmitTimestamp');
  // That Sync gets no Follow_Up, which costs receivers one sample.
  return ignored(settings, withoutPending(state, pending), 'transmitTimestampLost');
}

function withoutPending(state: Sending, answered: PendingFollowUp): Sending {
  const { pendingFollowUps } = state.sending;
  return {
    ...state,
    sending: { pendingFollowUps: pendingFollowUps.filter((pending) => pending !== answered) },
  };
}
