/**
 * The configuration's shape: which keys there are, what they may hold, what they are when left out. Every rule's
 * message is the remedy; the problem is told from the value (validate.ts).
 */
import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import type { ClockPortConfig, Config, InstanceConfig } from './config.js';
import {
  defaultClockClass,
  slaveOnlyClockClass,
  unknownClockAccuracy,
  unknownOffsetScaledLogVariance,
} from '../core/datasets/data-sets.js';
import {
  bridge,
  bridgeConfig,
  bridgeKeys,
  complainOfVlans,
  vlan,
  vlanKeys,
} from './bridge-schema.js';
import { parseDurationNs } from './duration.js';
import { complain, oneOf, wholeNumber, yesOrNo, type Complaint } from './shapes.js';

/** Latencies beyond this are mistaken units, not cables. */
const maxLatencyNs = 1e9;
/** 0 to 127 by IEEE 1588, up to 239 by profiles; above that reserved. */
const maxDomainNumber = 239;
/** 12 bits: clause 7.1.4. */
const maxSdoId = 0xfff;
/** IEEE 802.1Q, 9.6: 0 is no VLAN, 4095 reserved. */
const maxVlanId = 4094;
/** 1 s: annex I.4 of 1588-2019, the default profile for the peer-to-peer delay mechanism. */
const defaultLogMinPdelayReqInterval = 0;
/** IFNAMSIZ less its closing zero. */
const maxInterfaceName = 15;
/** The data plane's (addon/dataplane/limits.h): sets of ports are one word. */
const maxPorts = 32;
/** The pump's contexts tell 256 attachments apart: one an instance, one a port and transport, one for syntonisation. */
const maxInstances = 128;

const interfaceNameRemedy = `write the name of a network interface: 1 to ${maxInterfaceName} characters, no spaces, no / and no :`;
const interfaceName = z
  .string({ error: 'write the name of a network interface, as in eth1' })
  .refine(isInterfaceName, { error: interfaceNameRemedy });

const durationRemedy = 'write a number with its unit, as in 0ns, -35ns or 1.2us; at most 1s';
const duration = z
  .string({ error: durationRemedy })
  .refine((text) => Math.abs(parseDurationNs(text) ?? Infinity) <= maxLatencyNs, {
    error: durationRemedy,
  })
  .transform((text) => parseDurationNs(text) ?? 0)
  .default(0);

const portRemedy = 'write the name of an interface, as in eth1, or interface: eth1 and more keys';
const longPort = z.strictObject(
  {
    interface: interfaceName,
    ingressLatency: duration,
    egressLatency: duration,
    delayAsymmetry: duration,
    vlan: vlan.exactOptional(),
  },
  { error: portRemedy },
);

const port = z
  .preprocess((value) => (typeof value === 'string' ? { interface: value } : value), longPort)
  .transform((long) => ({
    interface: long.interface,
    ingressLatencyNs: long.ingressLatency,
    egressLatencyNs: long.egressLatency,
    delayAsymmetryNs: long.delayAsymmetry,
    ...(long.vlan && { vlan: long.vlan }),
  }));

const domainRemedy = `write any, or a whole number from 0 to ${maxDomainNumber}`;
const domainOrAny = z
  .union([z.literal('any'), wholeNumber(0, maxDomainNumber, domainRemedy)], { error: domainRemedy })
  .default('any');

/** What a clock may say of all its ports at once, and of each. */
const clockPortKeys = {
  transport: oneOf('l2', 'udp4', 'udp6').exactOptional(),
  delayMechanism: oneOf('e2e', 'p2p').exactOptional(),
  logAnnounceInterval: wholeNumber(-7, 7).exactOptional(),
  announceReceiptTimeout: wholeNumber(2, 255).exactOptional(),
  logSyncInterval: wholeNumber(-7, 7).exactOptional(),
  logMinDelayReqInterval: wholeNumber(-7, 7).exactOptional(),
  logMinPdelayReqInterval: wholeNumber(-7, 7).exactOptional(),
  masterOnly: yesOrNo.exactOptional(),
  vlanId: wholeNumber(1, maxVlanId).exactOptional(),
};

/** Defaults as in the standard (8.2.15, and the default profiles of Annex I in 2019, J in 2008). */
const clockPortDefaults = {
  transport: 'l2',
  delayMechanism: 'e2e',
  logAnnounceInterval: 1,
  announceReceiptTimeout: 3,
  logSyncInterval: 0,
  logMinDelayReqInterval: 0,
  logMinPdelayReqInterval: defaultLogMinPdelayReqInterval,
  masterOnly: false,
} as const;

const addressRemedy = 'write an IP address, as in 192.0.2.1 or fe80::1';
const longClockPort = z.strictObject(
  {
    interface: interfaceName,
    ...clockPortKeys,
    sourceAddress: z
      .string({ error: addressRemedy })
      .refine((text) => isIPv4(text) || (isIPv6(text) && !text.includes('%')), {
        error: addressRemedy,
      })
      .exactOptional(),
  },
  { error: portRemedy },
);

const clockPort = z.preprocess(
  (value) => (typeof value === 'string' ? { interface: value } : value),
  longClockPort,
);

/** Eleven days: longer, no rate that was learned once is of any use. */
const maxHoldoverSeconds = 1e6;
const holdover = z.strictObject(
  {
    seconds: wholeNumber(1, maxHoldoverSeconds),
    // 7.6.2.5: with a lower one it would follow nobody again.
    clockClass: wholeNumber(128, 254).exactOptional(),
  },
  { error: 'write for how long it is good, as in holdover: {seconds: 3600}' },
);
/** Degradation alternative B (7.6.2.5), of either timescale: the worse of the two. */
const worstHeldClockClass = 193;

/** Names and defaults as in the data sets of the standard (8.2). */
const clockKeys = {
  domain: wholeNumber(0, maxDomainNumber).default(0),
  sdoId: wholeNumber(0, maxSdoId).default(0),
  priority1: wholeNumber(0, 255).default(128),
  priority2: wholeNumber(0, 255).default(128),
  clockClass: wholeNumber(1, 254).default(defaultClockClass),
  clockAccuracy: wholeNumber(0, 255).default(unknownClockAccuracy),
  offsetScaledLogVariance: wholeNumber(0, 0xffff).default(unknownOffsetScaledLogVariance),
  pathTrace: yesOrNo.default(false),
  clock: oneOf('virtual', 'phc', 'system').default('virtual'),
  servo: oneOf('pi', 'linreg').default('pi'),
  holdover: holdover.exactOptional(),
  ...clockPortKeys,
  ports: z
    .array(clockPort, { error: 'list interfaces of the switch, as in ports: [eth1, eth2]' })
    .min(1, { error: 'list interfaces of the switch, as in ports: [eth1, eth2]' })
    .superRefine(forbidRepetition('interface', ({ interface: name }) => name))
    .exactOptional(),
};

const instanceTypes = {
  'e2e-tc': z.strictObject({ type: z.literal('e2e-tc'), domain: domainOrAny }),
  'p2p-tc': z.strictObject({
    type: z.literal('p2p-tc'),
    domain: domainOrAny,
    logMinPdelayReqInterval: wholeNumber(-7, 7).default(defaultLogMinPdelayReqInterval),
  }),
  bc: z.strictObject({ type: z.literal('bc'), ...clockKeys }),
  oc: z.strictObject({
    type: z.literal('oc'),
    ...clockKeys,
    slaveOnly: yesOrNo.default(false),
  }),
};

const instance = z
  .discriminatedUnion(
    'type',
    [instanceTypes['e2e-tc'], instanceTypes['p2p-tc'], instanceTypes.bc, instanceTypes.oc],
    { error: 'write one of type: e2e-tc, type: p2p-tc, type: bc, type: oc' },
  )
  .superRefine((value, context) => {
    if (value.type !== 'bc' && value.type !== 'oc') return;
    if (value.holdover !== undefined) {
      const held = value.holdover.clockClass ?? worstHeldClockClass;
      if (value.clockClass <= held) {
        complain(context, ['holdover'], {
          problem: `a clock of clockClass ${value.clockClass} is not better with ${held} in holdover`,
          remedy:
            'give it a holdover.clockClass below its clockClass, from 128, or leave holdover out',
        });
      }
      if (value.type === 'oc' && value.slaveOnly) {
        complain(context, ['holdover'], {
          problem: 'a slaveOnly clock announces nothing, so it has nothing to claim in holdover',
          remedy: 'leave one of them out',
        });
      }
    }
    if (value.type === 'oc' && value.slaveOnly && value.masterOnly === true) {
      complain(context, ['slaveOnly'], {
        problem: 'a clock cannot be both slaveOnly and masterOnly',
        remedy: 'leave one of them out',
      });
    }
  });

type ParsedInstance = z.infer<typeof instance>;

const management = z.strictObject(
  { allowSet: z.boolean({ error: 'write true or false' }).default(false) },
  { error: 'write what is allowed over the wire, as in management: {allowSet: true}' },
);

const shape = z.strictObject({
  timestamping: oneOf('auto', 'hardware', 'software').default('auto'),
  ports: z
    .array(port, { error: 'list the interfaces, as in ports: [eth1, eth2]' })
    .min(1, { error: 'list the interfaces, as in ports: [eth1, eth2]' })
    .max(maxPorts, { error: `list ${maxPorts} interfaces at most` })
    .superRefine(forbidRepetition('interface', ({ interface: name }) => name)),
  instances: z
    .array(instance, { error: 'list what runs on the ports, as in instances: [{type: e2e-tc}]' })
    .min(1, { error: 'list what runs on the ports, as in instances: [{type: e2e-tc}]' })
    .max(maxInstances, { error: `list ${maxInstances} instances at most` })
    .superRefine(forbidRepetition('domain', ({ domain }) => domain)),
  bridge: bridge.exactOptional(),
  loopGuard: yesOrNo.default(true),
  membershipReports: yesOrNo.default(true),
  management: management.exactOptional(),
});

/** What can be said only with the whole in view, once every part of it is right. */
const root = shape.transform((config, context): Config => {
  const interfaces = config.ports.map(({ interface: name }) => name);
  if (interfaces.length === 1 && config.instances.some(({ type }) => type !== 'oc')) {
    complain(context, ['ports'], {
      problem: 'has only 1',
      remedy: 'list two interfaces or more: a switch forwards from one port to another',
    });
  }
  const instances = config.instances.map((parsed, index) =>
    resolved(parsed, interfaces, (path, complaint) => {
      complain(context, ['instances', index, ...path], complaint);
    }),
  );
  complainOfSteering(config.timestamping, instances, (index, complaint) => {
    complain(context, ['instances', index, 'clock'], complaint);
  });
  complainOfVlans(config.bridge, config.ports, context);
  const { bridge: wanted, ...rest } = config;
  return {
    ...rest,
    instances,
    ...(wanted && { bridge: bridgeConfig(wanted, config.ports) }),
  };
});

/** What is steered is the scale of the time stamps, and one instance's alone. */
function complainOfSteering(
  timestamping: Config['timestamping'],
  instances: readonly InstanceConfig[],
  complainAt: (index: number, complaint: Complaint) => void,
): void {
  const takenBy = new Map<string, number>();
  for (const [index, instance] of instances.entries()) {
    if (!('clock' in instance) || instance.clock === 'virtual') continue;
    const { clock, domain } = instance;
    const fits = clock === 'system' ? timestamping === 'software' : timestamping !== 'software';
    if (!fits) {
      const wanted = clock === 'system' ? 'software' : 'auto';
      complainAt(index, {
        problem: `${clock} does not go with timestamping: ${timestamping}`,
        remedy: `write timestamping: ${wanted}, or use clock: virtual`,
      });
    }
    const names = clock === 'system' ? ['the system clock'] : instance.ports.map(clockNameOf);
    const taken = names.find((name) => takenBy.has(name));
    if (taken !== undefined) {
      complainAt(index, {
        problem: `${taken} is steered by the instance of domain ${takenBy.get(taken)} already`,
        remedy: 'use clock: virtual for one of them',
      });
    }
    for (const name of names) takenBy.set(name, domain);
  }
}

function clockNameOf({ interface: name }: ClockPortConfig): string {
  return `the clock of ${name}`;
}

/** A clock with each of its ports spelled out. */
function resolved(
  parsed: ParsedInstance,
  interfaces: readonly string[],
  complainAt: (path: readonly PropertyKey[], complaint: Complaint) => void,
): InstanceConfig {
  if (parsed.type !== 'bc' && parsed.type !== 'oc') return parsed;
  const { type, domain, sdoId, priority1, priority2, clockAccuracy, pathTrace } = parsed;
  const { offsetScaledLogVariance, servo, ports: listed } = parsed;
  for (const [index, { interface: name }] of (listed ?? []).entries()) {
    if (interfaces.includes(name)) continue;
    complainAt(['ports', index], {
      problem: `${name} is not among the ports of the switch`,
      remedy: `use one of ${interfaces.join(', ')}, or add it there`,
    });
  }
  const own: readonly z.infer<typeof longClockPort>[] =
    listed ?? interfaces.map((name) => ({ interface: name }));
  if (type === 'oc' && own.length !== 1) {
    complainAt(listed === undefined ? ['type'] : ['ports'], {
      problem: `an ordinary clock has one port, not ${own.length}`,
      remedy: `name it, as in ports: [${own[0]?.interface}], or use type: bc`,
    });
  }
  const slaveOnly = parsed.type === 'oc' && parsed.slaveOnly;
  const ports = own.map((port, index): ClockPortConfig => {
    const merged: ClockPortConfig = { ...clockPortDefaults, ...portKeysOf(parsed), ...port };
    const { sourceAddress: address, transport } = merged;
    if (address !== undefined && transport !== (isIPv4(address) ? 'udp4' : 'udp6')) {
      complainAt(['ports', index, 'sourceAddress'], {
        problem: `${address} is of no use to transport: ${transport}`,
        remedy: 'give an IPv4 address for udp4, an IPv6 address for udp6',
      });
    }
    return merged;
  });
  return {
    ...{ type, domain, sdoId, priority1, priority2, clockAccuracy, offsetScaledLogVariance },
    clockClass: slaveOnly ? slaveOnlyClockClass : parsed.clockClass,
    ...{ slaveOnly, pathTrace, clock: parsed.clock, servo, ports },
    ...(parsed.holdover && { holdover: parsed.holdover }),
  };
}

const clockPortKeysAlone = z.object(clockPortKeys);

/** Of what is said of the whole clock, what is meant for its ports. */
function portKeysOf(clock: z.infer<typeof clockPortKeysAlone>) {
  return clockPortKeysAlone.parse(clock);
}

export const configSchema: z.ZodType<Config> = root;

/** The keys that may stand at a place of the configuration, for suggestions; `instanceType` as the file has it. */
export function keysAt(path: readonly PropertyKey[], instanceType: unknown): readonly string[] {
  if (path.length === 0) return Object.keys(shape.shape);
  if (path[0] === 'ports') return path[2] === 'vlan' ? vlanKeys : Object.keys(longPort.shape);
  if (path[0] === 'bridge') return bridgeKeys;
  if (path[2] === 'ports') return Object.keys(longClockPort.shape);
  if (path[2] === 'holdover') return Object.keys(holdover.shape);
  if (path[0] === 'management') return Object.keys(management.shape);
  const type = Object.entries(instanceTypes).find(([name]) => name === instanceType);
  return type === undefined ? [] : Object.keys(type[1].shape);
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
