/**
 * What the clocks of a switch know beside its forwarder: the delay of every link (peer-to-peer), the rate of every
 * domain's grandmaster, the policy that follows from both, and the boundary clocks. Attaches the core's instances to the
 * data plane.
 */
import type { Config, InstanceConfig, PeerToPeerConfig } from '../../config/config.js';
import { PeerDelayLink } from '../../core/port/link.js';
import { Syntoniser } from '../../core/instance/syntoniser.js';
import type { Output, Transport } from '../../core/io.js';
import type { Managed } from '../../core/management/managed-clock.js';
import { peerDelayMessageTypes } from '../../core/wire/header.js';
import type { Instant } from '../../core/time/instant.js';
import type { BridgePolicy, DataPlane } from '../../native/data-plane.js';
import { attachBoundaryClocks, type AttachedBoundaryClock } from './boundary-clocks.js';
import type { ClockStatus } from '../status/clock-status.js';
import { ClockSteering } from './clock-steering.js';
import type { InterfaceAddresses } from '../runtime/interface-addresses.js';
import { ManagementRequestError, type DomainRequest } from '../status/management.js';
import {
  measuredTransports,
  PeerDelayBoard,
  type PeerDelayStatus,
} from '../status/peer-delay-board.js';
import { PolicyProgrammer } from '../forwarding/policy-programmer.js';
import { instanceServing, isPeerToPeerTransparent, policyRules } from '../forwarding/policy.js';
import { identityOf, transportAt } from '../runtime/port-transport.js';
import { Pump, type Attachment, type PortTransport, type PumpEvent } from '../runtime/pump.js';
import { SyntonisationBoard, type SyntonisationStatus } from '../status/syntonisation-board.js';
import type { TimerClock } from '../runtime/timers.js';
import {
  attachTransparentClockManagement,
  type AttachedTransparentClock,
} from './transparent-clock-management.js';

export interface InstancesOptions {
  readonly dataPlane: DataPlane;
  readonly config: Config;
  readonly timerClock: TimerClock;
  /** Asked again for every message: addresses come and go. */
  readonly addressesOf: (interfaceName: string) => InterfaceAddresses;
  /** What the bridge has decided so far; none: there is no bridge. */
  readonly bridge?: BridgePolicy | undefined;
  /** Those that links are measured on, peer to peer; all unless set. */
  readonly transports?: readonly Transport[];
  /** Uniform from 0 up to but not including 1; Math.random unless set. */
  readonly random?: () => number;
  /** Links, clocks and errors, for the operator. */
  readonly onEvent: (
    event: Extract<PumpEvent, { kind: 'link' | 'clockMoved' | 'loop' | 'portError' }>,
  ) => void;
}

const allTransports: readonly Transport[] = ['l2', 'udp4', 'udp6'];

export class Instances {
  readonly #options: InstancesOptions;
  readonly #pump: Pump;
  readonly #programmer: PolicyProgrammer;
  /** By attachment, where that is a port's. */
  readonly #transports: readonly (Transport | undefined)[];
  readonly #peerDelay: PeerDelayBoard;
  readonly #boundaryClocks: readonly AttachedBoundaryClock[];
  readonly #transparentClocks: readonly AttachedTransparentClock[];
  readonly #steering: ClockSteering;
  readonly #syntonisation = new SyntonisationBoard();

  /**
   * Programs the data plane; it forwards from here on.
   * @throws Error for the user, where a clock is to be steered that cannot be
   */
  constructor(options: InstancesOptions) {
    const { dataPlane, config, timerClock } = options;
    this.#options = options;
    const interfaces = config.ports.map((port) => port.interface);
    const clockIdentity = identityOf(dataPlane);
    const managed = config.instances.some(isTransparent);
    this.#programmer = new PolicyProgrammer(
      dataPlane,
      policyRules(config.instances, interfaces),
      timerClock,
      {
        loopGuard: config.loopGuard,
        bridge: options.bridge,
        managedClock: managed ? clockIdentity : undefined,
      },
    );
    const peerToPeerPorts = attachPeerToPeerPorts(options);
    this.#transports = peerToPeerPorts.map(({ transport }) => transport);
    this.#peerDelay = new PeerDelayBoard(
      measuredTransports(config, options.transports ?? allTransports),
      dataPlane.counters(),
    );
    const measuredAt = (common: Instant) => this.#steering.measuredAt(common);
    this.#boundaryClocks = attachBoundaryClocks({ ...options, measuredAt });
    this.#steering = new ClockSteering({
      ...{ dataPlane, timerClock },
      steerers: this.#boundaryClocks.map(({ instance, clock }) => ({
        config: instance,
        clock: clock.clock,
      })),
      warn: (port, message) => options.onEvent({ kind: 'portError', port, message }),
    });
    this.#transparentClocks = attachTransparentClockManagement({
      ...options,
      clockIdentity,
      linkDelayOf: (port, transport) => this.#peerDelay.linkDelayOf(port, transport),
    });
    this.#pump = new Pump({
      dataPlane,
      attachments: [
        ...peerToPeerPorts.map(({ attachment }) => attachment),
        { instance: new Syntoniser(), ports: [], observesSyncs: true },
        ...this.#boundaryClocks.map(({ attachment }) => attachment),
        ...this.#transparentClocks.map(({ attachment }) => attachment),
      ],
      latencies: config.ports,
      measuredAt,
      timerClock,
      onEvent: (event) => this.#onEvent(event),
    });
  }

  start(): void {
    this.#tellForwarding(this.#options.bridge);
    this.#pump.start();
    this.#steering.start();
  }

  /** The bridge has decided otherwise. */
  setBridge(bridge: BridgePolicy): void {
    this.#programmer.setBridge(bridge);
    this.#tellForwarding(bridge);
  }

  #tellForwarding(bridge: BridgePolicy | undefined): void {
    for (const [port, forwarding] of bridge?.forwarding.entries() ?? []) {
      this.#pump.setForwarding(port, forwarding);
    }
  }

  /** Asks and answers no more; the data plane stays as it is. */
  stop(): void {
    this.#steering.stop();
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

  /** Of every boundary clock. */
  clocks(): ClockStatus[] {
    return this.#boundaryClocks.map(({ status, clock }) =>
      status(this.#steering.statusOf(clock.clock)),
    );
  }

  /**
   * Carries out a management request of an operator; for sdoId 0 where several share the domain.
   * @throws ManagementRequestError when no clock is in that domain
   */
  manage({ domain, request }: DomainRequest): Managed {
    const instance = instanceServing(this.#options.config.instances, 0, domain);
    const attached = [...this.#boundaryClocks, ...this.#transparentClocks].find(
      (candidate) => candidate.instance === instance,
    );
    if (attached === undefined) {
      throw new ManagementRequestError(`domain ${domain}: no clock of this switch is in it`);
    }
    const managed = attached.clock.manage(request);
    this.#pump.perform(attached.clock, managed.outputs);
    return managed;
  }

  #onEvent(event: PumpEvent): void {
    switch (event.kind) {
      case 'linkDelay':
        this.#noteLinkDelay(event);
        return;
      case 'rateRatio':
        this.#programmer.setRateRatio(event.sdoId, event.domainNumber, event.syntonisation);
        this.#syntonisation.note(event);
        return;
      case 'discarded':
        this.#noteDiscard(event);
        return;
      case 'link':
        this.#peerDelay.noteLink(event.port);
        this.#options.onEvent(event);
        return;
      case 'clockMoved':
      case 'loop':
      case 'portError':
        this.#options.onEvent(event);
        return;
      // What nobody claims is in the engine's counters already.
      case 'unclaimed':
      case 'offsetSample':
        return;
    }
  }

  /** A clock's own is nothing to forward by: its domain ends here. It is shown where no transparent clock measures. */
  #noteLinkDelay(event: Extract<PumpEvent, { kind: 'linkDelay' }>): void {
    const transparent = this.#transports[event.instance] !== undefined;
    if (transparent) this.#programmer.setLinkDelay(event.port, event.transport, event.linkDelay);
    if (transparent || this.#transports.length === 0) this.#peerDelay.note(event);
  }

  #noteDiscard(event: Extract<Output, { kind: 'discarded' }> & { readonly instance: number }) {
    const transport = this.#transports[event.instance];
    if (transport !== undefined) this.#peerDelay.noteDiscard(event.port, transport, event.reason);
    // Attached in this order: ports that measure links, the syntoniser, clocks.
    const clock = this.#boundaryClocks[event.instance - this.#transports.length - 1];
    clock?.noteDiscard(event.port, event.reason);
  }
}

/** One for each port and transport: each is a link of its own, as far as its delay goes. */
function attachPeerToPeerPorts({
  dataPlane,
  config,
  addressesOf,
  transports = allTransports,
}: InstancesOptions): { transport: Transport; attachment: Attachment }[] {
  const instances = config.instances.filter(isPeerToPeer);
  const [first] = instances;
  if (first === undefined) return [];
  const clockIdentity = identityOf(dataPlane);
  const interfaces = config.ports.map((port) => port.interface);
  const rules = policyRules(config.instances, interfaces);
  const intervals = instances.map(({ logMinPdelayReqInterval }) => logMinPdelayReqInterval);
  return transports.flatMap((transport) =>
    config.ports.map(({ interface: interfaceName }, port) => {
      const ports: (PortTransport | undefined)[] = [];
      ports[port] = transportAt(transport, {
        addresses: () => addressesOf(interfaceName),
        mac: () => dataPlane.ports()[port]?.mac ?? '',
        vlanId: 'any',
      });
      const instance = new PeerDelayLink({
        port,
        transport,
        portIdentity: { clockIdentity, portNumber: port + 1 },
        domainNumber: first.domain === 'any' ? 0 : first.domain,
        sdoId: 0,
        // Links are measured for all instances at once, as often as the keenest wants.
        logMinPdelayReqInterval: Math.min(...intervals),
        speculative: true,
        serves: ({ sdoId, domainNumber }) => isPeerToPeerTransparent(rules, sdoId, domainNumber),
      });
      return { transport, attachment: { instance, ports, messageTypes: peerDelayMessageTypes } };
    }),
  );
}

function isTransparent({ type }: InstanceConfig): boolean {
  return type === 'e2e-tc' || type === 'p2p-tc';
}

function isPeerToPeer(instance: InstanceConfig): instance is PeerToPeerConfig {
  return instance.type === 'p2p-tc';
}
