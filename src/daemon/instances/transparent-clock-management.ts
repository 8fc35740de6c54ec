/**
 * Attaches to the data plane what answers management for the transparent clocks of the configuration: one instance for
 * each transport, because a port has another address on each.
 */
import type { Config, InstanceConfig } from '../../config/config.js';
import { profiles } from '../../config/profiles.js';
import { transports, type LinkDelay, type Transport } from '../../core/io.js';
import { ManagedTransparentClock } from '../../core/management/managed-transparent-clock.js';
import type { DataPlane } from '../../native/data-plane.js';
import { clockFactsOf } from './clock-facts.js';
import type { InterfaceAddresses } from '../runtime/interface-addresses.js';
import { instanceServing } from '../forwarding/policy.js';
import { identityOf, transportAt } from '../runtime/port-transport.js';
import type { AttachedInstance } from './attached-instance.js';

export interface TransparentClockManagementOptions {
  readonly dataPlane: DataPlane;
  readonly config: Config;
  readonly addressesOf: (interfaceName: string) => InterfaceAddresses;
  /** The delay of a link as last measured; undefined before there is one. */
  readonly linkDelayOf: (port: number, transport: Transport) => LinkDelay | undefined;
}

export function attachTransparentClockManagement(
  options: TransparentClockManagementOptions,
): AttachedInstance[] {
  const { config } = options;
  return config.instances
    .filter(({ type }) => type === 'e2e-tc' || type === 'p2p-tc')
    .flatMap((instance) => transports.map((transport) => attached(instance, transport, options)));
}

function attached(
  instance: InstanceConfig,
  transport: Transport,
  { dataPlane, config, addressesOf, linkDelayOf }: TransparentClockManagementOptions,
): AttachedInstance {
  const ports = config.ports.map(({ interface: interfaceName }, port) =>
    transportAt(transport, {
      addresses: () => addressesOf(interfaceName),
      mac: () => dataPlane.ports()[port]?.mac ?? '',
    }),
  );
  const peerToPeer = instance.type === 'p2p-tc';
  const profile = profiles.default;
  const { domainNumber } = profile.defaultDS;
  const { logMinPdelayReqInterval } = profile.portDS;
  const clock = new ManagedTransparentClock({
    profile,
    clockIdentity: identityOf(dataPlane),
    numberPorts: config.ports.length,
    delayMechanism: peerToPeer ? 'p2p' : 'e2e',
    logMinPdelayReqInterval: peerToPeer
      ? instance.logMinPdelayReqInterval
      : logMinPdelayReqInterval.default,
    primaryDomain: instance.domain === 'any' ? domainNumber.default : instance.domain,
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
  const { type, domain } = instance;
  return {
    attachment: {
      name: `management of the ${type} of domain ${domain}, ${transport}`,
      instance: clock,
      encapsulation: profile.encapsulation,
      ports,
      messageTypes: ['Management'],
    },
    management: { config: instance, manage: (request) => clock.manage(request) },
  };
}
