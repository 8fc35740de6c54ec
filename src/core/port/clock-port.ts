/**
 * One port of a boundary or ordinary clock: its transmitting half, its receiving half and, where delayMechanism is p2p, the
 * measurement of its link, each at work in the port states that ask for it. Which state the port is in is decided by the
 * clock (instance/clock.ts), by the table in bmca/port-state.ts.
 */
import type { ElectionPort, PortDecision } from '../bmca/election.js';
import type { ForeignMaster } from '../bmca/foreign-masters.js';
import { isMaster, isOperating, isSlave } from '../bmca/port-state.js';
import type { PortDS, PortState } from '../datasets/data-sets.js';
import type { Input, LinkDelay, Output } from '../io.js';
import type { PortIdentity } from '../time/identity.js';
import { durationNs, durationOfLogInterval } from '../time/instant.js';
import { zeroTimeInterval } from '../time/time-interval.js';
import { isPeerDelayMessageType } from '../wire/header.js';
import type { Message } from '../wire/message.js';
import type { ClockPortSettings } from './clock-port-settings.js';
import { firstLinkContext, withContextsFrom } from './contexts.js';
import { respondToDelayReq } from './delay-responder.js';
import { PeerDelayLink } from './link.js';
import { timersOf, type PortSettings, type ReceivedMessage } from './port.js';
import type { ReceivedAnnounce } from './received-announce.js';
import type { MissingMessage } from './receiving/receipts.js';
import { ReceivingHalf, type PortEnvironment } from './receiving/receiving-half.js';
import { TransmittingHalf, type AnnouncedGrandmaster } from './transmitting-half.js';

/** What a port knows of those around it, for the port of another clock that takes its place. */
export interface Neighbours {
  readonly foreignMasters: readonly ForeignMaster<ReceivedAnnounce>[];
  /** The others there follow it. */
  readonly isMaster: boolean;
}

/** The members of ElectionPort are what the election looks at. */
export class ClockPort implements ElectionPort<ReceivedAnnounce> {
  portState: PortState = 'INITIALIZING';
  /** What was decided of it last; nothing while it does not operate, or goes on listening. */
  decision: PortDecision<ReceivedAnnounce> = {};
  foreignMasters: readonly ForeignMaster<ReceivedAnnounce>[] = [];
  /** Announce messages have stayed away for announceReceiptTimeoutInterval (9.2.6.12). */
  announceReceiptTimedOut = false;
  /** Announce intervals for which the port stays silent, because it has heard one of a lower number (9.5.2.2). */
  lowerPortHeardFor = 0;
  /** Announce intervals for which the port is PRE_MASTER, once it is (9.2.6.11). */
  preMasterFor = 0;
  /** From a port whose place this one takes, until it begins. */
  inherited: Neighbours | undefined;
  linkUp = false;
  /** There is a link, but for nothing else than to be measured. Such a port is FAULTY. */
  blocked = false;

  settings: ClockPortSettings;
  readonly identity: PortSettings;
  readonly transmitting: TransmittingHalf;
  readonly receiving: ReceivingHalf;
  readonly #random: PortEnvironment['random'];
  /** Where delayMechanism is p2p. */
  readonly #link: PeerDelayLink | undefined;
  #measuresLink = false;
  /** What this clock hands on is not to be told, although the port is MASTER. */
  #gated = false;

  constructor(identity: PortSettings, settings: ClockPortSettings, environment: PortEnvironment) {
    this.identity = identity;
    this.settings = settings;
    this.#random = environment.random;
    const link =
      settings.delayMechanism === 'p2p'
        ? new PeerDelayLink({ ...identity, ...settings })
        : undefined;
    this.#link = link;
    this.transmitting = new TransmittingHalf(identity, () => this.settings);
    this.receiving = new ReceivingHalf({
      ...{ identity, environment },
      settings: () => this.settings,
      linkDelay: link && (() => link.linkDelay()),
    });
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

  /** What is due sooner from now on does not wait for a timer that was set before. */
  reconfigure(
    change: Partial<ClockPortSettings>,
    announced: AnnouncedGrandmaster,
  ): readonly Output[] {
    const before = this.settings;
    this.settings = { ...before, ...change };
    const outputs = [...(this.#link?.reconfigure(this.settings) ?? [])];
    const { announce, sync } = timersOf(this.identity);
    const { logAnnounceInterval, logSyncInterval } = this.settings;
    if (this.isTransmitting) {
      // At once, because whoever receives has already waited, and the message tells the new interval.
      const due = [
        ...(logAnnounceInterval < before.logAnnounceInterval ? [announce] : []),
        ...(logSyncInterval < before.logSyncInterval ? [sync] : []),
      ];
      outputs.push(
        ...due.flatMap((timer) => this.transmitting.step({ kind: 'timer', timer }, announced)),
      );
    }
    const awaitsAnnounce = isOperating(this.portState) && !isMaster(this.portState);
    if (awaitsAnnounce && announceReceiptNs(this.settings) < announceReceiptNs(before)) {
      outputs.push(this.awaitAnnounce());
    }
    return outputs;
  }

  portDS(): PortDS {
    const { settings } = this;
    // 8.2.15.2.2: what the master tells, while there is one.
    const from = isSlave(this.portState) ? this.receiving : settings;
    const linkDelay = this.linkDelay();
    return {
      portIdentity: this.identity.portIdentity,
      portState: this.portState,
      logMinDelayReqInterval: from.logMinDelayReqInterval,
      logAnnounceInterval: settings.logAnnounceInterval,
      logSyncInterval: settings.logSyncInterval,
      announceReceiptTimeout: settings.announceReceiptTimeout,
      masterOnly: settings.masterOnly,
      delayMechanism: settings.delayMechanism,
      logMinPdelayReqInterval: settings.logMinPdelayReqInterval,
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
    if (before === 'MASTER' && portState !== 'MASTER') outputs.push(...this.transmitting.stop());
    if (isSlave(before) && !isSlave(portState)) outputs.push(...this.#stopFollowing());
    if (before === 'PRE_MASTER' && portState !== 'PRE_MASTER') {
      outputs.push({ kind: 'cancelTimer', timer: timersOf(this.identity).qualification });
    }
    if (portState === 'MASTER' && before !== 'MASTER' && !this.#gated) {
      outputs.push(...this.transmitting.start(announced));
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
    return gated ? this.transmitting.stop() : this.transmitting.start(announced);
  }

  /** 9.2.6.12: starts the timer anew that expires when Announce messages stay away. */
  awaitAnnounce(): Output {
    const { announceReceiptTimeout, logAnnounceInterval } = this.settings;
    const { announceReceiptSpread } = this.identity.profile.portDS;
    const intervals = announceReceiptTimeout + announceReceiptSpread * this.#random();
    return {
      kind: 'setTimer',
      timer: timersOf(this.identity).announceReceipt,
      after: durationNs(intervals * durationOfLogInterval(logAnnounceInterval)),
    };
  }

  /** Follows the sender of `announce`; nothing that was measured before counts. */
  follow(announce: ReceivedAnnounce): readonly Output[] {
    return [...this.receiving.follow(announce), this.awaitAnnounce()];
  }

  /** The master that is followed has sent another Announce, from that address. */
  hearMaster(announce: ReceivedAnnounce): Output {
    this.receiving.hearMaster(announce);
    return this.awaitAnnounce();
  }

  /** @param received its ingressTimestamp is PTP time */
  answerDelayReq(received: ReceivedMessage): Output {
    const { logMinDelayReqInterval } = this.settings;
    return respondToDelayReq({ ...this.identity, logMinDelayReqInterval }, received);
  }

  /** What the port lacks to follow its master. */
  missing(): readonly MissingMessage[] {
    return isSlave(this.portState) ? this.receiving.missing() : [];
  }

  /** A peer delay message of another domain or sdoId than the clock's, which its link takes nevertheless. */
  takesForLink({ messageType, header }: Message): boolean {
    const link = this.#link;
    if (link === undefined || !isPeerDelayMessageType(messageType)) return false;
    return this.settings.linkServes?.(header) === true && !link.isAnsweredInOwnDomain;
  }

  /** Time stamps are raw, for a link has its delay whatever time it is. Contexts are the ones that `sendEvent` was given. */
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

  #stopFollowing(): readonly Output[] {
    const { announceReceipt: timer } = timersOf(this.identity);
    return [{ kind: 'cancelTimer', timer }, ...this.receiving.stop()];
  }
}

/** Without what the profile adds at random. */
function announceReceiptNs({ announceReceiptTimeout, logAnnounceInterval }: ClockPortSettings) {
  return announceReceiptTimeout * durationOfLogInterval(logAnnounceInterval);
}
