/**
 * The states of a clock's ports: what the election (bmca/election.ts) recommends is carried out here, by the table of
 * bmca/port-state.ts and in the order of 9.3.5, the data sets before the ports.
 */
import { elect, eventOf, erbestOfPort } from '../bmca/election.js';
import type { PortDecision } from '../bmca/election.js';
import { isStale, withAnnounce, withIntervalPassed, without } from '../bmca/foreign-masters.js';
import { isOperating, isSlave, nextPortState, type PortStateEvent } from '../bmca/port-state.js';
import type { BestMasterRules, DecisionCode } from '../bmca/rules.js';
import type { DiscardReason } from '../exchange/discard-reason.js';
import type { Output } from '../io.js';
import type { AnnouncedGrandmaster, ClockPort, ReceivedAnnounce } from '../port/clock-port.js';
import { discarded, timersOf } from '../port/port.js';
import type { UntilLocked } from '../profile/profile.js';
import type { PortIdentity } from '../time/identity.js';
import { durationNs, durationOfLogInterval } from '../time/instant.js';
import { Flag } from '../wire/header.js';
import { pathSequenceOf, type ClockDataSets } from './clock-data-sets.js';
import type { Timekeeper } from './timekeeper.js';

/** The part of a profile that decides what a port is, and what it tells. */
export type RoleRules = BestMasterRules & { readonly untilLocked: UntilLocked };

export class PortRoles {
  readonly #ports: readonly ClockPort[];
  readonly #dataSets: ClockDataSets;
  readonly #timekeeper: Timekeeper;
  readonly #rules: RoleRules;
  /** Who was told last to be the grandmaster, and how good it is. */
  #told: string;

  constructor(
    ports: readonly ClockPort[],
    dataSets: ClockDataSets,
    timekeeper: Timekeeper,
    rules: RoleRules,
  ) {
    this.#ports = ports;
    this.#dataSets = dataSets;
    this.#timekeeper = timekeeper;
    this.#rules = rules;
    this.#told = grandmasterToldBy(this.announced());
  }

  start(port: ClockPort): readonly Output[] {
    if (isOperating(port.portState)) return [];
    port.announceReceiptTimedOut = false;
    this.transition(port, 'FAULT_CLEARED');
    return [...this.transition(port, 'INITIALIZED'), decisionTimer(port)];
  }

  halt(port: ClockPort, event: 'FAULT_DETECTED' | 'DESIGNATED_DISABLED'): readonly Output[] {
    const { stateDecision, announceReceipt } = timersOf(port.identity);
    port.foreignMasters = [];
    return [
      ...this.transition(port, event),
      { kind: 'cancelTimer', timer: stateDecision },
      { kind: 'cancelTimer', timer: announceReceipt },
      ...this.decide(),
    ];
  }

  /** An Announce that is well formed and of this clock's domain: what the port is, and whom it follows, after it. */
  onAnnounce(port: ClockPort, received: ReceivedAnnounce): readonly Output[] {
    const refusal = this.#refusalOf(received);
    if (refusal !== undefined) return [discarded(port.identity, refusal)];
    if (isStale(port.foreignMasters, received)) return [discarded(port.identity, 'staleAnnounce')];
    const masters = withAnnounce(this.#rules, port.foreignMasters, received);
    if (masters === undefined) return [discarded(port.identity, 'tooManyForeignMasters')];
    port.foreignMasters = masters;
    const decided = this.decide();
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

  #refusalOf({ message, toUnicast }: ReceivedAnnounce): DiscardReason | undefined {
    if (toUnicast) return 'otherTransmission';
    const alternateMaster = (message.header.flagField & Flag.alternateMaster) !== 0; // 17.3.2
    const tooFar = message.stepsRemoved >= this.#rules.maxStepsRemoved; // 9.3.2.5
    if (alternateMaster || tooFar) return 'unqualifiedAnnounce';
    const own = this.#dataSets.defaultDS.clockIdentity;
    const loop = this.#dataSets.pathTrace && pathSequenceOf(message).includes(own);
    return loop ? 'announceLoop' : undefined;
  }

  /** Another announce interval is over (9.2.6.8): what was heard is older, and decided upon anew. */
  onDecisionTimer(port: ClockPort): readonly Output[] {
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
        return port.stepTransmitter({ kind: 'timer', timer }, this.announced());
      });
  }

  #recommend(
    port: ClockPort,
    { code, erbest }: PortDecision<ReceivedAnnounce> = {},
    sameParent: boolean,
  ): readonly Output[] {
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
    const interval = durationOfLogInterval(port.settings.logAnnounceInterval);
    const { qualification: timer } = timersOf(port.identity);
    return [{ kind: 'setTimer', timer, after: durationNs(intervals * interval) }];
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

/** 9.2.6.8: a state decision event once an announce interval at least. */
function decisionTimer(port: ClockPort): Output {
  return {
    kind: 'setTimer',
    timer: timersOf(port.identity).stateDecision,
    after: durationOfLogInterval(port.settings.logAnnounceInterval),
  };
}
