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
import { DiscardCounts } from '../status/discard-counts.js';
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
  /** Called with a line for the operator, once for each cause. */
  readonly warn: (line: string) => void;
}

/** By the instances of one clock, one of each transport. */
interface Shared {
  /** As a reload has left it. */
  current: TransparentConfig;
  readonly userDescription: UserDescription;
  readonly discards: DiscardCounts;
}

export function attachTransparentClockManagement(
  instance: TransparentConfig,
  options: TransparentClockManagementOptions,
): AttachedInstance[] {
  // Of one clock, whichever transport it is asked by.
  const shared: Shared = {
    current: instance,
    userDescription: { text: '' },
    discards: new DiscardCounts((port, words) => {
      const { config, nameOf, warn } = options;
      warn(`${nameOf(shared.current)}: ${config.ports[port]?.interface}: ${words}`);
    }),
  };
  return transports
    .filter((transport) => takesTransport(instance, transport))
    .map((transport) => attached(transport, shared, options));
}

function attached(
  transport: Transport,
  shared: Shared,
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
  const { current: instance, userDescription, discards } = shared;
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
      const { current } = shared;
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
        return `management of the ${nameOf(shared.current)}, ${transport}`;
      },
      instance: clock,
      encapsulation: profile.encapsulation,
      ports,
      messageTypes: ['Management'],
      accepts: (key) => servedBy(rules(), key)?.instance === shared.current,
    },
    reconfigure: (changed) => {
      if (!isClock(changed)) shared.current = changed;
      return [];
    },
    onReport: (report) => {
      if (report.kind === 'discarded') discards.count(report.port, report.reason);
    },
    discarded: () => discards.byInterface(config.ports.map((port) => port.interface)),
    management: {
      get name() {
        return nameOf(shared.current);
      },
      get config() {
        return shared.current;
      },
      manage: (request) => clock.manage(request),
    },
  };
}
