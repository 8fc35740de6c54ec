/** What carries ordinary traffic between the ports, said to the operator at the start: the switch itself carries PTP alone. */
import type { Config } from '../../config/config.js';
import type { Log } from '../machine/log.js';

/**
 * Says nothing where the switch has a bridge, which has said so itself, and of a single port, which has no other.
 * @param bridgeOf the bridge of the system that an interface is a port of, where it is one
 */
export function tellOrdinaryTraffic(
  { ports, bridge }: Pick<Config, 'ports' | 'bridge'>,
  bridgeOf: (interfaceName: string) => string | undefined,
  log: Log,
): void {
  if (bridge !== undefined || ports.length < 2) return;
  const bridges = new Map<string | undefined, string[]>();
  for (const { interface: name } of ports) {
    const under = bridgeOf(name);
    bridges.set(under, [...(bridges.get(under) ?? []), name]);
  }
  const outside = bridges.get(undefined) ?? [];
  for (const [name, names] of bridges) {
    if (name === undefined) continue;
    log.warn(
      `${names.join(', ')}: the bridge ${name} carries ordinary traffic, and PTP messages a second time, uncorrected, unless something keeps them out of it: use --join-bridge ${name}, or bridge: ${name} in the configuration`,
    );
  }
  if (outside.length > 0) {
    log.info(
      `${outside.join(', ')}: no bridge carries ordinary traffic, so unicast PTP finds nobody (no ARP passes): use --bridge, or bridge: {name: br-ptp} in the configuration`,
    );
  }
}
