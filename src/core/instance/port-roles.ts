/**
 * The states of a clock's ports: what the election (bmca/election.ts) recommends is carried out here, by the table of
 * bmca/port-state.ts and in the order of 9.3.5, the data sets before the ports.
 */
import { ownDataSet } from '../bmca/comparison.js';
import { elect, eventOf, erbestOfPort } from '../bmca/election.js';
import type { PortDecision } from '../bmca/election.js';
import { withIntervalPassed, without } from '../bmca/foreign-masters.js';
import { isOperating, isSlave, nextPortState, type PortStateEvent } from '../bmca/port-state.js';
import { inOrderOfMerit, standingOf } from '../bmca/standing.js';
import type { BestMasterRules, DecisionCode } from '../bmca/rules.js';
import type { Input, Output } from '../io.js';
import { ownAnnouncer } from '../port/admission.js';
import type { ClockPort } from '../port/clock-port.js';
import type { ClockPortSettings } from '../port/clock-port-settings.js';
import type { ReceivedAnnounce } from '../port/received-announce.js';
import type { AnnouncedGrandmaster } from '../port/transmitting-half.js';
import { discarded, timersOf } from '../port/port.js';
import type { UntilLocked } from '../profile/profile.js';
import type { PortIdentity } from '../time/identity.js';
import { durationNs, durationOfLogInterval } from '../time/instant.js';
import { hear, type Hearing } from './announce-reception.js';
import type { ClockDataSets } from './clock-data-sets.js';
import type { ClockState } from './clock-state.js';
import type { Timekeeper } from './timekeeper.js';

/** The part of a profile that decides what a port is, and what it tells. */
export type RoleRules = BestMasterRules & { readonly untilLocked: UntilLocked };

/** Whose Announces are taken, as far as it does not change with the port. */
export type HearingRules = Pick<Hearing, 'rules' | 'believableLogInterval' | 'acceptableMasters'>;

export class PortRoles {
  readonly #ports: readonly ClockPort[];
  readonly #dataSets: ClockDataSets;
  readonly #timekeeper: Timekeeper;
  readonly #rules: RoleRules;
  readonly #hearingRules: HearingRules;
  /** Who was told last to be the grandmaster, and how good it is. */
  #told: string;

  constructor(
    ports: readonly ClockPort[],
    dataSets: ClockDataSets,
    timekeeper: Timekeeper,
    rules: RoleRules,
    hearingRules: HearingRules,
  ) {
    this.#ports = ports;
    this.#dataSets = dataSets;
    this.#timekeeper = timekeeper;
    this.#rules = rules;
    this.#hearingRules = hearingRules;
    this.#told = grandmasterToldBy(this.announced());
  }

  start(port: ClockPort): readonly Output[] {
    if (isOperating(port.portState)) return [];
    const { inherited } = port;
    port.inherited = undefined;
    port.foreignMasters = inherited?.foreignMasters ?? [];
    // Those who follow it need not wait until it has listened: it knows already whom there is to hear.
    port.announceReceiptTimedOut = inherited?.isMaster === true;
    this.transition(port, 'FAULT_CLEARED');
    return [
      ...this.transition(port, 'INITIALIZED'),
      inherited === undefined ? decisionTimer(port) : decisionSoon(port),
    ];
  }

  halt(port: ClockPort, event: 'FAULT_DETECTED' | 'DESIGNATED_DISABLED'): readonly Output[] {
    const { stateDecision, announceReceipt } = timersOf(port.identity);
    port.foreignMasters = [];
    port.lowerPortHeardFor = 0;
    return [
      ...this.transition(port, event),
      { kind: 'cancelTimer', timer: stateDecision },
      { kind: 'cancelTimer', timer: announceReceipt },
      ...this.decide(),
    ];
  }

  /** Changes what the port is set to, and decides anew. What is due sooner from now on does not wait for a timer from before. */
  reconfigure(port: ClockPort, change: Partial<ClockPortSettings>): readonly Output[] {
    const before = port.settings.logAnnounceInterval;
    const changed = port.reconfigure(change, this.announced());
    const isSooner = port.settings.logAnnounceInterval < before && isOperating(port.portState);
    const timers = isSooner ? [decisionTimer(port)] : [];
    if (isSooner && port.portState === 'PRE_MASTER') timers.push(qualificationTimer(port));
    return [...changed, ...timers, ...this.decide()];
  }

  /** An Announce that is well formed and of this clock's domain: what the port is, and whom it follows, after it. */
  onAnnounce(port: ClockPort, received: ReceivedAnnounce): readonly Output[] {
    const { masters, isIgnored, reasons } = hear(this.#hearing(port), received);
    port.foreignMasters = masters;
    const spoilt = received.isMalformed === true ? (['malformedTlv'] as const) : [];
    const told = [...spoilt, ...reasons].map((reason) => discarded(port.identity, reason));
    if (isIgnored === true) return told;
    const decided = [...told, ...this.decide(), ...this.#tellOwnRank(port, received)];
    if (isSlave(port.portState)) {
      // Only an Announce of the parent restarts announceReceiptTimeout here.
      if (!this.#dataSets.isOfParent(received.message)) return decided;
      const lost = this.#dataSets.lostBehind(this.#rules.maxStepsRemoved);
      return [
        ...decided,
        port.hearMaster(received),
        ...lost.map((reason) => discarded(port.identity, reason)),
      ];
    }
    // A masterOnly port waits for nobody: whoever is heard there, it becomes a master (8.2.15.5.2).
    const waits =
      !port.masterOnly && (port.portState === 'LISTENING' || port.portState === 'PASSIVE');
    return waits ? [...decided, port.awaitAnnounce()] : decided;
  }

  #hearing(port: ClockPort): Hearing {
    const { pathTrace, defaultDS } = this.#dataSets;
    const { settings, portIdentity: receiver, masterOnly, foreignMasters: masters } = port;
    return {
      ...{ ...this.#hearingRules, pathTrace, clockIdentity: defaultDS.clockIdentity },
      ...{ receiver, masterOnly, masters, parent: this.#parentOn(port) },
      logAnnounceInterval: settings.logAnnounceInterval,
    };
  }

  /** 9.5.2.2: of the ports of one clock on one network the one with the lowest number is the master, the others are passive. */
  onOwnMessage(port: ClockPort, input: Extract<Input, { kind: 'message' }>): readonly Output[] {
    const told = [discarded(port.identity, 'ownMessage')];
    const sender = ownAnnouncer(port.identity, input);
    if (sender === undefined || sender >= port.portIdentity.portNumber) return told;
    // What no port of this clock can have sent is not its own, whatever identity it has.
    if (this.#ports[sender - 1]?.isTransmitting !== true) return told;
    const isNews = !port.lowerPortHeard;
    // Longer than an Announce may stay away, and it comes from this very clock.
    port.lowerPortHeardFor = port.settings.announceReceiptTimeout + 1;
    told.push(discarded(port.identity, 'portsOnOneNetwork'));
    return isNews ? [...told, ...this.decide()] : told;
  }

  /** A slaveOnly clock that is better than the best master follows nobody, which nobody wants of it. */
  #tellOwnRank(port: ClockPort, { message }: ReceivedAnnounce): readonly Output[] {
    const { slaveOnly } = this.#dataSets.defaultDS;
    if (!slaveOnly || !this.#dataSets.isGrandmaster) return [];
    if (this.erbestOf(port)?.message !== message) return [];
    return [discarded(port.identity, 'worseThanThisClock')];
  }

  /** Another announce interval is over (9.2.6.8): what was heard is older, and decided upon anew. */
  onDecisionTimer(port: ClockPort): readonly Output[] {
    port.lowerPortHeardFor = Math.max(0, port.lowerPortHeardFor - 1);
    port.foreignMasters = withIntervalPassed(
      this.#rules,
      port.foreignMasters,
      this.#parentOn(port),
    );
    return [decisionTimer(port), ...this.decide()];
  }

  /** 9.2.6.12: the master that was heard there is not heard any more. */
  onAnnounceReceiptTimeout(port: ClockPort): readonly Output[] {
    const gone = this.erbestOf(port);
    if (gone !== undefined) {
      const { sourcePortIdentity } = gone.message.header;
      port.foreignMasters = without(port.foreignMasters, sourcePortIdentity);
    }
    port.announceReceiptTimedOut = erbestOfPort(this.#rules, port, undefined) === undefined;
    return this.decide();
  }

  /** The state decision event (9.2.6.8): the data sets first, then every port gets the state that is recommended. */
  decide(): readonly Output[] {
    const election = elect(
      this.#rules,
      this.#dataSets.defaultDS,
      this.#ports,
      this.#dataSets.parentDS.parentPortIdentity,
    );
    const heldOver = election.parent === undefined ? this.#becomeGrandmaster() : [];
    if (election.parent !== undefined) this.#dataSets.takeParent(election.parent.message);
    const masters = this.#ports.filter(({ portState }) => portState === 'MASTER');
    const gated = this.#gate();
    const recommended = this.#ports.flatMap((port, index) =>
      this.#recommend(port, election.decisions[index], election.sameParent),
    );
    return [...heldOver, ...gated, ...recommended, ...this.#tellNewsBy(masters)];
  }

  /** To be called when the clock has come into lock, or out of it: what it can vouch for may have changed. */
  tellNews(): readonly Output[] {
    return [...this.#gate(), ...this.#tellNewsBy(this.#ports)];
  }

  /** To be called when something else is told of the time: its offset to UTC, its timescale, a leap second. */
  tellTimeProperties(): readonly Output[] {
    return this.#announceAtOnce(this.#ports);
  }

  /**
   * Those below need not wait for an interval to end to learn of another grandmaster, or that it has become better or worse,
   * nor a better one to hear that it is.
   */
  #tellNewsBy(masters: readonly ClockPort[]): readonly Output[] {
    const told = grandmasterToldBy(this.announced());
    if (told === this.#told) return [];
    this.#told = told;
    return this.#announceAtOnce(masters);
  }

  #gate(): readonly Output[] {
    const { hasLocked } = this.#timekeeper;
    const { untilLocked } = this.#rules;
    const gated = untilLocked === 'silent' && !this.#dataSets.isGrandmaster && !hasLocked;
    return this.#ports.flatMap((port) => port.gate(gated, this.announced()));
  }

  #announceAtOnce(masters: readonly ClockPort[]): readonly Output[] {
    return masters
      .filter(({ isTransmitting }) => isTransmitting)
      .flatMap((port) => {
        const { announce: timer } = timersOf(port.identity);
        return port.transmitting.step({ kind: 'timer', timer }, this.announced());
      });
  }

  #recommend(
    port: ClockPort,
    decision: PortDecision<ReceivedAnnounce> = {},
    sameParent: boolean,
  ): readonly Output[] {
    port.decision = decision;
    const { code, erbest } = decision;
    if (code === undefined) return [];
    const event = eventOf(code, port.announceReceiptTimedOut, sameParent);
    port.announceReceiptTimedOut = false;
    const newParent = event === 'RECOMMENDED_SLAVE_OF_NEW_MASTER';
    if (newParent) this.#timekeeper.follow();
    const before = port.portState;
    const entered = this.transition(port, event);
    if (newParent && erbest !== undefined) return [...entered, ...port.follow(erbest)];
    const qualifies = port.portState === 'PRE_MASTER' && before !== 'PRE_MASTER';
    return qualifies ? [...entered, ...this.#qualify(port, code)] : entered;
  }

  #qualify(port: ClockPort, code: DecisionCode): readonly Output[] {
    const intervals = this.#rules.qualificationIntervals(
      code,
      this.#dataSets.currentDS.stepsRemoved,
    );
    if (intervals === 0) return this.transition(port, 'QUALIFICATION_TIMEOUT_EXPIRES');
    port.preMasterFor = intervals;
    return [qualificationTimer(port)];
  }

  transition(port: ClockPort, event: PortStateEvent): readonly Output[] {
    const { slaveOnly } = this.#dataSets.defaultDS;
    const next = nextPortState(port.portState, event, slaveOnly);
    return next === port.portState ? [] : port.enter(next, this.announced());
  }

  #becomeGrandmaster(): readonly Output[] {
    if (this.#dataSets.isGrandmaster) return [];
    const outputs = this.#timekeeper.holdOver();
    this.#dataSets.becomeGrandmaster(this.#timekeeper.heldWithin, this.#timekeeper.isOwn);
    return outputs;
  }

  erbestOf(port: ClockPort): ReceivedAnnounce | undefined {
    return erbestOfPort(this.#rules, port, this.#parentOn(port));
  }

  /** Whoever is heard, the best first, and what becomes of it. */
  foreignMasters(): ClockState['foreignMasters'] {
    const d0 = ownDataSet(this.#dataSets.defaultDS);
    const heard = this.#ports.flatMap((port) =>
      port.foreignMasters.map((master) => ({ port, receiver: port.portIdentity, master })),
    );
    return inOrderOfMerit(this.#rules, heard).map(({ port, receiver, master }) => {
      const erbest = this.erbestOf(port);
      const parent = this.#parentOn(port);
      const { logAnnounceInterval } = port.settings;
      return {
        ...{ port: receiver, announce: master.latest.message, best: master.latest === erbest },
        standing: standingOf(master, { rules: this.#rules, d0, receiver, erbest, parent }),
        sequenceIdStuck: master.sequenceIdStuck === true,
        heardWithinSeconds: (master.silentFor + 1) * 2 ** logAnnounceInterval,
      };
    });
  }

  /** The master that the port follows; none: another port does, or nobody. */
  #parentOn(port: ClockPort): PortIdentity | undefined {
    const follows = port === this.#ports.find(({ portState }) => isSlave(portState));
    return follows ? this.#dataSets.parentDS.parentPortIdentity : undefined;
  }

  announced(): AnnouncedGrandmaster {
    const { lockState, hasLocked, heldWithin } = this.#timekeeper;
    const vouches =
      this.#rules.untilLocked === 'announce' || (hasLocked && lockState !== 'holdover');
    return this.#dataSets.announced(lockState === 'locked', vouches, heldWithin);
  }
}

function grandmasterToldBy({ grandmaster }: AnnouncedGrandmaster): string {
  const { grandmasterIdentity, grandmasterPriority1, grandmasterPriority2 } = grandmaster;
  const { clockClass, clockAccuracy, offsetScaledLogVariance } =
    grandmaster.grandmasterClockQuality;
  return [
    ...[grandmasterIdentity, grandmasterPriority1, grandmasterPriority2],
    ...[clockClass, clockAccuracy, offsetScaledLogVariance],
  ].join();
}

/** When all ports have begun: one alone would take the clock for the grandmaster. */
function decisionSoon(port: ClockPort): Output {
  const { stateDecision: timer } = timersOf(port.identity);
  return { kind: 'setTimer', timer, after: durationNs(1) };
}

/** 9.2.6.8: a state decision event once an announce interval at least. */
function decisionTimer(port: ClockPort): Output {
  return {
    kind: 'setTimer',
    timer: timersOf(port.identity).stateDecision,
    after: durationOfLogInterval(port.settings.logAnnounceInterval),
  };
}

function qualificationTimer({ identity, settings, preMasterFor }: ClockPort): Output {
  const interval = durationOfLogInterval(settings.logAnnounceInterval);
  const { qualification: timer } = timersOf(identity);
  return { kind: 'setTimer', timer, after: durationNs(preMasterFor * interval) };
}
