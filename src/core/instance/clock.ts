/**
 * A boundary clock: it follows the best master heard on any of its ports and is master to the others (clauses 9.2, 9.3,
 * 10.2 of 1588-2019). With one port it is an ordinary clock. Its time is a map over the raw time stamps, which must be
 * of one timebase on all ports: no clock is set. Sans-IO: everything that happens is an Input, everything to do an Output.
 *
 * This file hands every input to whom it concerns: the roles of the ports, what follows the master, the data sets, a port.
 */
import { isOperating, isSlave } from '../bmca/port-state.js';
import type { DefaultDS, PortDS } from '../datasets/data-sets.js';
import type { Input, Output } from '../io.js';
import { admit } from '../port/admission.js';
import { ClockPort, type Neighbours } from '../port/clock-port.js';
import type { ClockPortSettings } from '../port/clock-port-settings.js';
import { senderOf } from '../port/contexts.js';
import { discarded, mechanismOf, timersOf, type ReceivedMessage } from '../port/port.js';
import { isAnnounce } from '../port/received-announce.js';
import type { MeasurementLimits, Profile, UntilLocked } from '../profile/profile.js';
import type { OffsetSums } from '../servo/offset-sums.js';
import type { ServoSettings } from '../servo/servo.js';
import type { Instant } from '../time/instant.js';
import { isPeerDelayMessageType } from '../wire/header.js';
import type { AcceptableMaster } from './announce-reception.js';
import { ClockDataSets, type ClockChange } from './clock-data-sets.js';
import type { ClockDataSetsState, ClockState } from './clock-state.js';
import { holdoverTimer, type HoldoverSpecification } from './holdover.js';
import type { OwnTime, StartingPoint } from './own-time.js';
import { MasterFollowing } from './master-following.js';
import { PortRoles } from './port-roles.js';
import { Timekeeper } from './timekeeper.js';

export interface ClockSettings {
  readonly profile: Profile;
  readonly defaultDS: DefaultDS;
  /** In the order of their portNumbers, from 1. */
  readonly ports: readonly ClockPortSettings[];
  /** 16.2: Announce tells which clocks it has come through. */
  readonly pathTrace: boolean;
  readonly servo: ServoSettings;
  /** Absent: a clock that has lost its grandmaster is what it is by itself at once. */
  readonly holdover?: HoldoverSpecification;
  /** What is absent is the profile's. */
  readonly measurement?: Partial<MeasurementLimits>;
  /** The profile's unless set. */
  readonly untilLocked?: UntilLocked;
  /** 17.5: absent: whoever announces himself may be followed. */
  readonly acceptableMasters?: readonly AcceptableMaster[];
  /** A random number, uniform from 0 up to but not including 1. */
  readonly random: () => number;
}

export class Clock {
  readonly #ports: readonly ClockPort[];
  readonly #dataSets: ClockDataSets;
  readonly #timekeeper: Timekeeper;
  readonly #roles: PortRoles;
  readonly #following: MasterFollowing;

  /** Does nothing until a link is up. */
  constructor(settings: ClockSettings) {
    const { profile, defaultDS, pathTrace, ports } = settings;
    const { clockIdentity, domainNumber, sdoId } = defaultDS;
    const environment = {
      random: settings.random,
      // A clock that has been in lock has a time to go on with until the path to a new parent is measured well. One that
      // has not takes the first measurement, because any time is better than none.
      pathDelaysNeeded: () => this.#following.pathDelaysNeeded(),
      timeAt: (raw: Instant) => this.timeAt(raw),
      limits: { ...profile.measurement, ...settings.measurement },
    };
    this.#ports = ports.map((port, index) => {
      const portIdentity = { clockIdentity, portNumber: index + 1 };
      const identity = { port: port.port, portIdentity, domainNumber, sdoId, profile };
      return new ClockPort(identity, port, environment);
    });
    this.#dataSets = new ClockDataSets(defaultDS, pathTrace, profile.clockClasses, ports);
    this.#timekeeper = new Timekeeper(settings.servo, settings.holdover);
    const { bestMaster: rules, believableLogInterval } = profile;
    const { untilLocked = profile.untilLocked, acceptableMasters } = settings;
    this.#roles = new PortRoles(
      ...([this.#ports, this.#dataSets, this.#timekeeper] as const),
      { ...rules, untilLocked },
      { rules, believableLogInterval, acceptableMasters },
    );
    this.#following = new MasterFollowing(
      ...([this.#roles, this.#dataSets, this.#timekeeper] as const),
      rules,
    );
  }

  /** What has happened in, what is to be done out, in that order. Throws for no input. */
  step(input: Input): readonly Output[] {
    if (input.kind === 'syncObserved') return [];
    if (input.kind === 'timer') return this.#onTimer(input.timer);
    const port = this.#ports.find(({ settings }) => settings.port === input.port);
    if (port === undefined) return [{ kind: 'discarded', port: input.port, reason: 'otherPort' }];
    if (input.kind === 'link') return this.#onLink(port, input);
    if (!port.linkIsMeasured) return [discarded(port.identity, 'linkDown')];
    switch (input.kind) {
      case 'message': {
        const received = admit(port.identity, input, (message) => port.takesForLink(message));
        if (received === 'ownMessage') return this.#roles.onOwnMessage(port, input);
        return typeof received === 'string'
          ? [discarded(port.identity, received)]
          : this.#onMessage(port, received);
      }
      case 'transmitTimestamp':
      case 'transmitTimestampLost':
        return this.#onTransmit(port, input);
    }
  }

  /** @param now raw; where the windows of offsets end, with the latest offset unless given */
  state(now?: Instant): ClockState {
    return {
      ...this.dataSets(),
      ownTime: this.#timekeeper.isOwn,
      ports: this.#ports.map((port) => port.portDS()),
      decisions: this.#ports.map(
        ({ decision: { code, winner } }) => code && winner && { code, winner },
      ),
      foreignMasters: this.#roles.foreignMasters(),
      missing: this.#ports.flatMap((port) => port.missing()),
      ...this.#timekeeper.state(now),
    };
  }

  /** Of state(), for answers that need no more and are given many times a second. */
  dataSets(): ClockDataSetsState {
    return { ...this.#dataSets.all(), timePropertiesGiven: this.#timekeeper.hasSource };
  }

  /** Of state(), for answers that need no more. @param portNumber of a port that there is */
  portDS(portNumber: number): PortDS {
    return this.#portOf(portNumber).portDS();
  }

  /** Changes what the clock is by itself, and decides anew. */
  reconfigure(change: ClockChange): readonly Output[] {
    this.#dataSets.change(change);
    return this.#roles.decide();
  }

  /** Changes one port, and decides anew. @param portNumber of a port that there is */
  reconfigurePort(portNumber: number, change: Partial<ClockPortSettings>): readonly Output[] {
    return this.#roles.reconfigure(this.#portOf(portNumber), change);
  }

  /** DESIGNATED_ENABLED and DESIGNATED_DISABLED (9.2.6.4, 9.2.6.5). @param portNumber of a port that there is */
  designatePort(portNumber: number, enabled: boolean): readonly Output[] {
    const port = this.#portOf(portNumber);
    if (!enabled) return this.#roles.halt(port, 'DESIGNATED_DISABLED');
    if (port.portState !== 'DISABLED') return [];
    this.#roles.transition(port, 'DESIGNATED_ENABLED');
    return this.#startOrHalt(port);
  }

  /** Before the first input: what the clock knows of its time from an earlier life. @param raw now */
  begin(raw: Instant, { rateOffset, kept }: StartingPoint): void {
    this.#timekeeper.beginWithRate(raw, rateOffset);
    if (kept === undefined) return;
    this.#timekeeper.beginWithTime(kept.raw, kept.time);
    this.#dataSets.beginAfterGrandmaster(kept);
  }

  /**
   * Before the first input: what a clock that this one replaces knows of those around a port.
   * @param portNumber of a port that there is
   */
  beginAmong(portNumber: number, neighbours: Neighbours): void {
    this.#portOf(portNumber).inherited = neighbours;
  }

  /** For beginAmong. @param portNumber of a port that there is */
  neighboursOf(portNumber: number): Neighbours {
    const { foreignMasters, portState } = this.#portOf(portNumber);
    return { foreignMasters, isMaster: portState === 'MASTER' };
  }

  /**
   * The time goes on; and what the source of this clock's own time shows, by which it goes while it follows nobody and has no
   * time of a lost grandmaster to go on with. To be told several times a second; until the first time, the clock goes by the raw
   * time, of which it says nothing.
   */
  passTime({ now, reading, timePropertiesDS }: OwnTime): readonly Output[] {
    this.#timekeeper.haveSource();
    const { isOwn } = this.#timekeeper;
    if (reading !== undefined && isOwn && this.#dataSets.isGrandmaster) {
      this.#timekeeper.keepTo(reading);
    }
    const toldAnew = [
      this.#dataSets.setOwnTimeProperties(timePropertiesDS, isOwn),
      this.#dataSets.passTime(this.timeAt(now), isOwn),
    ];
    return toldAnew.includes(true) ? this.#roles.tellTimeProperties() : [];
  }

  /** PTP time at a raw time stamp. */
  timeAt(raw: Instant): Instant {
    return this.#timekeeper.timeAt(raw);
  }

  /** The offsets that the clock has been steered by since the last call: for one who keeps a record. */
  takeOffsets(): OffsetSums | undefined {
    return this.#timekeeper.takeOffsets();
  }

  #portOf(portNumber: number): ClockPort {
    const port = this.#ports[portNumber - 1];
    if (port === undefined) throw new RangeError(`no port ${portNumber}`);
    return port;
  }

  #onLink(port: ClockPort, { up, blocked }: Extract<Input, { kind: 'link' }>): readonly Output[] {
    port.linkUp = up && blocked !== true;
    if (!port.linkUp) port.blocked = up;
    const outputs = port.portState === 'DISABLED' ? [] : this.#startOrHalt(port);
    // Not before: on its way through INITIALIZING a port that was blocked goes on measuring.
    if (port.linkUp) port.blocked = false;
    return [...outputs, ...port.startOrStopLink()];
  }

  #startOrHalt(port: ClockPort): readonly Output[] {
    return port.linkUp ? this.#roles.start(port) : this.#roles.halt(port, 'FAULT_DETECTED');
  }

  #onTimer(timer: string): readonly Output[] {
    if (timer === holdoverTimer) return this.#onHoldoverTimeout();
    for (const port of this.#ports) {
      const timers = timersOf(port.identity);
      switch (timer) {
        case timers.announce:
        case timers.sync:
          return port.transmitting.step({ kind: 'timer', timer }, this.#roles.announced());
        case timers.delayReq:
          return port.receiving.step({ kind: 'timer', timer }).outputs;
        case timers.pdelayReq:
          return port.stepLink({ kind: 'timer', timer });
        case timers.qualification:
          return this.#roles.transition(port, 'QUALIFICATION_TIMEOUT_EXPIRES');
        case timers.stateDecision:
          return this.#roles.onDecisionTimer(port);
        case timers.announceReceipt:
          return this.#roles.onAnnounceReceiptTimeout(port);
        case timers.syncReceipt:
          return this.#following.onReceiptTimeout(port, 'sync');
        case timers.delayReceipt:
          return this.#following.onReceiptTimeout(port, 'delay');
      }
    }
    return [];
  }

  /** 7.6.2.5: from here on the clock is what it is by itself. */
  #onHoldoverTimeout(): readonly Output[] {
    const { ownTimePropertiesDS, timePropertiesDS } = this.#dataSets;
    // To take up its own time means to set the clock; its timescale nobody expects to change.
    this.#timekeeper.expireHoldover(
      ownTimePropertiesDS.ptpTimescale === timePropertiesDS.ptpTimescale,
    );
    if (!this.#dataSets.isGrandmaster) return this.#roles.tellNews();
    this.#dataSets.exceedSpecification(this.#timekeeper.isOwn);
    return this.#roles.decide();
  }

  #onMessage(port: ClockPort, received: ReceivedMessage): readonly Output[] {
    const concernsLink = isPeerDelayMessageType(received.message.messageType);
    if (!concernsLink && !isOperating(port.portState)) {
      return [discarded(port.identity, 'linkDown')];
    }
    if (isAnnounce(received)) return this.#roles.onAnnounce(port, received);
    const { messageType } = received.message;
    const mechanism = mechanismOf[messageType];
    if (mechanism !== undefined && mechanism !== port.settings.delayMechanism) {
      return [discarded(port.identity, 'otherDelayMechanism')];
    }
    switch (messageType) {
      case 'Delay_Req':
        return port.isTransmitting
          ? [port.answerDelayReq(this.#onOurTime(received))]
          : [discarded(port.identity, 'ignoredMessageType')];
      case 'Sync':
      case 'Follow_Up':
      case 'Delay_Resp':
        return isSlave(port.portState)
          ? this.#following.onMessage(port, received)
          : [discarded(port.identity, 'otherMaster')];
      case 'Pdelay_Req':
      case 'Pdelay_Resp':
      case 'Pdelay_Resp_Follow_Up':
        return port.stepLink(received);
      case 'Announce':
      case 'Signaling':
      case 'Management':
        return [discarded(port.identity, 'ignoredMessageType')];
    }
  }

  #onTransmit(
    port: ClockPort,
    input: Extract<Input, { kind: 'transmitTimestamp' | 'transmitTimestampLost' }>,
  ): readonly Output[] {
    const sender = senderOf(input.context);
    if (sender === 'link') return port.stepLink(input);
    if (!isOperating(port.portState)) return [discarded(port.identity, 'linkDown')];
    if (sender === 'transmitter') {
      const event =
        input.kind === 'transmitTimestamp'
          ? { ...input, egressTimestamp: this.timeAt(input.egressTimestamp) }
          : input;
      return port.transmitting.step(event, this.#roles.announced());
    }
    return isSlave(port.portState)
      ? this.#following.step(port, input)
      : [discarded(port.identity, 'unexpectedTransmitTimestamp')];
  }

  #onOurTime(received: ReceivedMessage): ReceivedMessage {
    const { ingressTimestamp } = received;
    if (ingressTimestamp === undefined) return received;
    return { ...received, ingressTimestamp: this.timeAt(ingressTimestamp) };
  }
}
