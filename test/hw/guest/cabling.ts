/** The guest's NICs in namespaces of their own, as if each were in another machine, and switches between them. */

import { existsSync } from 'node:fs';
import type { Network, Namespace } from '../../support/netns/network.js';
import { Switch, type SwitchOptions } from '../../support/netns/switch.js';
import { until } from '../../support/netns/wait.js';
import { asleep } from './awake.js';
import type { Nic } from './hardware-clock.js';

/** The driver takes two to four seconds. */
const CARRIER_TIMEOUT_MS = 60_000;
const START_TIMEOUT_MS = 120_000;
/** A request is as much work for a switch as a second of messages. */
const REQUEST_INTERVAL_MS = 250;

/** Puts each NIC in the namespace of its role, with an IPv4 address, and waits until all have a carrier. */
export async function plugIn<Role extends string>(
  network: Network,
  roles: Readonly<Record<Role, readonly Nic[]>>,
): Promise<Readonly<Record<Role, Namespace>>> {
  const namespaces = {} as Record<Role, Namespace>;
  const places: { namespace: Namespace; nic: Nic }[] = [];
  for (const role of Object.keys(roles) as Role[]) {
    const namespace = (namespaces[role] = network.namespace(role));
    places.push(...roles[role].map((nic) => ({ namespace, nic })));
  }
  for (const [index, { namespace, nic }] of places.entries()) {
    network.adopt(namespace, nic);
    namespace.addAddress(nic, `192.0.2.${index + 1}/24`);
  }
  for (const { namespace, nic } of places) {
    await until(
      `the carrier of ${nic}`,
      () => namespace.run('cat', [`/sys/class/net/${nic}/carrier`]).trim() === '1',
      CARRIER_TIMEOUT_MS,
    );
  }
  return namespaces;
}

/** Resolves when it forwards on every port. */
export async function startSwitch(
  network: Network,
  namespace: Namespace,
  interfaces: readonly string[],
  options: SwitchOptions = {},
): Promise<Switch> {
  const instance = new Switch(network, namespace, interfaces, {
    ...options,
    startTimeoutMs: START_TIMEOUT_MS,
    requestIntervalMs: REQUEST_INTERVAL_MS,
  });
  // Then it is loaded; the driver brings the links up again, which it takes down when time stamps are turned on.
  await until(
    'the switch to listen',
    () => existsSync(instance.socket) || !instance.child.running,
    START_TIMEOUT_MS,
  );
  await asleep(() => instance.waitUntilForwarding());
  return instance;
}
