/**
 * A boundary clock: it follows the best master heard on any of its ports and is master to the others (clauses 9.2, 9.3,
 * 10.2 of 1588-2019). With one port it is an ordinary clock. Its time is a map over the raw time stamps, which must be
 * of one timebase on all ports: no clock is set. Sans-IO: everything that happens is an Input, everything to do an Output.
 */
import { announcedDataSet, ownDataSet } from '../bmca/comparison.js';
import {
  erbestOf,
  isStale,
  withAnnounce,
  withIntervalPassed,
  without,
} from '../bmca/foreign-masters.js';
import { decideState, ebestOf, type DecisionCode } from '../bmca/state-decision.js';
import type { DefaultDS, DelayMechanism } from '../datasets/data-sets.js';
import type { Input, Output } from '../io.js';
import { admit } from '../port/admission.js';
import { isOperating, isSlave, nextPortState, type PortStateEvent } from '../bmca/port-state.js';
import { robustPathDelays } from '../port/slave.js';
import type { DiscardReason } from '../exchange/discard-reason.js';
import { discarded, timersOf, type PortEvent, type ReceivedMessage } from '../port/port.js';
import type { ServoSettings } from '../servo/servo.js';
import { SteeredClock } from '../servo/steered-clock.js';
import { samePortIdentity, type PortIdentity } from '../time/identity.js';
import { durationNs, durationOfLogInterval, type Instant } from '../time/instant.js';
import { timeIntervalFromNs, unitsPerNs } from '../time/time-interval.js';
import { Flag, type MessageType } from '../wire/header.js';
import type { ClockState } from './clock-state.js';
import {
  ClockPort,
  type AnnouncedByMaster,
  isAnnounce,
  senderOf,
  type ClockPortSettings,
  type ReceivedAnnounce,
} from '../port/clock-port.js';
import { ClockDataSets, pathSequenceOf, type ClockChange } from './clock-data-sets.js';
import { Holdover, holdoverTimer, type HoldoverSpecification } from './holdover.js';

export interface ClockSettings {
  readonly defaultDS: DefaultDS;
  /** In the order of their portNumbers, from 1. */
  readonly ports: readonly ClockPortSettings[];
  /** 16.2: Announce tells which clocks it has come through. */
  readonly pathTrace: boolean;
  readonly servo: ServoSettings;
  /** Absent: a clock that has lost its grandmaster is what it is by itself at once. */
  readonly holdover?: HoldoverSpecification;
  /** Uniform from 0 up to but not including 1. */
  readonly random: () => number;
}

/** 11.1: messages that belong to one mechanism alone. */
const mechanismOf: { readonly [Type in MessageType]?: DelayMechanism } = {
  Delay_Req: 'e2e',
  Delay_Resp: 'e2e',
  Pdelay_Req: 'p2p',
  Pdelay_Resp: 'p2p',
  Pdelay_Resp_Follow_Up: 'p2p',
};

/** 9.3.2.5: from here on a message is not qualified. */
const maxStepsRemoved = 255;

/** An offset beyond this is set right before there is a path delay to reckon with: no path is so long. */
const coarseStepThreshold = BigInt(1e9) * unitsPerNs;

export class Clock {
  readonly #ports: readonly ClockPort[];
  readonly #dataSets: ClockDataSets;
  readonly #clock: SteeredClock;
  readonly #holdover: Holdover;

  /** Does nothing until a link is up. */
  constructor(settings: ClockSettings) {
    const { clockIdentity, domainNumber, sdoId } = settings.defaultDS;
    const environment = {
      random: settings.random,
      // A time that others rely on can wait for another parent's to be sure; there is no time yet that could.
      pathDelaysNeeded: () => (this.#clock.hasLocked ? robustPathDelays : 1),
    };
    this.#ports = settings.ports.map(
      (port, index) =>
        new ClockPort(
          {
            port: port.port,
            portIdentity: { clockIdentity, portNumber: index + 1 },
            domainNumber,
            sdoId,
          },
          port,
          environment,
        ),
    );
    this.#dataSets = new ClockDataSets(settings.defaultDS, settings.pathTrace);
    this.#clock = new SteeredClock(settings.servo);
    this.#holdover = new Holdover(settings.holdover);
  }

  /** What has happened in, what is to be done out, in that order. Throws for no input. */
  step(input: Input): readonly Output[] {
    if (input.kind === 'syncObserved') return [];
    if (input.kind === 'timer') return this.#onTimer(input.timer);
    const port = this.#ports.find(({ settings }) => settings.port === input.port);
    if (port === undefined) return [{ kind: 'discarded', port: input.port, reason: 'otherPort' }];
    if (input.kind === 'link') return this.#onLink(port, input.up);
    if (!isOperating(port.portState)) return [discarded(port.identity, 'linkDown')];
    switch (input.kind) {
      case 'message': {
        const received = admit(port.identity, input);
        return typeof received === 'string'
          ? [discarded(port.identity, received)]
          : this.#onMessage(port, received);
      }
      case 'transmitTimestamp':
      case 'transmitTimestampLost':
        return this.#onTransmit(port, input);
    }
  }

  state(): ClockState {
    const slavePort = this.#slavePort();
    const { defaultDS, currentDS, parentDS, timePropertiesDS } = this.#dataSets;
    const { ownTimePropertiesDS, pathSequence, pathTrace } = this.#dataSets;
    return {
      ...{ defaultDS, currentDS, parentDS, timePropertiesDS },
      ...{ ownTimePropertiesDS, pathSequence, pathTrace },
      ports: this.#ports.map((port) => port.portDS()),
      foreignMasters: this.#ports.flatMap((port) => {
        const best = this.#erbestOf(port, slavePort);
        return port.foreignMasters.map(({ latest }) => ({
          port: port.identity.portIdentity,
          announce: latest.message,
          best: latest === best,
        }));
      }),
      lockState: this.#clock.lockState,
      servo: this.#clock.servo,
      holdover: this.#holdover.state,
      rateOffset: this.#clock.rateOffset,
      meanOffset: this.#clock.meanOffset,
      offsetWindows: this.#clock.offsetWindows(),
      latestSync: this.#clock.latestSync,
    };
  }

  /** Changes what the clock is by itself, and decides anew. */
  reconfigure(change: ClockChange): readonly Output[] {
    this.#dataSets.change(change);
    return this.#decide();
  }

  /** Changes one port; intervals with the next message. @param portNumber of a port that there is */
  reconfigurePort(portNumber: number, change: Partial<ClockPortSettings>): readonly Output[] {
    this.#portOf(portNumber).reconfigure(change);
    return this.#decide();
  }

  /** DESIGNATED_ENABLED and DESIGNATED_DISABLED (9.2.6.4, 9.2.6.5). @param portNumber of a port that there is */
  designatePort(portNumber: number, enabled: boolean): readonly Output[] {
    const port = this.#portOf(portNumber);
    if (!enabled) return this.#halt(port, 'DESIGNATED_DISABLED');
    if (port.portState !== 'DISABLED') return [];
    this.#transition(port, 'DESIGNATED_ENABLED');
    return port.linkUp ? this.#start(port) : this.#halt(port, 'FAULT_DETECTED');
  }

  #portOf(portNumber: number): ClockPort {
    const port = this.#ports[portNumber - 1];
    if (port === undefined) throw new RangeError(`no port ${portNumber}`);
    return port;
  }

  /** PTP time at a raw time stamp. */
  timeAt(raw: Instant): Instant {
    return this.#clock.timeAt(raw);
  }

  #onLink(port: ClockPort, up: boolean): readonly Output[] {
    port.linkUp = up;
    if (port.portState === 'DISABLED') return [];
    return up ? this.#start(port) : this.#halt(port, 'FAULT_DETECTED');
  }

  #start(port: ClockPort): readonly Output[] {
    if (isOperating(port.portState)) return [];
    port.silent = false;
    this.#transition(port, 'FAULT_CLEARED');
    return [...this.#transition(port, 'INITIALIZED'), decisionTimer(port)];
  }

  #halt(port: ClockPort, event: 'FAULT_DETECTED' | 'DESIGNATED_DISABLED'): readonly Output[] {
    const { stateDecision, announceReceipt } = timersOf(port.identity);
    port.foreignMasters = [];
    return [
      ...this.#transition(port, event),
      { kind: 'cancelTimer', timer: stateDecision },
      { kind: 'cancelTimer', timer: announceReceipt },
      ...this.#decide(),
    ];
  }

  #onTimer(timer: string): readonly Output[] {
    if (timer === holdoverTimer) return this.#onHoldoverTimeout();
    for (const port of this.#ports) {
      const timers = timersOf(port.identity);
      switch (timer) {
        case timers.announce:
        case timers.sync:
          return port.stepMaster({ kind: 'timer', timer }, this.#announced());
        case timers.delayReq:
          return port.stepSlave({ kind: 'timer', timer });
        case timers.pdelayReq:
          return port.stepPeerDelay({ kind: 'timer', timer });
        case timers.qualification:
          return this.#transition(port, 'QUALIFICATION_TIMEOUT_EXPIRES');
        case timers.stateDecision:
          port.foreignMasters = withIntervalPassed(
            port.foreignMasters,
            this.#parentOn(port, this.#slavePort()),
          );
          return [decisionTimer(port), ...this.#decide()];
        case timers.announceReceipt:
          return this.#onAnnounceReceiptTimeout(port);
        case timers.syncReceipt:
          return this.#onSyncReceiptTimeout(port);
      }
    }
    return [];
  }

  /** 9.2.6.12: whoever was heard there is not heard any more. */
  #onAnnounceReceiptTimeout(port: ClockPort): readonly Output[] {
    const gone = this.#erbestOf(port, this.#slavePort());
    if (gone !== undefined) {
      const { sourcePortIdentity } = gone.message.header;
      port.foreignMasters = without(port.foreignMasters, sourcePortIdentity);
    }
    port.silent = this.#erbestOf(port, undefined) === undefined;
    return this.#decide();
  }

  /** The master is there, but its time is not: what was learned of it is kept, and the port stays as Announce has it. */
  #onSyncReceiptTimeout(port: ClockPort): readonly Output[] {
    return isSlave(port.portState) ? this.#holdOver() : [];
  }

  /** 7.6.2.5: from here on the clock is what it is by itself. */
  #onHoldoverTimeout(): readonly Output[] {
    this.#holdover.expire();
    if (!this.#dataSets.isGrandmaster) return [];
    this.#dataSets.exceedSpecification();
    return [...this.#decide(), ...this.#announceAtOnce(this.#ports)];
  }

  /** There is no time to follow: it goes on as it was learned to. */
  #holdOver(): readonly Output[] {
    const outputs = this.#holdover.begin(this.#clock.lockState);
    this.#clock.holdOver();
    return outputs;
  }

  #onMessage(port: ClockPort, received: ReceivedMessage): readonly Output[] {
    if (isAnnounce(received)) return this.#onAnnounce(port, received);
    const { messageType } = received.message;
    const mechanism = mechanismOf[messageType];
    if (mechanism !== undefined && mechanism !== port.settings.delayMechanism) {
      return [discarded(port.identity, 'otherDelayMechanism')];
    }
    switch (messageType) {
      case 'Delay_Req':
        return port.portState === 'MASTER'
          ? port.stepMaster(this.#onOurTime(received), this.#announced())
          : [discarded(port.identity, 'ignoredMessageType')];
      case 'Sync':
      case 'Follow_Up':
      case 'Delay_Resp':
        if (!isSlave(port.portState)) return [discarded(port.identity, 'otherMaster')];
        if (
          messageType === 'Sync' &&
          received.ingressTimestamp !== undefined &&
          this.#isOfParent(received)
        ) {
          this.#clock.noteSync(received.ingressTimestamp);
          return [
            ...this.#stepSlave(port, this.#onOurTime(received)),
            awaitSync(port, received.message.header.logMessageInterval),
          ];
        }
        return this.#stepSlave(port, this.#onOurTime(received));
      case 'Pdelay_Req':
      case 'Pdelay_Resp':
      case 'Pdelay_Resp_Follow_Up':
        return port.stepPeerDelay(received);
      case 'Announce':
      case 'Signaling':
      case 'Management':
        return [discarded(port.identity, 'ignoredMessageType')];
    }
  }

  #onAnnounce(port: ClockPort, received: ReceivedAnnounce): readonly Output[] {
    const refusal = this.#refusalOf(received);
    if (refusal !== undefined) return [discarded(port.identity, refusal)];
    if (isStale(port.foreignMasters, received)) return [discarded(port.identity, 'staleAnnounce')];
    const masters = withAnnounce(port.foreignMasters, received);
    if (masters === undefined) return [discarded(port.identity, 'tooManyForeignMasters')];
    port.foreignMasters = masters;
    const decided = this.#decide();
    if (isSlave(port.portState)) {
      // The parent's keep the port where it is; those of others are no news of the parent.
      if (!this.#isOfParent(received)) return decided;
      const overfull = this.#dataSets.tlvsLeftOut > 0;
      return [
        ...decided,
        ...port.stepSlave(received),
        ...(overfull ? [discarded(port.identity, 'tooManyAnnounceTlvs')] : []),
      ];
    }
    const waits = port.portState === 'LISTENING' || port.portState === 'PASSIVE';
    return waits ? [...decided, port.awaitAnnounce()] : decided;
  }

  #refusalOf({ message, toUnicast }: ReceivedAnnounce): DiscardReason | undefined {
    if (toUnicast) return 'otherTransmission';
    const alternateMaster = (message.header.flagField & Flag.alternateMaster) !== 0; // 17.3.2
    if (alternateMaster || message.stepsRemoved >= maxStepsRemoved) return 'unqualifiedAnnounce';
    const own = this.#dataSets.defaultDS.clockIdentity;
    const loop = this.#dataSets.pathTrace && pathSequenceOf(message).includes(own);
    return loop ? 'announceLoop' : undefined;
  }

  #isOfParent({ message }: ReceivedMessage): boolean {
    return samePortIdentity(
      message.header.sourcePortIdentity,
      this.#dataSets.parentDS.parentPortIdentity,
    );
  }

  #onTransmit(
    port: ClockPort,
    input: Extract<Input, { kind: 'transmitTimestamp' | 'transmitTimestampLost' }>,
  ): readonly Output[] {
    const event: PortEvent =
      input.kind === 'transmitTimestamp'
        ? { ...input, egressTimestamp: this.timeAt(input.egressTimestamp) }
        : input;
    switch (senderOf(input.context)) {
      case 'master':
        return port.stepMaster(event, this.#announced());
      case 'slave':
        return isSlave(port.portState)
          ? this.#stepSlave(port, event)
          : [discarded(port.identity, 'unexpectedTransmitTimestamp')];
      case 'peerDelay':
        return port.stepPeerDelay(input);
    }
  }

  #announced(): AnnouncedByMaster {
    return this.#dataSets.announced(this.#clock.lockState === 'locked');
  }

  #onOurTime(received: ReceivedMessage): ReceivedMessage {
    const { ingressTimestamp } = received;
    if (ingressTimestamp === undefined) return received;
    return { ...received, ingressTimestamp: this.timeAt(ingressTimestamp) };
  }

  #stepSlave(port: ClockPort, event: PortEvent): readonly Output[] {
    const outputs = port.stepSlave(event);
    const measured = port.measurements();
    if (measured.kind === 'UNCALIBRATED' && port.portState === 'SLAVE') {
      // The link's delay is not known any more, so neither is the offset.
      return [...outputs, ...this.#transition(port, 'SYNCHRONIZATION_FAULT')];
    }
    if (measured.kind === 'UNCALIBRATED' && measured.latestSync !== undefined) {
      const { syncEventIngressTimestamp, originTimestamp } = measured.latestSync;
      const ahead = syncEventIngressTimestamp - originTimestamp;
      if (ahead > coarseStepThreshold || -ahead > coarseStepThreshold) {
        this.#clock.set(-ahead);
        return [...outputs, ...this.#restartMeasuring(port)];
      }
    }
    return outputs.flatMap((output) =>
      output.kind === 'offsetSample' ? [output, ...this.#steer(port, output)] : [output],
    );
  }

  /** One offset from the parent: what the servo makes of it. */
  #steer(
    port: ClockPort,
    { corrected }: Extract<Output, { kind: 'offsetSample' }>,
  ): readonly Output[] {
    const { offsetNs, meanPathDelayNs } = corrected;
    this.#dataSets.currentDS = {
      ...this.#dataSets.currentDS,
      offsetFromMaster: timeIntervalFromNs(offsetNs),
      meanDelay: timeIntervalFromNs(meanPathDelayNs),
    };
    switch (this.#clock.steer(offsetNs)) {
      case 'ignored':
        return [];
      case 'set':
        return [...this.#holdover.end(), ...this.#restartMeasuring(port)];
      case 'steered':
        return [
          ...this.#holdover.end(),
          ...(this.#clock.lockState === 'locked'
            ? this.#transition(port, 'MASTER_CLOCK_SELECTED')
            : []),
        ];
    }
  }

  /** What was measured before the clock was set does not go with what comes after. */
  #restartMeasuring(port: ClockPort): readonly Output[] {
    const parent = this.#erbestOf(port, port);
    return [
      ...this.#transition(port, 'SYNCHRONIZATION_FAULT'),
      ...(parent === undefined ? [] : port.follow(parent)),
    ];
  }

  /** The state decision event (9.2.6.8): every port gets the state that figure 33 recommends, the data sets first. */
  #decide(): readonly Output[] {
    const slaveBefore = this.#slavePort();
    const views = this.#ports.map((port) => {
      const heard = this.#erbestOf(port, slaveBefore);
      return {
        port,
        heard,
        portState: port.portState,
        silent: port.silent,
        ...(heard && { erbest: announcedDataSet(heard.message, port.identity.portIdentity) }),
      };
    });
    const d0 = ownDataSet(this.#dataSets.defaultDS);
    const ebest = ebestOf(views);
    const decisions = views.map((view) => ({
      ...view,
      code: isOperating(view.portState) ? decideState(d0, ebest, view) : undefined,
    }));
    const parentBefore = this.#dataSets.parentDS.parentPortIdentity;
    const grandmasterBefore = this.#dataSets.parentDS.grandmasterIdentity;
    const slave = decisions.find(({ code }) => code === 'S1');
    const heldOver = slave?.heard === undefined ? this.#becomeGrandmaster() : [];
    if (slave?.heard !== undefined) this.#dataSets.takeParent(slave.heard.message);
    const sameParent =
      slave?.port === slaveBefore &&
      samePortIdentity(parentBefore, this.#dataSets.parentDS.parentPortIdentity);
    const masters = this.#ports.filter(({ portState }) => portState === 'MASTER');
    const recommended = decisions.flatMap(({ port, code, heard }) =>
      code === undefined ? [] : this.#recommend(port, code, heard, sameParent),
    );
    const sameGrandmaster = grandmasterBefore === this.#dataSets.parentDS.grandmasterIdentity;
    if (sameGrandmaster) return [...heldOver, ...recommended];
    return [...heldOver, ...recommended, ...this.#announceAtOnce(masters)];
  }

  /** Those below need not wait for an interval to end to learn of another grandmaster, nor a better one to hear that it is. */
  #announceAtOnce(masters: readonly ClockPort[]): readonly Output[] {
    return masters
      .filter(({ portState }) => portState === 'MASTER')
      .flatMap((port) => {
        const { announce: timer } = timersOf(port.identity);
        return port.stepMaster({ kind: 'timer', timer }, this.#announced());
      });
  }

  #recommend(
    port: ClockPort,
    code: DecisionCode,
    heard: ReceivedAnnounce | undefined,
    sameParent: boolean,
  ): readonly Output[] {
    const silent = port.silent;
    port.silent = false;
    switch (code) {
      case 'M1':
      case 'M2':
      case 'M3':
        if (silent) return this.#transition(port, 'ANNOUNCE_RECEIPT_TIMEOUT_EXPIRES');
        return this.#recommendMaster(port, code);
      case 'P1':
      case 'P2':
        return this.#transition(port, 'RECOMMENDED_PASSIVE');
      case 'S1': {
        if (sameParent) return this.#transition(port, 'RECOMMENDED_SLAVE');
        this.#clock.follow();
        const entered = this.#transition(port, 'RECOMMENDED_SLAVE_OF_NEW_MASTER');
        return heard === undefined ? entered : [...entered, ...port.follow(heard)];
      }
    }
  }

  /** 9.2.6.11: who hands on another's time waits until news of a better way has had time to come. */
  #recommendMaster(port: ClockPort, code: 'M1' | 'M2' | 'M3'): readonly Output[] {
    const before = port.portState;
    const entered = this.#transition(port, 'RECOMMENDED_MASTER');
    if (before === port.portState || port.portState !== 'PRE_MASTER') return entered;
    if (code !== 'M3')
      return [...entered, ...this.#transition(port, 'QUALIFICATION_TIMEOUT_EXPIRES')];
    const interval = durationOfLogInterval(port.settings.logAnnounceInterval);
    return [
      ...entered,
      {
        kind: 'setTimer',
        timer: timersOf(port.identity).qualification,
        after: durationNs((this.#dataSets.currentDS.stepsRemoved + 1) * interval),
      },
    ];
  }

  #transition(port: ClockPort, event: PortStateEvent): readonly Output[] {
    const { slaveOnly } = this.#dataSets.defaultDS;
    const next = nextPortState(port.portState, event, slaveOnly);
    return next === port.portState ? [] : port.enter(next, this.#announced());
  }

  #becomeGrandmaster(): readonly Output[] {
    if (this.#dataSets.isGrandmaster) return [];
    const outputs = this.#holdOver();
    const within = this.#holdover.state === 'withinSpecification';
    this.#dataSets.becomeGrandmaster(within ? this.#holdover.specification : undefined);
    return outputs;
  }

  #slavePort(): ClockPort | undefined {
    return this.#ports.find(({ portState }) => isSlave(portState));
  }

  #erbestOf(port: ClockPort, slavePort: ClockPort | undefined): ReceivedAnnounce | undefined {
    if (port.settings.masterOnly) return undefined; // 9.3.2.2
    const { portIdentity } = port.identity;
    return erbestOf(port.foreignMasters, portIdentity, this.#parentOn(port, slavePort));
  }

  #parentOn(port: ClockPort, slavePort: ClockPort | undefined): PortIdentity | undefined {
    return port === slavePort ? this.#dataSets.parentDS.parentPortIdentity : undefined;
  }
}

/** The least that the silence of a master's Syncs is borne for: single losses are no loss of time. */
const minSyncReceiptTimeout = durationNs(1e9);

/** From now on, silence is measured: by the Syncs' own interval, if they tell a sound one. */
function awaitSync(port: ClockPort, toldLogInterval: number): Output {
  const { announceReceiptTimeout, logSyncInterval } = port.settings;
  const logInterval = Math.abs(toldLogInterval) <= 7 ? toldLogInterval : logSyncInterval;
  const timeout = announceReceiptTimeout * durationOfLogInterval(logInterval);
  return {
    kind: 'setTimer',
    timer: timersOf(port.identity).syncReceipt,
    after: durationNs(Math.max(minSyncReceiptTimeout, timeout)),
  };
}

/** 9.2.6.8: a state decision event once an announce interval at least. */
function decisionTimer(port: ClockPort): Output {
  return {
    kind: 'setTimer',
    timer: timersOf(port.identity).stateDecision,
    after: durationOfLogInterval(port.settings.logAnnounceInterval),
  };
}
