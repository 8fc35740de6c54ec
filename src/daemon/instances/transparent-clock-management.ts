/**
 * Attaches to the data plane what answers management for the transparent clocks of the configuration: one instance for
 * each transport, because a port has another address on each.
 */
import type { Config, InstanceConfig, ManagementConfig } from '../../config/config.js';
import { isClock } from '../../config/instances/overlap.js';
import { takesTransport, type TransparentConfig } from '../../config/instances/transparent.js';
import { profileOf } from '../../config/profiles.js';
import { transports, type LinkDelay, type Transport } from '../../core/io.js';
import {
  ManagedTransparentClock,
  type UserDescription,
} from '../../core/management/managed-transparent-clock.js';
import type { DataPlane } from '../../native/data-plane.js';
import { clockFactsOf } from './clock-facts.js';
import type { InterfaceAddresses } from '../runtime/interface-addresses.js';
import { servedBy, type ServedRule } from '../forwarding/policy.js';
import { identityOf, transportAt } from '../runtime/port-transport.js';
import type { AttachedInstance } from './attached-instance.js';

export interface TransparentClockManagementOptions {
  readonly dataPlane: DataPlane;
  readonly config: Config;
  /** As they are now. */
  readonly rules: () => readonly ServedRule[];
  readonly nameOf: (instance: InstanceConfig) => string;
  readonly management: () => ManagementConfig;
  readonly addressesOf: (interfaceName: string) => InterfaceAddresses;
  /** The delay of a link as last measured; undefined before there is one. */
  readonly linkDelayOf: (port: number, transport: Transport) => LinkDelay | undefined;
}

export function attachTransparentClockManagement(
  instance: TransparentConfig,
  options: TransparentClockManagementOptions,
): AttachedInstance[] {
  // Of one clock, whichever transport it is asked by.
  const userDescription = { text: '' };
  return transports
    .filter((transport) => takesTransport(instance, transport))
    .map((transport) => attached(instance, transport, userDescription, options));
}

function attached(
  instance: TransparentConfig,
  transport: Transport,
  userDescription: UserDescription,
  {
    dataPlane,
    config,
    rules,
    nameOf,
    management,
    addressesOf,
    linkDelayOf,
  }: TransparentClockManagementOptions,
): AttachedInstance {
  const ports = config.ports.map(({ interface: interfaceName }, port) =>
    transportAt(transport, {
      addresses: () => addressesOf(interfaceName),
      mac: () => dataPlane.ports()[port]?.mac ?? '',
    }),
  );
  let current = instance;
  const peerToPeer = instance.type === 'p2p-tc';
  const profile = profileOf(instance);
  const { domainNumber } = profile.defaultDS;
  const { logMinPdelayReqInterval } = profile.portDS;
  const clock = new ManagedTransparentClock({
    profile,
    clockIdentity: identityOf(dataPlane),
    numberPorts: config.ports.length,
    delayMechanism: peerToPeer ? 'p2p' : 'e2e',
    get logMinPdelayReqInterval() {
      return current.type === 'p2p-tc'
        ? current.logMinPdelayReqInterval
        : logMinPdelayReqInterval.default;
    },
    primaryDomain: instance.domain === 'any' ? domainNumber.default : instance.domain,
    // The pump asks the rules, for each message.
    serves: () => true,
    ...(peerToPeer && {
      linkDelay: (portNumber: number) =>
        linkDelayOf(portNumber - 1, transport) ?? { kind: 'unmeasured', reason: 'linkDown' },
    }),
    userDescription,
    get allowSet() {
      return management().allowSet;
    },
    get requestsPerSecond() {
      return management().requestsPerSecond;
    },
    facts: clockFactsOf(
      dataPlane,
      ports.map((transportOfPort, port) => ({ port, transport: transportOfPort })),
    ),
  });
  return {
    attachment: {
      get name() {
        return `management of the ${nameOf(current)}, ${transport}`;
      },
      instance: clock,
      encapsulation: profile.encapsulation,
      ports,
      messageTypes: ['Management'],
      accepts: (key) => servedBy(rules(), key)?.instance === current,
    },
    reconfigure: (changed) => {
      if (!isClock(changed)) current = changed;
      return [];
    },
    management: {
      get name() {
        return nameOf(current);
      },
      get config() {
        return current;
      },
      manage: (request) => clock.manage(request),
    },
  };
}
