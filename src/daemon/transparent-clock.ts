/**
 * What a transparent clock knows beside its forwarder: the delay of every link (peer-to-peer), the rate of every domain's
 * grandmaster, and the policy that follows from both. Attaches the core's instances to the data plane.
 */
import { randomBytes } from 'node:crypto';
import type { Config, InstanceConfig, PeerToPeerConfig } from '../config/config.js';
import { PeerToPeerPort } from '../core/instance/peer-to-peer-port.js';
import { Syntoniser } from '../core/instance/syntoniser.js';
import type { Output, Transport } from '../core/io.js';
import { clockIdentityFromMac, type ClockIdentity } from '../core/time/identity.js';
import type { DataPlane } from '../native/data-plane.js';
import { formatMac, linkLocalIpv6 } from './addresses.js';
import type { InterfaceAddresses } from './host.js';
import { PeerDelayBoard, type PeerDelayStatus } from './peer-delay-board.js';
import { PolicyProgrammer } from './policy-programmer.js';
import { policyRules } from './policy.js';
import { Pump, type Attachment, type PortTransport, type PumpEvent } from './pump.js';
import { SyntonisationBoard, type SyntonisationStatus } from './syntonisation-board.js';
import type { TimerClock } from './timers.js';

export interface TransparentClockOptions {
  readonly dataPlane: DataPlane;
  readonly config: Config;
  readonly timerClock: TimerClock;
  /** Asked again for every message: addresses come and go. */
  readonly addressesOf: (interfaceName: string) => InterfaceAddresses;
  /** Links, clocks and errors, for the operator. */
  readonly onEvent: (
    event: Extract<PumpEvent, { kind: 'link' | 'clockMoved' | 'portError' }>,
  ) => void;
}

const transports: readonly Transport[] = ['l2', 'udp4', 'udp6'];

export class TransparentClock {
  readonly #options: TransparentClockOptions;
  readonly #pump: Pump;
  readonly #programmer: PolicyProgrammer;
  /** By attachment, where that is a port's. */
  readonly #transports: readonly (Transport | undefined)[];
  readonly #peerDelay: PeerDelayBoard;
  readonly #syntonisation = new SyntonisationBoard();

  /** Programs the data plane; it forwards from here on. */
  constructor(options: TransparentClockOptions) {
    const { dataPlane, config, timerClock } = options;
    this.#options = options;
    this.#programmer = new PolicyProgrammer(dataPlane, policyRules(config.instances), timerClock);
    const peerToPeerPorts = attachPeerToPeerPorts(options);
    this.#transports = peerToPeerPorts.map(({ transport }) => transport);
    this.#peerDelay = new PeerDelayBoard(config.ports.length, dataPlane.counters());
    this.#pump = new Pump({
      dataPlane,
      attachments: [
        ...peerToPeerPorts.map(({ attachment }) => attachment),
        { instance: new Syntoniser(), ports: [], observesSyncs: true },
      ],
      latencies: config.ports,
      timerClock,
      onEvent: (event) => this.#onEvent(event),
    });
  }

  start(): void {
    this.#pump.start();
  }

  /** Asks and answers no more; the data plane stays as it is. */
  stop(): void {
    this.#pump.stop();
    this.#programmer.stop();
  }

  /** Of one port; undefined where no instance is peer-to-peer. */
  peerDelay(port: number): PeerDelayStatus | undefined {
    return this.#transports.length === 0 ? undefined : this.#peerDelay.statusOf(port);
  }

  /** Of the domains that an instance serves. */
  syntonisation(instance: InstanceConfig): SyntonisationStatus[] {
    return this.#syntonisation.statusOf(instance, this.#options.config.instances);
  }

  #onEvent(event: PumpEvent): void {
    switch (event.kind) {
      case 'linkDelay':
        this.#programmer.setLinkDelay(event.port, event.transport, event.linkDelay);
        this.#peerDelay.note(event);
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
      case 'portError':
        this.#options.onEvent(event);
        return;
      // What nobody claims is in the engine's counters already.
      case 'unclaimed':
      case 'offsetSample':
        return;
    }
  }

  #noteDiscard(event: Extract<Output, { kind: 'discarded' }> & { readonly instance: number }) {
    const transport = this.#transports[event.instance];
    if (transport !== undefined) this.#peerDelay.noteDiscard(event.port, transport, event.reason);
  }
}

/** One for each port and transport: each is a link of its own, as far as its delay goes. */
function attachPeerToPeerPorts({
  dataPlane,
  config,
  addressesOf,
}: TransparentClockOptions): { transport: Transport; attachment: Attachment }[] {
  const instances = config.instances.filter(isPeerToPeer);
  const [first] = instances;
  if (first === undefined) return [];
  const clockIdentity = identityOf(dataPlane);
  const intervals = instances.map(({ logMinPdelayReqInterval }) => logMinPdelayReqInterval);
  return transports.flatMap((transport) =>
    config.ports.map(({ interface: interfaceName }, port) => {
      const ports: (PortTransport | undefined)[] = [];
      ports[port] = transportAt(transport, {
        addresses: () => addressesOf(interfaceName),
        mac: () => dataPlane.ports()[port]?.mac ?? '',
      });
      const instance = new PeerToPeerPort({
        port,
        transport,
        portIdentity: { clockIdentity, portNumber: port + 1 },
        domainNumber: first.domain === 'any' ? 0 : first.domain,
        sdoId: 0,
        // Links are measured for all instances at once, as often as the keenest wants.
        logMinPdelayReqInterval: Math.min(...intervals),
      });
      return { transport, attachment: { instance, ports } };
    }),
  );
}

function isPeerToPeer(instance: InstanceConfig): instance is PeerToPeerConfig {
  return instance.type === 'p2p-tc';
}

/** 7.5.2.2: of the first port that has an address; before there is one, a locally administered one of our own making. */
function identityOf(dataPlane: DataPlane): ClockIdentity {
  const mac = dataPlane.ports().find((port) => port.mac !== '')?.mac;
  return clockIdentityFromMac(mac ?? formatMac(Buffer.of(0x02, ...randomBytes(5))));
}

/** Linux takes peer delay messages from 0.0.0.0: their group is one of the link (RFC 1122, 3.2.1.3). */
const unspecifiedIpv4 = '0.0.0.0';

function transportAt(
  transport: Transport,
  { addresses, mac }: { addresses: () => InterfaceAddresses; mac: () => string },
): PortTransport {
  switch (transport) {
    case 'l2':
      return { transport };
    case 'udp4':
      return {
        transport,
        get ip() {
          return addresses().ipv4 ?? unspecifiedIpv4;
        },
      };
    case 'udp6':
      return {
        transport,
        get ip() {
          return addresses().linkLocalIpv6 ?? linkLocalIpv6(mac());
        },
      };
  }
}
