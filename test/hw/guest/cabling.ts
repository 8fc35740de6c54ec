/** The guest's NICs in namespaces of their own, as if each were another machine. */

import type { Network, Namespace } from '../../support/netns/network.js';
import { until } from '../../support/netns/wait.js';
import type { Nic } from './hardware-clock.js';

/** For a switch to start and find its links up; time passes quickly while the guest waits for a file. */
export const START_TIMEOUT_MS = 120_000;
/** The driver takes two to four seconds. */
const CARRIER_TIMEOUT_MS = 60_000;

/** Puts each NIC in the namespace of its role, with an IPv4 address, and waits until all have a carrier. */
export async function plugIn(
  network: Network,
  roles: Readonly<Record<string, readonly Nic[]>>,
): Promise<Readonly<Record<string, Namespace>>> {
  const namespaces: Record<string, Namespace> = {};
  const places: { namespace: Namespace; nic: Nic }[] = [];
  for (const [role, nics] of Object.entries(roles)) {
    const namespace = network.namespace(role);
    namespaces[role] = namespace;
    places.push(...nics.map((nic) => ({ namespace, nic })));
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
