/**
 * The clocks of a switch beside its forwarder, as one list of instances of the core (instance-list.ts). Attaches them to the data plane, gives what they report to whom it concerns, and programs the policy that follows from it.
 */
import type { Config, InstanceConfig } from '../../config/config.js';
import { tooMany } from '../../config/instances/bounds.js';
import { managementUnlessSet } from '../../config/instances/management.js';
import { instanceNames } from '../../config/instances/name.js';
import { profiles } from '../../config/profiles.js';
import { Syntoniser } from '../../core/instance/syntoniser.js';
import { transports as allTransports, type Transport } from '../../core/io.js';
import type { Managed } from '../../core/management/managed-clock.js';
import type { BridgePolicy, DataPlane } from '../../native/data-plane.js';
import { withoutRefusals } from '../../native/kernel-clock.js';
import type { IdentityFile } from '../machine/identity-file.js';
import { PolicyProgrammer } from '../forwarding/policy-programmer.js';
import {
  engineRules,
  policyOf,
  policyRules,
  servedBy,
  type ServedRule,
} from '../forwarding/policy.js';
import type { ReloadPlan } from '../reload/reload-plan.js';
import { tellReturn } from './list/returning.js';
import type { InterfaceAddresses } from '../runtime/interface-addresses.js';
import { checkNumber } from '../runtime/numbered-attachments.js';
import type { Attachment } from '../runtime/attachment.js';
import { Pump, type PumpEvent } from '../runtime/pump.js';
import type { TimerClock } from '../runtime/timers.js';
import type { ClockStatus } from '../status/clock-status.js';
import type { Discards } from '../status/discard-counts.js';
import type { InstanceRequest } from '../status/management.js';
import { NotTaken, UnclaimedCounts, type NotTakenStatus } from '../status/not-taken.js';
import {
  measuredTransports,
  PeerDelayTable,
  type PeerDelayStatus,
} from '../status/peer-delay-table.js';
import { SyntonisationTable, type SyntonisationStatus } from '../status/syntonisation-table.js';
import type { AttachedInstance } from './attached-instance.js';
import { settleIdentity } from './clock-identity.js';
import { ClockSteering } from './clock-steering.js';
import { DriftMemory } from './drift-memory.js';
import { instanceList, type InstanceListOptions } from './list/instance-list.js';
import { managedInstance } from './managed-instance.js';
import { LeapSecondsFiles } from './leap-seconds-files.js';
import { noTimeFacts, OwnTimes, type TimeFacts, type Timed } from './own-times.js';
import {
  changedInPlace,
  changedLinks,
  forgetLinks,
  handOverAll,
  returning,
} from './list/reloaded.js';

export interface InstancesOptions {
  readonly dataPlane: DataPlane;
  readonly config: Config;
  readonly timerClock: TimerClock;
  /** Asked again for every message: addresses come and go. */
  readonly addressesOf: (interfaceName: string) => InterfaceAddresses;
  /** What the bridge has decided so far; absent where there is no bridge. */
  readonly bridge?: BridgePolicy | undefined;
  /** The transports on which the peer-to-peer transparent clocks measure their links; all unless set. */
  readonly transports?: readonly Transport[];
  /** Uniform from 0 up to but not including 1; Math.random unless set. */
  readonly random?: () => number;
  /** What the machine knows of its time; nothing unless given. */
  readonly timeFacts?: TimeFacts;
  /** Where the clockIdentity of this box is kept over a restart; nowhere unless set. */
  readonly identityFile?: IdentityFile | undefined;
  /** Links, clocks and errors, for the operator. */
  readonly onEvent: (
    event: Extract<PumpEvent, { kind: 'link' | 'clockMoved' | 'notice' | 'portError' }>,
  ) => void;
}

/** What a reload is going to put in place. */
interface Prepared {
  readonly list: readonly AttachedInstance[];
  readonly commit: () => void;
}

export class Instances {
  readonly #options: InstancesOptions;
  #config: Config;
  #names: ReadonlyMap<InstanceConfig, string>;
  readonly #pump: Pump;
  #rules: readonly ServedRule[];
  readonly #programmer: PolicyProgrammer;
  readonly #peerDelay: PeerDelayTable;
  readonly #notTaken: NotTaken;
  readonly unclaimed = new UnclaimedCounts();
  readonly #syntonisation = new SyntonisationTable();
  readonly #steering: ClockSteering;
  readonly #ownTimes: OwnTimes;
  readonly #memory: DriftMemory;
  readonly #syntoniser = this.#attachSyntoniser();
  #list: readonly AttachedInstance[];
  #stopped = false;
  /** The same, for the events of the pump. */
  #byAttachment: ReadonlyMap<Attachment, AttachedInstance>;

  /**
   * Programs the data plane; it forwards from here on.
   * @throws Error for the user, where a clock is to be steered that cannot be
   */
  constructor(options: InstancesOptions) {
    const { dataPlane, config, timerClock } = options;
    this.#options = options;
    this.#config = config;
    this.#names = instanceNames(config.instances);
    const given = options.timeFacts ?? noTimeFacts;
    settleIdentity({
      ...{ dataPlane, configured: config.clockIdentity, file: options.identityFile },
      ...{ info: given.info, warn: given.warn },
    });
    this.#rules = policyRules(config);
    this.#programmer = new PolicyProgrammer(dataPlane, engineRules(this.#rules), timerClock, {
      ...policyOf(config, dataPlane),
      bridge: options.bridge,
    });
    this.#notTaken = new NotTaken({
      instances: config.instances,
      nameOf: (port) => config.ports[port]?.interface ?? '',
      now: () => timerClock.now(),
    });
    this.#peerDelay = new PeerDelayTable(this.#measured(config), dataPlane.counters());
    this.#list = instanceList(this.#listOptions(config));
    this.#byAttachment = byAttachment(this.#list);
    const facts = { ...given, kernelClock: withoutRefusals(given.kernelClock, given.warn) };
    const files = new LeapSecondsFiles(facts.readText, timerClock);
    const listIn = (path: string) => files.listIn(path);
    const clocks = this.#list.flatMap(({ clock }) => clock ?? []);
    this.#steering = new ClockSteering({
      ...{ dataPlane, timerClock },
      systemClock: { kernelClock: facts.kernelClock, listIn },
      steerers: clocks,
      warn: (port, message) => options.onEvent({ kind: 'portError', port, message }),
    });
    this.#memory = new DriftMemory({
      ...{ ...facts, file: facts.driftFile, dataPlane, timerClock, clocks },
    });
    this.#ownTimes = new OwnTimes({
      ...{ dataPlane, timerClock, facts, listIn },
      isAwaited: (clock) => this.#memory.isAwaited(clock),
      timed: this.#list.flatMap((entry) => this.#timed(entry)),
    });
    this.#pump = new Pump({
      dataPlane,
      attachments: this.#list.map(({ attachment }) => attachment),
      latencies: config.ports,
      timerClock,
      onEvent: (event) => this.#onEvent(event),
    });
  }

  #listOptions(config: Config): InstanceListOptions {
    return {
      ...{ ...this.#options, config, syntoniser: this.#syntoniser },
      nameOf: (instance) => this.#names.get(instance) ?? '',
      rules: () => this.#rules,
      management: () => this.#config.management ?? managementUnlessSet,
      showsClockDelays: () => !this.#config.instances.some(({ type }) => type === 'p2p-tc'),
      ...{ programmer: this.#programmer, peerDelay: this.#peerDelay },
      notTaken: () => this.notTaken(),
      warn: (this.#options.timeFacts ?? noTimeFacts).warn,
      steeredBy: (clock) => this.#steering.statusOf(clock),
      linkDelayOf: (port, transport) => this.#peerDelay.linkDelayOf(port, transport),
    };
  }

  #measured(config: Config): (readonly Transport[])[] {
    return measuredTransports(config, this.#options.transports ?? allTransports);
  }

  #timed({ attachment, clock: own }: AttachedInstance): Timed[] {
    if (own === undefined) return [];
    return [
      {
        get name() {
          return own.name;
        },
        get config() {
          return own.config;
        },
        clock: own.clock,
        carryOut: (outputs) => this.#pump.carryOut(attachment, outputs),
      },
    ];
  }

  #attachSyntoniser(): AttachedInstance {
    return {
      attachment: {
        name: 'syntoniser',
        instance: new Syntoniser(),
        encapsulation: profiles.default.encapsulation,
        ports: [],
        observesSyncs: true,
      },
      onReport: (report) => {
        if (report.kind !== 'rateRatio') return;
        this.#programmer.setRateRatio(report.sdoId, report.domainNumber, report.syntonisation);
        this.#syntonisation.setRateRatio(report);
      },
    };
  }

  start(): void {
    this.#applyForwarding(this.#options.bridge);
    this.#memory.start();
    this.#ownTimes.start();
    this.#pump.start();
    this.#steering.start();
  }

  /**
   * Runs what a reload has planned. Whatever it leaves alone goes on without a break.
   * @throws Error for the user, with nothing changed, where a clock is to be steered that cannot be, or there is no room for all
   */
  reload(plan: Pick<ReloadPlan, 'config' | 'instances'>): void {
    const { dataPlane } = this.#options;
    const { config } = plan;
    const former = this.#list;
    const formerNames = this.#names;
    // Of both for now: in what can fail, instances of both are named.
    this.#names = new Map([...formerNames, ...instanceNames(config.instances)]);
    let prepared: Prepared;
    try {
      prepared = this.#prepare(plan);
    } catch (error) {
      this.#names = formerNames;
      throw error;
    }
    const { list, commit } = prepared;
    this.#config = config;
    this.#list = list;
    this.#byAttachment = byAttachment(list);
    this.#rules = policyRules(config);
    this.#notTaken.setInstances(config.instances);
    this.#peerDelay.setMeasured(this.#measured(config));
    forgetLinks(former, list, this.#programmer);
    this.#programmer.setRules(engineRules(this.#rules), policyOf(config, dataPlane));
    this.#pump.replace(
      list.map(({ attachment }) => attachment),
      () => {
        const beginners = handOverAll(plan, { former, list }, dataPlane);
        const clocks = list.flatMap(({ clock }) => clock ?? []);
        this.#memory.replace(clocks, beginners);
        commit();
      },
    );
    const changed = [...changedLinks(list, config), ...changedInPlace(plan, former)];
    for (const { attachment, outputs } of changed) {
      this.#pump.carryOut(attachment, outputs);
    }
    this.#names = instanceNames(config.instances);
    this.#tellReturns(plan);
  }

  #tellReturns(plan: Pick<ReloadPlan, 'instances'>): void {
    const { timerClock, timeFacts = noTimeFacts } = this.#options;
    const isThere = (entry: AttachedInstance) => !this.#stopped && this.#list.includes(entry);
    for (const clock of returning(plan, this.#list, isThere)) {
      tellReturn(clock, timerClock, timeFacts.info);
    }
  }

  /** All that can fail, with nothing changed. */
  #prepare(plan: Pick<ReloadPlan, 'config' | 'instances'>): Prepared {
    const excess = tooMany(plan.config);
    if (excess) throw new RangeError(`instances: ${excess.problem}; ${excess.remedy}`);
    const list = instanceList(this.#listOptions(plan.config), this.#list, plan);
    checkNumber(list.length);
    const steer = this.#steering.replace(list.flatMap(({ clock }) => clock ?? []));
    const tell = this.#ownTimes.replace(list.flatMap((entry) => this.#timed(entry)));
    return {
      list,
      commit: () => {
        tell();
        steer();
      },
    };
  }

  /** Keeps to what the bridge has decided now. */
  setBridge(bridge: BridgePolicy): void {
    this.#programmer.setBridge(bridge);
    this.#applyForwarding(bridge);
  }

  #applyForwarding(bridge: BridgePolicy | undefined): void {
    for (const [port, forwarding] of bridge?.forwarding.entries() ?? []) {
      this.#pump.setForwarding(port, forwarding);
    }
  }

  /** From now on no instance sends, answers or measures; the data plane stays as it is programmed. */
  stop(): void {
    this.#stopped = true;
    this.#steering.stop();
    this.#ownTimes.stop();
    this.#memory.stop();
    this.#pump.stop();
    this.#programmer.stop();
  }

  /** Of one port; undefined where its link is not measured. */
  peerDelay(port: number): PeerDelayStatus | undefined {
    return this.#peerDelay.statusOf(port);
  }

  /** Of the domains that an instance serves. */
  syntonisation(instance: InstanceConfig): SyntonisationStatus[] {
    return this.#syntonisation.statusOf(instance, this.#config.instances);
  }

  /** What came to nothing with an instance of the configuration. */
  discarded(instance: InstanceConfig): Discards {
    return this.#list.find((each) => each.management?.config === instance)?.discarded?.() ?? {};
  }

  /** PTP that comes in and that no instance takes. */
  notTaken(): NotTakenStatus[] {
    return this.#notTaken.current();
  }

  /** Of the engine's records, those that were left out because something threw. */
  get failedRecords(): number {
    return this.#pump.failedRecords;
  }

  get attached(): readonly AttachedInstance[] {
    return this.#list;
  }

  /** Of every boundary and ordinary clock. */
  clocks(): ClockStatus[] {
    return this.#list.flatMap(({ status }) => status?.() ?? []);
  }

  /**
   * Carries out a management request of an operator.
   * @throws ManagementRequestError when no instance is meant
   */
  manage(request: InstanceRequest): Managed {
    const { attachment, management } = managedInstance(this.#list, request);
    const managed = management.manage(request.request);
    this.#pump.carryOut(attachment, managed.outputs);
    return managed;
  }

  #onEvent(event: PumpEvent): void {
    switch (event.kind) {
      case 'linkDelay':
      case 'rateRatio':
      case 'discarded':
        this.#byAttachment.get(event.attachment)?.onReport?.(event);
        return;
      case 'link':
        this.#peerDelay.restartCounting(event.port);
        this.#options.onEvent(event);
        return;
      case 'clockMoved':
      case 'notice':
      case 'portError':
        this.#options.onEvent(event);
        return;
      case 'unserved':
        this.#notTaken.take(event);
        return;
      case 'unclaimed':
        this.#onUnclaimed(event);
        return;
    }
  }

  #onUnclaimed(event: Extract<PumpEvent, { kind: 'unclaimed' }>): void {
    this.unclaimed.count(event.port, event.reason);
    if (event.reason === 'notPtp') return;
    const toOtherHost = event.reason === 'otherHost';
    // Of a message of another type than an instance takes there is nothing to say.
    const served = toOtherHost ? undefined : servedBy(this.#rules, event);
    if (!toOtherHost && (served === undefined || served.instance !== undefined)) return;
    this.#notTaken.take({ ...event, messages: 1, toOtherHost });
  }
}

function byAttachment(list: readonly AttachedInstance[]): Map<Attachment, AttachedInstance> {
  return new Map(list.map((entry) => [entry.attachment, entry]));
}
