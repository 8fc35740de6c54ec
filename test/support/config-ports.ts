/** Ports of a configuration that says no more of them than their names. */
import type { PortConfig } from '../../src/config/config.js';

export const straight = { ingressLatencyNs: 0, egressLatencyNs: 0, delayAsymmetryNs: 0 };

export function portsNamed(...names: readonly string[]): PortConfig[] {
  return names.map((name) => ({ interface: name, ...straight }));
}
