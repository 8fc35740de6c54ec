/**
 * One port of a boundary clock: its state, and the master's and the slave's half that work in the states that need them.
 * Which state it is in, the clock decides (boundary-clock.ts).
 */
import type { AnnounceHeard, ForeignMaster } from '../bmca/foreign-masters.js';
import type { PortDS, PortState } from '../datasets/data-sets.js';
import type { Output } from '../io.js';
import {
  initialMasterState,
  masterContexts,
  stepMaster,
  type MasterSettings,
  type MasterState,
} from '../port/master.js';
import { isMaster, isSlave } from '../port/port-state.js';
import { timersOf, type PortEvent, type PortSettings, type ReceivedMessage } from '../port/port.js';
import {
  initialSlaveState,
  stepSlave,
  type SlavePortState,
  type SlaveSettings,
  type SlaveState,
} from '../port/slave.js';
import { durationNs, durationOfLogInterval } from '../time/instant.js';
import type { TimeInterval } from '../time/time-interval.js';

/** Names and meaning as in portDS (8.2.15). */
export type BoundaryPortSettings = Omit<PortDS, 'portIdentity' | 'portState'> & {
  /** Index of the port in the data plane. */
  readonly port: number;
  /** Of its link, positive when the way in is the longer (7.4.2). */
  readonly delayAsymmetry: TimeInterval;
};

/** An Announce as received: with the address of its sender. */
export type ReceivedAnnounce = ReceivedMessage & AnnounceHeard;

/** Of the master's half, what changes with the grandmaster. */
export type AnnouncedByMaster = Pick<
  MasterSettings,
  'grandmaster' | 'timePropertiesFlags' | 'pathSequence'
>;

export class BoundaryPort {
  portState: PortState = 'INITIALIZING';
  foreignMasters: readonly ForeignMaster<ReceivedAnnounce>[] = [];
  /** Announce messages have stayed away for announceReceiptTimeoutInterval. */
  silent = false;
  linkUp = false;

  settings: BoundaryPortSettings;
  readonly identity: PortSettings;
  readonly #random: () => number;
  #master: MasterState;
  #slave: SlaveState;

  constructor(identity: PortSettings, settings: BoundaryPortSettings, random: () => number) {
    this.identity = identity;
    this.settings = settings;
    this.#random = random;
    // What it announces is given anew at every step.
    this.#master = initialMasterState({ ...identity, unicastReceivers: [] });
    this.#slave = initialSlaveState(this.#slaveSettings());
  }

  reconfigure(change: Partial<BoundaryPortSettings>): void {
    this.settings = { ...this.settings, ...change };
  }

  portDS(): PortDS {
    const { logMinDelayReqInterval, logAnnounceInterval, logSyncInterval } = this.settings;
    const { announceReceiptTimeout, masterOnly } = this.settings;
    return {
      portIdentity: this.identity.portIdentity,
      portState: this.portState,
      ...{ logMinDelayReqInterval, logAnnounceInterval, logSyncInterval },
      ...{ announceReceiptTimeout, masterOnly },
    };
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
    const { state, outputs } = stepMaster(
      { ...this.identity, ...this.settings, ...announced, unicastReceivers: [] },
      this.#master,
      event,
    );
    this.#master = state;
    return outputs;
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

  #stopFollowing(): readonly Output[] {
    return this.stepSlave({ kind: 'link', port: this.settings.port, up: false });
  }

  #slaveSettings(): SlaveSettings {
    const { identity, settings } = this;
    return { ...identity, ...settings, transmission: 'multicast', random: this.#random };
  }
}

/** True of the context of a Delay_Req, false of that of a Sync. */
export function isSlaveContext(context: number): boolean {
  return context >= masterContexts;
}

export function isAnnounce(received: ReceivedMessage): received is ReceivedAnnounce {
  return received.message.messageType === 'Announce';
}
