/**
 * One port of a boundary clock: its state, the master's and the slave's half that work in the states that need them, and
 * the peer-to-peer delay mechanism, which works in all states but those of a port that does not operate (11.4.1). Which state it is in, the clock decides (boundary-clock.ts).
 */
import type { AnnounceHeard, ForeignMaster } from '../bmca/foreign-masters.js';
import type { PortDS, PortState } from '../datasets/data-sets.js';
import type { Input, LinkDelay, Output, Transport } from '../io.js';
import {
  initialMasterState,
  masterContexts,
  stepMaster,
  type MasterSettings,
  type MasterState,
} from './master.js';
import { isMaster, isOperating, isSlave } from '../bmca/port-state.js';
import { timersOf, type PortEvent, type PortSettings, type ReceivedMessage } from './port.js';
import {
  initialSlaveState,
  stepSlave,
  type SlavePortState,
  type SlaveSettings,
  type SlaveState,
} from './slave.js';
import { durationNs, durationOfLogInterval } from '../time/instant.js';
import { zeroTimeInterval, type TimeInterval } from '../time/time-interval.js';
import { PeerDelayLink, peerDelayContexts } from './link.js';

/** Names and meaning as in portDS (8.2.15). */
export type ClockPortSettings = Omit<PortDS, 'portIdentity' | 'portState' | 'meanLinkDelay'> & {
  /** Index of the port in the data plane. */
  readonly port: number;
  readonly transport: Transport;
  /** Of its link, positive when the way in is the longer (7.4.2). */
  readonly delayAsymmetry: TimeInterval;
};

/** An Announce as received: with the address of its sender. */
export type ReceivedAnnounce = ReceivedMessage & AnnounceHeard;

/** Of the master's half, what changes with the grandmaster. */
export type AnnouncedByMaster = Pick<
  MasterSettings,
  'grandmaster' | 'announceFlags' | 'announceTlvs'
>;

/** What a port asks of the clock that it is part of. */
export type PortEnvironment = Required<Pick<SlaveSettings, 'random' | 'pathDelaysNeeded'>>;

export class ClockPort {
  portState: PortState = 'INITIALIZING';
  foreignMasters: readonly ForeignMaster<ReceivedAnnounce>[] = [];
  /** Announce messages have stayed away for announceReceiptTimeoutInterval. */
  silent = false;
  linkUp = false;

  settings: ClockPortSettings;
  readonly identity: PortSettings;
  readonly #environment: PortEnvironment;
  /** Where delayMechanism is p2p. */
  readonly #peer: PeerDelayLink | undefined;
  #master: MasterState;
  #masterSettings:
    | {
        readonly settings: ClockPortSettings;
        readonly announced: AnnouncedByMaster;
        readonly whole: MasterSettings;
      }
    | undefined;
  #slave: SlaveState;

  constructor(identity: PortSettings, settings: ClockPortSettings, environment: PortEnvironment) {
    this.identity = identity;
    this.settings = settings;
    this.#environment = environment;
    this.#peer =
      settings.delayMechanism === 'p2p'
        ? new PeerDelayLink({ ...identity, ...settings })
        : undefined;
    // What it announces is given anew at every step.
    this.#master = initialMasterState({ ...identity, unicastReceivers: [] });
    this.#slave = initialSlaveState(this.#slaveSettings());
  }

  reconfigure(change: Partial<ClockPortSettings>): void {
    this.settings = { ...this.settings, ...change };
    this.#peer?.reconfigure(this.settings);
  }

  portDS(): PortDS {
    const { logMinDelayReqInterval, logAnnounceInterval, logSyncInterval } = this.settings;
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
    return this.#peer?.linkDelay();
  }

  /** Of the slave's half: what has been measured. */
  measurements(): SlavePortState {
    return this.#slave.port;
  }

  /** Turns the halves on and off as `portState` asks, and arranges who is to be waited for. */
  enter(portState: PortState, announced: AnnouncedByMaster): readonly Output[] {
    const before = this.portState;
    this.portState = portState;
    const outputs: Output[] = [];
    if (isOperating(before) !== isOperating(portState)) {
      const up = isOperating(portState);
      outputs.push(...this.stepPeerDelay({ kind: 'link', port: this.settings.port, up }));
    }
    if (before === 'MASTER' && portState !== 'MASTER') {
      outputs.push(
        ...this.stepMaster({ kind: 'link', port: this.settings.port, up: false }, announced),
      );
    }
    if (isSlave(before) && !isSlave(portState)) outputs.push(...this.#stopFollowing());
    if (before === 'PRE_MASTER' && portState !== 'PRE_MASTER') {
      outputs.push({ kind: 'cancelTimer', timer: timersOf(this.identity).qualification });
    }
    if (portState === 'MASTER' && before !== 'MASTER') {
      outputs.push(
        ...this.stepMaster({ kind: 'link', port: this.settings.port, up: true }, announced),
      );
    }
    if (portState === 'LISTENING' || portState === 'PASSIVE') outputs.push(this.awaitAnnounce());
    else if (isMaster(portState)) {
      outputs.push({ kind: 'cancelTimer', timer: timersOf(this.identity).announceReceipt });
    }
    return outputs;
  }

  /** 9.2.6.12: from now on, silence is measured. */
  awaitAnnounce(): Output {
    const { announceReceiptTimeout, logAnnounceInterval } = this.settings;
    return {
      kind: 'setTimer',
      timer: timersOf(this.identity).announceReceipt,
      after: durationNs(announceReceiptTimeout * durationOfLogInterval(logAnnounceInterval)),
    };
  }

  /** Measures anew, against the sender of `announce`. */
  follow(announce: ReceivedAnnounce): readonly Output[] {
    const { port } = this.settings;
    const stopped = this.#stopFollowing();
    return [
      ...stopped,
      ...this.stepSlave({ kind: 'link', port, up: true }),
      ...this.stepSlave(announce),
    ];
  }

  stepMaster(event: PortEvent, announced: AnnouncedByMaster): readonly Output[] {
    const { state, outputs } = stepMaster(this.#masterSettingsFor(announced), this.#master, event);
    this.#master = state;
    return outputs;
  }

  /** Put together when one of its parts is another one, not for every message. */
  #masterSettingsFor(announced: AnnouncedByMaster): MasterSettings {
    const { settings } = this;
    if (
      this.#masterSettings?.settings !== settings ||
      this.#masterSettings.announced !== announced
    ) {
      const whole = { ...this.identity, ...settings, ...announced, unicastReceivers: [] };
      this.#masterSettings = { settings, announced, whole };
    }
    return this.#masterSettings.whole;
  }

  /** The contexts of its events are the ones that `sendEvent` was given. */
  stepSlave(event: PortEvent): readonly Output[] {
    const inner =
      'context' in event ? { ...event, context: event.context - masterContexts } : event;
    const { state, outputs } = stepSlave(this.#slaveSettings(), this.#slave, inner);
    this.#slave = state;
    return outputs.map((output) =>
      output.kind === 'sendEvent'
        ? { ...output, context: output.context + masterContexts }
        : output,
    );
  }

  /** Time stamps are raw, for a link has its delay whatever time it is. Contexts as with stepSlave. */
  stepPeerDelay(
    event: ReceivedMessage | Exclude<Input, { kind: 'message' | 'syncObserved' }>,
  ): readonly Output[] {
    const peer = this.#peer;
    if (peer === undefined) return [];
    const outputs =
      event.kind === 'message'
        ? peer.receive(event)
        : peer.step(
            'context' in event ? { ...event, context: event.context - firstPeerContext } : event,
          );
    return outputs.map((output) =>
      output.kind === 'sendEvent'
        ? { ...output, context: output.context + firstPeerContext }
        : output,
    );
  }

  #stopFollowing(): readonly Output[] {
    return this.stepSlave({ kind: 'link', port: this.settings.port, up: false });
  }

  #slaveSettings(): SlaveSettings {
    const { identity, settings } = this;
    const peer = this.#peer;
    return {
      ...{ ...identity, ...settings, ...this.#environment, transmission: 'multicast' },
      ...(peer !== undefined && { linkDelay: () => peer.linkDelay() }),
    };
  }
}

/** Above those of Sync and those of Delay_Req, which are sequenceIds of 16 bits. */
const firstPeerContext = masterContexts + peerDelayContexts;

/** Which part of a port has sent the event message with that context. */
export function senderOf(context: number): 'master' | 'slave' | 'peerDelay' {
  if (context < masterContexts) return 'master';
  return context < firstPeerContext ? 'slave' : 'peerDelay';
}

export function isAnnounce(received: ReceivedMessage): received is ReceivedAnnounce {
  return received.message.messageType === 'Announce';
}
