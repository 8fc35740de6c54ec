/** The shape of a port of the switch: the name of an interface, or that with its settings. */
import { z } from 'zod';
import { vlan } from './bridge-schema.js';
import type { PortConfig } from './config.js';
import { parseDurationNs } from './duration.js';
import { oneOf } from './shapes.js';

/** Latencies beyond this are mistaken units, not cables. */
const maxLatencyNs = 1e9;
/** IFNAMSIZ less its closing zero. */
const maxInterfaceName = 15;

const interfaceNameRemedy = `write the name of a network interface: 1 to ${maxInterfaceName} characters, no spaces, no / and no :`;
export const interfaceName = z
  .string({ error: 'write the name of a network interface, as in eth1' })
  .refine(isInterfaceName, { error: interfaceNameRemedy });

const durationRemedy = 'write a number with its unit, as in 0ns, -35ns or 1.2us; at most 1s';
const duration = z
  .preprocess(
    // Nothing is nothing in every unit.
    (value) => (value === 0 ? '0' : value),
    z
      .string({ error: durationRemedy })
      .refine((text) => Math.abs(parseDurationNs(text) ?? Infinity) <= maxLatencyNs, {
        error: durationRemedy,
      })
      .transform((text) => parseDurationNs(text) ?? 0),
  )
  .default(0);

/** Whether the merging of received packets is turned off while the switch runs, or left as it is. */
export const mergeOffloads = oneOf('off', 'keep');

export const portRemedy =
  'write the name of an interface, as in eth1, or interface: eth1 and more keys';
const longPort = z.strictObject(
  {
    interface: interfaceName,
    ingressLatency: duration,
    egressLatency: duration,
    delayAsymmetry: duration,
    vlan: vlan.exactOptional(),
    mergeOffloads: mergeOffloads.exactOptional(),
  },
  { error: portRemedy },
);

export const port = z.preprocess(longForm, longPort).transform((long) => ({
  interface: long.interface,
  ingressLatencyNs: long.ingressLatency,
  egressLatencyNs: long.egressLatency,
  delayAsymmetryNs: long.delayAsymmetry,
  ...(long.vlan && { vlan: long.vlan }),
  ...(long.mergeOffloads && { mergeOffloads: long.mergeOffloads }),
}));

/** @param merging what is done where a port does not say otherwise */
export function portConfig(
  { mergeOffloads: own, ...parsed }: z.output<typeof port>,
  merging: z.output<typeof mergeOffloads>,
): PortConfig {
  return { ...parsed, ...((own ?? merging) === 'keep' && { keepMergeOffloads: true }) };
}

export const portKeys = Object.keys(longPort.shape);

/** A name alone is a port with nothing said of it. */
export function longForm(value: unknown): unknown {
  return typeof value === 'string' ? { interface: value } : value;
}

/** What the kernel takes for one (dev_valid_name); it counts octets, and prints what others have to read. */
function isInterfaceName(text: string): boolean {
  const octets = Buffer.byteLength(text);
  return (
    octets >= 1 &&
    octets <= maxInterfaceName &&
    !/[\s/:\p{Cc}]/u.test(text) &&
    text !== '.' &&
    text !== '..'
  );
}
