/**
 * The clocks of a switch beside its forwarder, as one list of instances of the core: the links of the peer-to-peer
 * transparent clocks, the syntoniser, the boundary clocks, and what answers management for the transparent clocks. Attaches
 * them to the data plane, gives what they report to whom it concerns, and programs the policy that follows from it.
 */
import type { Config, InstanceConfig } from '../../config/config.js';
import { profiles } from '../../config/profiles.js';
import { Syntoniser } from '../../core/instance/syntoniser.js';
import { transports as allTransports, type Transport } from '../../core/io.js';
import type { Managed } from '../../core/management/managed-clock.js';
import type { BridgePolicy, DataPlane } from '../../native/data-plane.js';
import { withoutRefusals } from '../../native/kernel-clock.js';
import type { IdentityFile } from '../machine/identity-file.js';
import { PolicyProgrammer } from '../forwarding/policy-programmer.js';
import { engineRules, policyRules, type ServedRule } from '../forwarding/policy.js';
import type { InterfaceAddresses } from '../runtime/interface-addresses.js';
import { identityOf } from '../runtime/port-transport.js';
import { Pump, type Attachment, type PumpEvent } from '../runtime/pump.js';
import type { TimerClock } from '../runtime/timers.js';
import type { ClockStatus } from '../status/clock-status.js';
import type { InstanceRequest } from '../status/management.js';
import { NotTaken, type NotTakenStatus } from '../status/not-taken.js';
import {
  measuredTransports,
  PeerDelayTable,
  type PeerDelayStatus,
} from '../status/peer-delay-table.js';
import { SyntonisationTable, type SyntonisationStatus } from '../status/syntonisation-table.js';
import type { AttachedInstance } from './attached-instance.js';
import { attachBoundaryClocks } from './boundary-clocks.js';
import { settleIdentity } from './clock-identity.js';
import { ClockSteering } from './clock-steering.js';
import { DriftMemory } from './drift-memory.js';
import { managedInstance } from './managed-instance.js';
import { LeapSecondsFiles } from './leap-seconds-files.js';
import { noTimeFacts, OwnTimes, type TimeFacts } from './own-times.js';
import { attachPeerToPeerLinks } from './peer-to-peer-links.js';
import { attachTransparentClockManagement } from './transparent-clock-management.js';

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

export class Instances {
  readonly #options: InstancesOptions;
  readonly #pump: Pump;
  readonly #rules: readonly ServedRule[];
  readonly #programmer: PolicyProgrammer;
  readonly #peerDelay: PeerDelayTable;
  readonly #notTaken: NotTaken;
  readonly #syntonisation = new SyntonisationTable();
  readonly #steering: ClockSteering;
  readonly #ownTimes: OwnTimes;
  readonly #memory: DriftMemory;
  readonly #list: readonly AttachedInstance[];
  /** The same, for the events of the pump. */
  readonly #byAttachment: ReadonlyMap<Attachment, AttachedInstance>;

  /**
   * Programs the data plane; it forwards from here on.
   * @throws Error for the user, where a clock is to be steered that cannot be
   */
  constructor(options: InstancesOptions) {
    const { dataPlane, config, timerClock } = options;
    this.#options = options;
    const given = options.timeFacts ?? noTimeFacts;
    settleIdentity({
      ...{ dataPlane, configured: config.clockIdentity, file: options.identityFile },
      ...{ info: given.info, warn: given.warn },
    });
    this.#rules = policyRules(config);
    const managed = config.instances.some(isTransparent);
    this.#programmer = new PolicyProgrammer(dataPlane, engineRules(this.#rules), timerClock, {
      loopGuard: config.loopGuard,
      bridge: options.bridge,
      managedClock: managed ? identityOf(dataPlane) : undefined,
    });
    this.#notTaken = new NotTaken({
      instances: config.instances,
      nameOf: (port) => config.ports[port]?.interface ?? '',
      now: () => timerClock.now(),
      warn: given.warn,
    });
    this.#peerDelay = new PeerDelayTable(
      measuredTransports(config, options.transports ?? allTransports),
      dataPlane.counters(),
    );
    this.#list = this.#attachAll();
    this.#byAttachment = new Map(this.#list.map((entry) => [entry.attachment, entry]));
    const facts = { ...given, kernelClock: withoutRefusals(given.kernelClock, given.warn) };
    const files = new LeapSecondsFiles(facts.readText, timerClock);
    const listIn = (path: string) => files.listIn(path);
    this.#steering = new ClockSteering({
      ...{ dataPlane, timerClock },
      systemClock: { kernelClock: facts.kernelClock, listIn },
      steerers: this.#list.flatMap(({ clock }) => clock ?? []),
      warn: (port, message) => options.onEvent({ kind: 'portError', port, message }),
    });
    this.#memory = new DriftMemory({
      ...{ ...facts, file: facts.driftFile, dataPlane, timerClock },
      clocks: this.#list.flatMap(({ clock }) => clock ?? []),
    });
    this.#ownTimes = new OwnTimes({
      ...{ dataPlane, timerClock, facts, listIn },
      isAwaited: (clock) => this.#memory.isAwaited(clock),
      timed: this.#list.flatMap(({ attachment, clock }) =>
        clock === undefined
          ? []
          : [{ ...clock, carryOut: (outputs) => this.#pump.carryOut(attachment, outputs) }],
      ),
    });
    this.#pump = new Pump({
      dataPlane,
      attachments: this.#list.map(({ attachment }) => attachment),
      latencies: config.ports,
      timerClock,
      onEvent: (event) => this.#onEvent(event),
    });
  }

  /** In the order in which the instances get what concerns several of them. */
  #attachAll(): AttachedInstance[] {
    const peerDelay = this.#peerDelay;
    const links = attachPeerToPeerLinks({
      ...this.#options,
      rules: this.#rules,
      programmer: this.#programmer,
      peerDelay,
    });
    return [
      ...links,
      this.#attachSyntoniser(),
      ...attachBoundaryClocks({
        ...this.#options,
        notTaken: () => this.notTaken(),
        warn: (this.#options.timeFacts ?? noTimeFacts).warn,
        steeredBy: (clock) => this.#steering.statusOf(clock),
        // The delays that a boundary clock finds serve itself alone; they are shown where no transparent clock measures.
        onLinkDelay: (report) => {
          if (links.length === 0) peerDelay.setLinkDelay(report);
        },
      }),
      ...attachTransparentClockManagement({
        ...this.#options,
        rules: this.#rules,
        linkDelayOf: (port, transport) => peerDelay.linkDelayOf(port, transport),
      }),
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
    return this.#syntonisation.statusOf(instance, this.#options.config.instances);
  }

  /** PTP that comes in and that no instance takes. */
  notTaken(): NotTakenStatus[] {
    return this.#notTaken.current();
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
        // Of a message of another type than an instance takes there is nothing to say.
        if (event.reason === 'otherHost') {
          this.#notTaken.take({ ...event, messages: 1, toOtherHost: true });
        }
        return;
    }
  }
}

function isTransparent({ type }: InstanceConfig): boolean {
  return type === 'e2e-tc' || type === 'p2p-tc';
}
