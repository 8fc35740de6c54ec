/**
 * One port of a boundary or ordinary clock: its transmitting half, its receiving half and, where delayMechanism is p2p, the
 * measurement of its link, each at work in the port states that ask for it. Which state the port is in is decided by the
 * clock (instance/clock.ts), by the table in bmca/port-state.ts.
 */
import type { ElectionPort } from '../bmca/election.js';
import type { ForeignMaster } from '../bmca/foreign-masters.js';
import { isMaster, isOperating, isSlave } from '../bmca/port-state.js';
import type { PortDS, PortState } from '../datasets/data-sets.js';
import type { DiscardReason } from '../exchange/discard-reason.js';
import type { Input, LinkDelay, Output, Transport } from '../io.js';
import type { MeasurementLimits } from '../profile/profile.js';
import { samePortIdentity, type PortIdentity } from '../time/identity.js';
import { durationNs, durationOfLogInterval } from '../time/instant.js';
import { zeroTimeInterval, type TimeInterval } from '../time/time-interval.js';
import { respondToDelayReq } from './delay-responder.js';
import { PeerDelayLink, peerDelayContexts } from './link.js';
import {
  discarded,
  timersOf,
  type PortEvent,
  type PortSettings,
  type ReceivedMessage,
} from './port.js';
import type { ReceivedAnnounce } from './received-announce.js';
import { Receipts, type MissingMessage, type Measured, type ReceiptSettings } from './receipts.js';
import {
  stepReceiver,
  stopReceiver,
  type ReceiverSettings,
  type ReceiverTransition,
} from './receiver.js';
import {
  followMaster,
  forgetPath,
  initialReceiverState,
  withMasterAddress,
  type ReceiverState,
} from './receiver-state.js';
import {
  initialTransmitterState,
  startTransmitter,
  stepTransmitter,
  stopTransmitter,
  transmitterContexts,
  type TransmitterSettings,
  type TransmitterState,
} from './transmitter.js';

/** Names and meaning as in portDS (8.2.15). */
export type ClockPortSettings = Omit<PortDS, 'portIdentity' | 'portState' | 'meanLinkDelay'> & {
  /** Index of the port in the data plane. */
  readonly port: number;
  readonly transport: Transport;
  /** Of its link, positive when the way in is the longer (7.4.2). */
  readonly delayAsymmetry: TimeInterval;
};

/** What Announce says that changes with the grandmaster. */
export type AnnouncedGrandmaster = Pick<
  TransmitterSettings,
  'grandmaster' | 'announceFlags' | 'announceTlvs'
>;

/** What a port asks of the clock that it is part of. */
export type PortEnvironment = Required<
  Pick<ReceiverSettings, 'random' | 'pathDelaysNeeded' | 'timeAt'>
> & { readonly limits: MeasurementLimits };

/** The members of ElectionPort are what the election looks at. */
export class ClockPort implements ElectionPort<ReceivedAnnounce> {
  portState: PortState = 'INITIALIZING';
  foreignMasters: readonly ForeignMaster<ReceivedAnnounce>[] = [];
  /** Announce messages have stayed away for announceReceiptTimeoutInterval (9.2.6.12). */
  announceReceiptTimedOut = false;
  /** Announce intervals for which the port stays silent, because it has heard one of a lower number (9.5.2.2). */
  lowerPortHeardFor = 0;
  linkUp = false;
  /** There is a link, but for nothing else than to be measured. Such a port is FAULTY. */
  blocked = false;

  settings: ClockPortSettings;
  readonly identity: PortSettings;
  readonly #environment: PortEnvironment;
  /** Where delayMechanism is p2p. */
  readonly #link: PeerDelayLink | undefined;
  #measuresLink = false;
  #transmitter: TransmitterState = initialTransmitterState();
  #transmitterSettings:
    | {
        readonly settings: ClockPortSettings;
        readonly announced: AnnouncedGrandmaster;
        readonly whole: TransmitterSettings;
      }
    | undefined;
  #receiver: ReceiverState;
  readonly #receipts = new Receipts();
  /** What this clock hands on is not to be told, although the port is MASTER. */
  #gated = false;

  constructor(identity: PortSettings, settings: ClockPortSettings, environment: PortEnvironment) {
    this.identity = identity;
    this.settings = settings;
    this.#environment = environment;
    this.#link =
      settings.delayMechanism === 'p2p'
        ? new PeerDelayLink({ ...identity, ...settings })
        : undefined;
    this.#receiver = initialReceiverState(settings);
  }

  get portIdentity(): PortIdentity {
    return this.identity.portIdentity;
  }

  get lowerPortHeard(): boolean {
    return this.lowerPortHeardFor > 0;
  }

  get masterOnly(): boolean {
    return this.settings.masterOnly;
  }

  reconfigure(change: Partial<ClockPortSettings>): void {
    this.settings = { ...this.settings, ...change };
    this.#link?.reconfigure(this.settings);
  }

  portDS(): PortDS {
    const { logAnnounceInterval, logSyncInterval } = this.settings;
    // 8.2.15.2.2: what the master tells, while there is one.
    const from = isSlave(this.portState) ? this.#receiver : this.settings;
    const { logMinDelayReqInterval } = from;
    const { announceReceiptTimeout, masterOnly } = this.settings;
    const { delayMechanism, logMinPdelayReqInterval } = this.settings;
    const linkDelay = this.linkDelay();
    return {
      portIdentity: this.identity.portIdentity,
      portState: this.portState,
      ...{ logMinDelayReqInterval, logAnnounceInterval, logSyncInterval },
      ...{ announceReceiptTimeout, masterOnly },
      ...{ delayMechanism, logMinPdelayReqInterval },
      meanLinkDelay: linkDelay?.kind === 'measured' ? linkDelay.meanLinkDelay : zeroTimeInterval,
    };
  }

  /** Undefined where the delay is measured end to end. */
  linkDelay(): LinkDelay | undefined {
    return this.#link?.linkDelay();
  }

  /** Starts and stops the parts of the port as `portState` asks, and sets or cancels the timers of that state. */
  enter(portState: PortState, announced: AnnouncedGrandmaster): readonly Output[] {
    const before = this.portState;
    this.portState = portState;
    const outputs: Output[] = [];
    outputs.push(...this.startOrStopLink());
    if (before === 'MASTER' && portState !== 'MASTER') outputs.push(...this.#stopTransmitting());
    if (isSlave(before) && !isSlave(portState)) outputs.push(...this.#stopFollowing());
    if (before === 'PRE_MASTER' && portState !== 'PRE_MASTER') {
      outputs.push({ kind: 'cancelTimer', timer: timersOf(this.identity).qualification });
    }
    if (portState === 'MASTER' && before !== 'MASTER' && !this.#gated) {
      outputs.push(...this.#startTransmitting(announced));
    }
    if (portState === 'LISTENING' || portState === 'PASSIVE') outputs.push(this.awaitAnnounce());
    else if (isMaster(portState)) {
      outputs.push({ kind: 'cancelTimer', timer: timersOf(this.identity).announceReceipt });
    }
    return outputs;
  }

  /** 11.4.1: a link is measured in every state but those of a port that does not operate, except where that is for being blocked. */
  get linkIsMeasured(): boolean {
    return isOperating(this.portState) || (this.blocked && this.portState !== 'DISABLED');
  }

  /** To be called when what linkIsMeasured depends on has changed. */
  startOrStopLink(): readonly Output[] {
    const up = this.linkIsMeasured;
    if (up === this.#measuresLink) return [];
    this.#measuresLink = up;
    return this.stepLink({ kind: 'link', port: this.settings.port, up });
  }

  /** A master that is gated is silent, and answers nobody. */
  get isTransmitting(): boolean {
    return this.portState === 'MASTER' && !this.#gated;
  }

  /** Has a master fall silent, or speak again. */
  gate(gated: boolean, announced: AnnouncedGrandmaster): readonly Output[] {
    if (gated === this.#gated) return [];
    this.#gated = gated;
    if (this.portState !== 'MASTER') return [];
    return gated ? this.#stopTransmitting() : this.#startTransmitting(announced);
  }

  /** 9.2.6.12: starts the timer anew that expires when Announce messages stay away. */
  awaitAnnounce(): Output {
    const { announceReceiptTimeout, logAnnounceInterval } = this.settings;
    const { announceReceiptSpread } = this.identity.profile.portDS;
    const intervals = announceReceiptTimeout + announceReceiptSpread * this.#environment.random();
    return {
      kind: 'setTimer',
      timer: timersOf(this.identity).announceReceipt,
      after: durationNs(intervals * durationOfLogInterval(logAnnounceInterval)),
    };
  }

  /** Follows the sender of `announce`; nothing that was measured before counts. */
  follow(announce: ReceivedAnnounce): readonly Output[] {
    const before = this.#receiver;
    const portIdentity = announce.message.header.sourcePortIdentity;
    const sameMaster =
      before.measuring.kind !== 'idle' &&
      samePortIdentity(before.measuring.master.portIdentity, portIdentity);
    const stopped = stopReceiver(this.identity, before);
    this.#receiver = followMaster(this.settings, before, {
      portIdentity,
      address: announce.source,
    });
    return [
      ...stopped.outputs,
      this.awaitAnnounce(),
      ...this.#receipts.begin(this.#receiptSettings, sameMaster),
    ];
  }

  /** The master that is followed has sent another Announce, from that address. */
  hearMaster({ source }: ReceivedAnnounce): Output {
    this.#receiver = withMasterAddress(this.#receiver, source);
    return this.awaitAnnounce();
  }

  /** Announce and Sync are due, or a Sync has its transmit time stamp, which is PTP time. */
  stepTransmitter(
    event: Extract<PortEvent, { kind: 'timer' | 'transmitTimestamp' | 'transmitTimestampLost' }>,
    announced: AnnouncedGrandmaster,
  ): readonly Output[] {
    const settings = this.#transmitterSettingsFor(announced);
    const { state, outputs } = stepTransmitter(settings, this.#transmitter, event);
    this.#transmitter = state;
    return outputs;
  }

  /** @param received its ingressTimestamp is PTP time */
  answerDelayReq(received: ReceivedMessage): Output {
    const { logMinDelayReqInterval } = this.settings;
    return respondToDelayReq({ ...this.identity, logMinDelayReqInterval }, received);
  }

  /** Time stamps are raw. The contexts of its events are the ones that `sendEvent` was given. */
  stepReceiver(event: Exclude<PortEvent, { kind: 'link' }>): Omit<ReceiverTransition, 'state'> {
    const inner =
      'context' in event ? { ...event, context: event.context - transmitterContexts } : event;
    const { state, outputs, measurement } = stepReceiver(
      this.#receiverSettings(),
      this.#receiver,
      inner,
    );
    this.#receiver = state;
    this.#noteOutputs(event, outputs);
    return {
      outputs: outputs.map((output) => withContextsFrom(transmitterContexts, output)),
      ...(measurement !== undefined && { measurement }),
    };
  }

  /** The master has sent a Sync that tells that interval. */
  noteSync(logMessageInterval: number): void {
    this.#receipts.noteSync(logMessageInterval);
  }

  /** The servo does not believe what the latest Sync has told. */
  noteOutlier(): Output {
    this.#receipts.noteDiscard('sync', 'offsetOutlier');
    return discarded(this.identity, 'offsetOutlier');
  }

  /** A Sync was of use: the next one is waited for. */
  syncUsed(): Output {
    return this.#receipts.syncUsed(this.#receiptSettings);
  }

  /** A path delay counts, or the first Delay_Req is about to be sent (`begins`): the next path delay is waited for. */
  delayUsed(begins = false): Output {
    return this.#receipts.delayUsed(
      this.#receiptSettings,
      this.#receiver.logMinDelayReqInterval,
      begins,
    );
  }

  /** What the port needs of its master has stayed away for too long. */
  receiptExpired(measured: Measured): void {
    this.#receipts.expire(measured);
    if (measured === 'delay') this.#receiver = forgetPath(this.#receiver);
  }

  /** What the port lacks to follow its master. */
  missing(): readonly MissingMessage[] {
    return isSlave(this.portState) ? this.#receipts.missing(this.linkDelay()) : [];
  }

  /** Which of the two kinds of measurement has begun, or come to nothing and why. */
  #noteOutputs(event: Exclude<PortEvent, { kind: 'link' }>, outputs: readonly Output[]): void {
    const ofSync =
      event.kind === 'message' &&
      (event.message.messageType === 'Sync' || event.message.messageType === 'Follow_Up');
    for (const output of outputs) {
      if (output.kind === 'sendEvent') this.#receipts.noteDelayReq();
      if (output.kind !== 'discarded' || output.reason === 'otherMaster') continue;
      this.#receipts.noteDiscard(ofSync ? 'sync' : 'delay', output.reason as DiscardReason);
    }
  }

  get #receiptSettings(): ReceiptSettings {
    const { limits } = this.#environment;
    return { identity: this.identity, limits, logSyncInterval: this.settings.logSyncInterval };
  }

  /** Time stamps are raw, for a link has its delay whatever time it is. Contexts as with stepReceiver. */
  stepLink(
    event: ReceivedMessage | Exclude<Input, { kind: 'message' | 'syncObserved' }>,
  ): readonly Output[] {
    const link = this.#link;
    if (link === undefined) return [];
    const outputs =
      event.kind === 'message'
        ? link.receive(event)
        : link.step(
            'context' in event ? { ...event, context: event.context - firstLinkContext } : event,
          );
    return outputs.map((output) => withContextsFrom(firstLinkContext, output));
  }

  #startTransmitting(announced: AnnouncedGrandmaster): readonly Output[] {
    const settings = this.#transmitterSettingsFor(announced);
    const { state, outputs } = startTransmitter(settings, this.#transmitter);
    this.#transmitter = state;
    return outputs;
  }

  #stopTransmitting(): readonly Output[] {
    const { state, outputs } = stopTransmitter(this.identity, this.#transmitter);
    this.#transmitter = state;
    return outputs;
  }

  #stopFollowing(): readonly Output[] {
    const { state, outputs } = stopReceiver(this.identity, this.#receiver);
    this.#receiver = state;
    const { announceReceipt: timer } = timersOf(this.identity);
    return [
      { kind: 'cancelTimer', timer },
      ...outputs,
      ...this.#receipts.stop(this.#receiptSettings),
    ];
  }

  /** Made anew only when one of its parts has changed, and not for every message. */
  #transmitterSettingsFor(announced: AnnouncedGrandmaster): TransmitterSettings {
    const { settings } = this;
    if (
      this.#transmitterSettings?.settings !== settings ||
      this.#transmitterSettings.announced !== announced
    ) {
      const whole = { ...this.identity, ...settings, ...announced };
      this.#transmitterSettings = { settings, announced, whole };
    }
    return this.#transmitterSettings.whole;
  }

  #receiverSettings(): ReceiverSettings {
    const { identity, settings } = this;
    const { limits, ...environment } = this.#environment;
    const { meanPathDelayNs, toldLogMinDelayReqInterval } = limits;
    const link = this.#link;
    return {
      ...{ ...identity, ...settings, ...environment, transmission: 'multicast' },
      ...{ meanPathDelayNs, toldLogMinDelayReqInterval },
      ...(link !== undefined && { linkDelay: () => link.linkDelay() }),
    };
  }
}

/** Above those of Sync and those of Delay_Req, which are sequenceIds of 16 bits. */
const firstLinkContext = transmitterContexts + peerDelayContexts;

/** A part of a port counts its contexts from 0; in the port's they begin at `first`. */
function withContextsFrom(first: number, output: Output): Output {
  return output.kind === 'sendEvent' ? { ...output, context: output.context + first } : output;
}

/** Which part of a port has sent the event message with that context. */
export function senderOf(context: number): 'transmitter' | 'receiver' | 'link' {
  if (context < transmitterContexts) return 'transmitter';
  return context < firstLinkContext ? 'receiver' : 'link';
}
