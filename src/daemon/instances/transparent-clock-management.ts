/** Attaches to the data plane, for every transparent clock of the configuration, those that answer management for it. */
import type { Config, InstanceConfig } from '../../config/config.js';
import { ManagedTransparentClock } from '../../core/management/managed-transparent-clock.js';
import type { LinkDelay, Transport } from '../../core/io.js';
import type { ClockIdentity } from '../../core/time/identity.js';
import type { DataPlane } from '../../native/data-plane.js';
import { clockFactsOf } from './clock-facts.js';
import type { InterfaceAddresses } from '../runtime/interface-addresses.js';
import { instanceServing } from '../forwarding/policy.js';
import { transportAt } from '../runtime/port-transport.js';
import type { Attachment } from '../runtime/pump.js';

export interface ManagedTransparentClockOptions {
  readonly dataPlane: DataPlane;
  readonly config: Config;
  readonly clockIdentity: ClockIdentity;
  readonly addressesOf: (interfaceName: string) => InterfaceAddresses;
  /** What is known of a link; undefined while nothing is. */
  readonly linkDelayOf: (port: number, transport: Transport) => LinkDelay | undefined;
}

export interface AttachedTransparentClock {
  readonly attachment: Attachment;
  readonly instance: InstanceConfig;
  readonly clock: ManagedTransparentClock;
}

const transports: readonly Transport[] = ['l2', 'udp4', 'udp6'];

/** One a transport and transparent clock: a port has another address on each. */
export function attachTransparentClockManagement(
  options: ManagedTransparentClockOptions,
): AttachedTransparentClock[] {
  const { config } = options;
  return config.instances
    .filter(({ type }) => type === 'e2e-tc' || type === 'p2p-tc')
    .flatMap((instance) => transports.map((transport) => attached(instance, transport, options)));
}

function attached(
  instance: InstanceConfig,
  transport: Transport,
  { dataPlane, config, clockIdentity, addressesOf, linkDelayOf }: ManagedTransparentClockOptions,
): AttachedTransparentClock {
  const ports = config.ports.map(({ interface: interfaceName }, port) =>
    transportAt(transport, {
      addresses: () => addressesOf(interfaceName),
      mac: () => dataPlane.ports()[port]?.mac ?? '',
    }),
  );
  const peerToPeer = instance.type === 'p2p-tc';
  const clock = new ManagedTransparentClock({
    clockIdentity,
    numberPorts: config.ports.length,
    delayMechanism: peerToPeer ? 'p2p' : 'e2e',
    logMinPdelayReqInterval: peerToPeer ? instance.logMinPdelayReqInterval : 0,
    primaryDomain: instance.domain === 'any' ? 0 : instance.domain,
    serves: (sdoId, domainNumber) =>
      instanceServing(config.instances, sdoId, domainNumber) === instance,
    ...(peerToPeer && {
      linkDelay: (portNumber: number) =>
        linkDelayOf(portNumber - 1, transport) ?? { kind: 'unmeasured', reason: 'linkDown' },
    }),
    allowSet: config.management?.allowSet ?? false,
    facts: clockFactsOf(
      dataPlane,
      ports.map((transportOfPort, port) => ({ port, transport: transportOfPort })),
    ),
  });
  return {
    attachment: { instance: clock, ports, messageTypes: ['Management'] },
    instance,
    clock,
  };
}
