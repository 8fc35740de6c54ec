/**
 * The configuration's shape: which keys there are, what they may hold, what they are when left out. Every rule's
 * message is the remedy; the problem is told from the value (validate.ts).
 */
import { z } from 'zod';
import type { Config } from './config.js';
import { parseDurationNs } from './duration.js';

/** Latencies beyond this are mistaken units, not cables. */
const maxLatencyNs = 1e9;
/** 0 to 127 by IEEE 1588, up to 239 by profiles; above that reserved. */
const maxDomainNumber = 239;
/** 1 s: annex I.4 of 1588-2019, the default profile for the peer-to-peer delay mechanism. */
const defaultLogMinPdelayReqInterval = 0;
/** IFNAMSIZ less its closing zero. */
const maxInterfaceName = 15;

const interfaceName = z
  .string({ error: 'write the name of a network interface, as in eth1' })
  .regex(new RegExp(`^[^\\s/:]{1,${maxInterfaceName}}$`), {
    error: `write the name of a network interface: 1 to ${maxInterfaceName} characters, no spaces, no / and no :`,
  });

const durationRemedy = 'write a number with its unit, as in 0ns, -35ns or 1.2us; at most 1s';
const duration = z
  .string({ error: durationRemedy })
  .refine((text) => Math.abs(parseDurationNs(text) ?? Infinity) <= maxLatencyNs, {
    error: durationRemedy,
  })
  .transform((text) => parseDurationNs(text) ?? 0)
  .default(0);

const longPort = z.strictObject({
  interface: interfaceName,
  ingressLatency: duration,
  egressLatency: duration,
  delayAsymmetry: duration,
});

const port = z
  .preprocess((value) => (typeof value === 'string' ? { interface: value } : value), longPort)
  .transform((long) => ({
    interface: long.interface,
    ingressLatencyNs: long.ingressLatency,
    egressLatencyNs: long.egressLatency,
    delayAsymmetryNs: long.delayAsymmetry,
  }));

const domainRemedy = `write any, or a whole number from 0 to ${maxDomainNumber}`;
const domainOrAny = z
  .union([z.literal('any'), wholeNumber(0, maxDomainNumber, domainRemedy)], { error: domainRemedy })
  .default('any');

/** Names and defaults as in the data sets of the standard (8.2, and the default profiles of Annex I in 2019, J in 2008). */
const clockKeys = {
  domain: wholeNumber(0, maxDomainNumber).default(0),
  transport: oneOf('l2', 'udp4', 'udp6').default('l2'),
  delayMechanism: oneOf('e2e', 'p2p').default('e2e'),
  priority1: wholeNumber(0, 255).default(128),
  priority2: wholeNumber(0, 255).default(128),
  clockClass: wholeNumber(1, 254).default(248),
  logAnnounceInterval: wholeNumber(-7, 7).default(1),
  announceReceiptTimeout: wholeNumber(2, 255).default(3),
  logSyncInterval: wholeNumber(-7, 7).default(0),
  logMinDelayReqInterval: wholeNumber(-7, 7).default(0),
  pathTrace: z.boolean({ error: 'write true or false' }).default(false),
  clock: oneOf('virtual', 'phc', 'system').default('virtual'),
};

const instanceTypes = {
  'e2e-tc': z.strictObject({ type: z.literal('e2e-tc'), domain: domainOrAny }),
  'p2p-tc': z.strictObject({
    type: z.literal('p2p-tc'),
    domain: domainOrAny,
    logMinPdelayReqInterval: wholeNumber(-7, 7).default(defaultLogMinPdelayReqInterval),
  }),
  bc: z.strictObject({ type: z.literal('bc'), ...clockKeys }),
  oc: z.strictObject({ type: z.literal('oc'), ...clockKeys }),
};

const instance = z
  .discriminatedUnion(
    'type',
    [instanceTypes['e2e-tc'], instanceTypes['p2p-tc'], instanceTypes.bc, instanceTypes.oc],
    { error: 'write one of type: e2e-tc, type: p2p-tc, type: bc' },
  )
  .transform((value, context) => {
    const unavailable = (key: string, name: string, remedy: string) => {
      const problem = `${name} is not available in this version`;
      context.addIssue({ code: 'custom', path: [key], message: remedy, params: { problem } });
      return z.NEVER;
    };
    switch (value.type) {
      case 'e2e-tc':
      case 'p2p-tc':
        return value;
      case 'oc':
        return unavailable('type', 'oc', 'use type: e2e-tc, type: p2p-tc or type: bc');
      case 'bc': {
        const { type, delayMechanism, clock, ...rest } = value;
        if (delayMechanism !== 'e2e') {
          return unavailable('delayMechanism', 'p2p for a bc', 'use delayMechanism: e2e');
        }
        if (clock !== 'virtual') return unavailable('clock', clock, 'use clock: virtual');
        return { type, delayMechanism, clock, ...rest };
      }
    }
  });

const root = z.strictObject({
  timestamping: oneOf('auto', 'hardware', 'software').default('auto'),
  ports: z
    .array(port, { error: 'list the interfaces, as in ports: [eth1, eth2]' })
    .min(2, { error: 'list two interfaces or more: a switch forwards from one port to another' })
    .superRefine(forbidRepetition('interface', ({ interface: name }) => name)),
  instances: z
    .array(instance, { error: 'list what runs on the ports, as in instances: [{type: e2e-tc}]' })
    .min(1, { error: 'list what runs on the ports, as in instances: [{type: e2e-tc}]' })
    .superRefine(forbidRepetition('domain', ({ domain }) => domain)),
});

export const configSchema: z.ZodType<Config> = root;

/** The keys that may stand at a place of the configuration, for suggestions; `instanceType` as the file has it. */
export function keysAt(path: readonly PropertyKey[], instanceType: unknown): readonly string[] {
  if (path.length === 0) return Object.keys(root.shape);
  if (path[0] === 'ports') return Object.keys(longPort.shape);
  const type = Object.entries(instanceTypes).find(([name]) => name === instanceType);
  return type === undefined ? [] : Object.keys(type[1].shape);
}

function wholeNumber(
  min: number,
  max: number,
  error = `write a whole number from ${min} to ${max}`,
) {
  return z.number({ error }).int({ error }).min(min, { error }).max(max, { error });
}

function oneOf<const Name extends string>(...names: readonly [Name, ...Name[]]) {
  return z.enum(names, { error: `write one of ${names.join(', ')}` });
}

/** Two ports on one interface, or two instances on one domain, would each do the other's work again. */
function forbidRepetition<Item>(key: string, valueOf: (item: Item) => string | number) {
  return (items: readonly Item[], context: z.RefinementCtx): void => {
    const seen = new Set<string | number>();
    for (const [index, item] of items.entries()) {
      const value = valueOf(item);
      if (seen.has(value)) {
        context.addIssue({
          code: 'custom',
          path: [index],
          message: `name each ${key} once`,
          params: { problem: `${key} ${value} is there twice` },
        });
      }
      seen.add(value);
    }
  };
}
