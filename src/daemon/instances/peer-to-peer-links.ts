/**
 * Attaches to the data plane the peer delay mechanism of the peer-to-peer transparent clocks: one link for each port and
 * transport, because the delay that neighbours see differs by transport. All transparent clocks share these links.
 */
import type { Config, InstanceConfig, PeerToPeerConfig } from '../../config/config.js';
import { takesTransport } from '../../config/instances/transparent.js';
import { profileOf } from '../../config/profiles.js';
import { transports as allTransports, type Transport } from '../../core/io.js';
import { PeerDelayLink } from '../../core/port/link.js';
import { peerDelayMessageTypes } from '../../core/wire/header.js';
import type { DataPlane } from '../../native/data-plane.js';
import { servedBy, type ServedRule } from '../forwarding/policy.js';
import type { PolicyProgrammer } from '../forwarding/policy-programmer.js';
import type { InterfaceAddresses } from '../runtime/interface-addresses.js';
import { identityOf, transportAt } from '../runtime/port-transport.js';
import type { PortTransport } from '../runtime/attachment.js';
import type { Report } from '../runtime/pump.js';
import type { PeerDelayTable } from '../status/peer-delay-table.js';
import type { AttachedInstance } from './attached-instance.js';

export interface PeerToPeerLinksOptions {
  readonly dataPlane: DataPlane;
  readonly config: Config;
  /** As they are now. */
  readonly rules: () => readonly ServedRule[];
  readonly addressesOf: (interfaceName: string) => InterfaceAddresses;
  /** The transports on which links are measured; all unless set. */
  readonly transports?: readonly Transport[];
  /** Gets the delays that are found, to correct what is forwarded. */
  readonly programmer: Pick<PolicyProgrammer, 'setLinkDelay'>;
  /** Gets them as well, and what the links discard, for the operator. */
  readonly peerDelay: PeerDelayTable;
}

/** Peer delay messages hardly ever have a tag. */
const untagged = 0;

/** None where no instance is peer-to-peer. */
export function attachPeerToPeerLinks(options: PeerToPeerLinksOptions): AttachedInstance[] {
  const { config, transports = allTransports } = options;
  return transports.flatMap((transport) => {
    const first = firstOf(config, transport);
    if (first === undefined) return [];
    return config.ports.map((_, port) => attached(first, { transport, port }, options));
  });
}

/** Undefined where no instance measures links on that transport. */
function firstOf(
  { instances }: Pick<Config, 'instances'>,
  transport: Transport,
): PeerToPeerConfig | undefined {
  return instances.filter(isPeerToPeer).find((instance) => takesTransport(instance, transport));
}

/** In what a link is measured as long as the neighbour is not heard in anything else. */
function firstDialectOf(first: PeerToPeerConfig): {
  readonly domainNumber: number;
  readonly sdoId: number;
} {
  const { domainNumber, sdoId } = profileOf(first).defaultDS;
  return {
    domainNumber: first.domain === 'any' ? domainNumber.default : first.domain,
    sdoId: typeof first.sdoId === 'number' ? first.sdoId : sdoId.default,
  };
}

function attached(
  first: PeerToPeerConfig,
  { transport, port }: { readonly transport: Transport; readonly port: number },
  { dataPlane, config, rules, addressesOf, programmer, peerDelay }: PeerToPeerLinksOptions,
): AttachedInstance {
  const interfaces = config.ports.map((each) => each.interface);
  const interfaceName = interfaces[port] ?? '';
  const ports: (PortTransport | undefined)[] = [];
  ports[port] = transportAt(transport, {
    addresses: () => addressesOf(interfaceName),
    mac: () => dataPlane.ports()[port]?.mac ?? '',
    vlanId: 'any',
  });
  const profile = profileOf(first);
  const { minorVersionPTP, encapsulation } = first;
  const link = new PeerDelayLink({
    profile,
    port,
    transport,
    portIdentity: { clockIdentity: identityOf(dataPlane), portNumber: port + 1 },
    ...firstDialectOf(first),
    logMinPdelayReqInterval: linkIntervalOf(config),
    speculative: true,
    // The pump asks the rules, for each message.
    serves: () => true,
  });
  return {
    attachment: {
      name: `peer delay of ${interfaceName}, ${transport}`,
      instance: link,
      encapsulation: profile.encapsulation,
      ports,
      messageTypes: peerDelayMessageTypes,
      accepts: (key) => servedBy(rules(), key)?.action === 'p2p-tc',
    },
    sharedLink: {
      ...{ port, transport },
      likeness: JSON.stringify([transport, port, minorVersionPTP, encapsulation]),
      reconfigure: (changed) => {
        link.reconfigure({ logMinPdelayReqInterval: linkIntervalOf(changed) });
        const asked = firstDialectOf(firstOf(changed, transport) ?? first);
        return link.serveOthers(asked, (dialect) => {
          const served = servedBy(rules(), { ...dialect, transport, port, vlanId: untagged });
          return served?.action === 'p2p-tc';
        });
      },
    },
    onReport: (report: Report) => {
      if (report.kind === 'linkDelay') {
        programmer.setLinkDelay(report.port, report.transport, report.linkDelay);
        peerDelay.setLinkDelay(report);
      } else if (report.kind === 'discarded') {
        peerDelay.countDiscard(report.port, transport, report.reason);
      }
    },
  };
}

/** A link is measured for all instances at once, as often as the one with the shortest interval asks for. */
export function linkIntervalOf({ instances }: Pick<Config, 'instances'>): number {
  return Math.min(...instances.filter(isPeerToPeer).map(({ logMinPdelayReqInterval: log }) => log));
}

function isPeerToPeer(instance: InstanceConfig): instance is PeerToPeerConfig {
  return instance.type === 'p2p-tc';
}
