/**
 * The configuration's shape: which keys there are, what they may hold, what they are when left out. Every rule's
 * message is the remedy; the problem is told from the value (load.ts).
 */
import { z } from 'zod';
import { bridge, bridgeConfig, bridgeKeys, complainOfVlans, vlanKeys } from './bridge-schema.js';
import { clockIdentity } from './clock/identity-shape.js';
import { complainOfSharedLinks } from './clock/message-schema.js';
import { driftFile } from './clock/time-schema.js';
import type { ClockPortConfig, Config, InstanceConfig, Limits } from './config.js';
import { tooMany } from './instances/bounds.js';
import { instanceNames } from './instances/name.js';
import { overlapsOf } from './instances/overlap.js';
import { management } from './instances/management.js';
import { instance, instanceKeysAt, resolved } from './instance-schema.js';
import { monitor, monitorKeys } from './monitor-schema.js';
import { mergeOffloads, port, portConfig, portKeys } from './port-schema.js';
import {
  boundedList,
  complain,
  listWithoutRepetition,
  oneOfAlso,
  wholeNumber,
  yesOrNo,
  type Complaint,
} from './shapes.js';

/** The data plane's (addon/dataplane/limits.h): sets of ports are one word. */
const maxPorts = 32;
/** What each of them needs is bounded besides (instances/bounds.ts). */
const maxInstances = 128;
/** TC_PRIO_MAX of linux/pkt_sched.h. */
const maxSocketPriority = 15;

/** Of /etc/group, or its number. */
const socketGroup = z
  .union([z.string(), z.number().int().nonnegative()], {
    error: 'write the name of a group, as in socketGroup: ptp',
  })
  .transform(String)
  .refine((group) => /^[^\s:]+$/.test(group), {
    error: 'write the name of a group, as in socketGroup: ptp',
  });

/** Of one port's share of the engine's tables (addon/dataplane/limits.h); and of all together, so that they keep to some 400 MB. */
const limitRanges: Readonly<Record<keyof Limits, { min: number; max: number; together: number }>> =
  {
    exchanges: { min: 64, max: 65_536, together: 1_048_576 },
    heldMessages: { min: 16, max: 8_192, together: 65_536 },
    addresses: { min: 16, max: 65_536, together: 1_048_576 },
    loopFingerprints: { min: 64, max: 65_536, together: 1_048_576 },
  };

function share(name: keyof Limits) {
  return wholeNumber(limitRanges[name].min, limitRanges[name].max).exactOptional();
}

const limits = z.strictObject(
  {
    exchanges: share('exchanges'),
    heldMessages: share('heldMessages'),
    addresses: share('addresses'),
    loopFingerprints: share('loopFingerprints'),
  },
  { error: 'write how much one port may have, as in limits: {exchanges: 8192}' },
);

const shape = z.strictObject({
  timestamping: oneOfAlso(['auto', 'hardware', 'software', 'mixed'], {
    hardware: ['hw'],
    software: ['sw'],
  }).default('auto'),
  ports: listWithoutRepetition(port, {
    error: 'list the interfaces, as in ports: [eth1, eth2]',
    max: { items: maxPorts, error: `list ${maxPorts} interfaces at most` },
    key: 'interface',
    valueOf: ({ interface: name }) => name,
  }),
  instances: boundedList(instance, {
    error: 'list what runs on the ports, as in instances: [{type: e2e-tc}]',
    max: { items: maxInstances, error: `list ${maxInstances} instances at most` },
  }),
  bridge: bridge.exactOptional(),
  loopGuard: yesOrNo.default(true),
  membershipReports: yesOrNo.default(true),
  mergeOffloads: mergeOffloads.default('off'),
  driftFile: driftFile.exactOptional(),
  clockIdentity: clockIdentity.exactOptional(),
  socketPriority: wholeNumber(0, maxSocketPriority).exactOptional(),
  limits: limits.exactOptional(),
  management: management.exactOptional(),
  monitor: monitor.exactOptional(),
  socketGroup: socketGroup.exactOptional(),
});

/** What can be said only with the whole in view, once every part of it is right. */
const root = shape.transform((config, context): Config => {
  const interfaces = config.ports.map(({ interface: name }) => name);
  if (interfaces.length === 1 && config.instances.some(({ type }) => type !== 'oc')) {
    complain(context, ['ports'], {
      problem: 'has only 1',
      remedy: config.instances.some(({ type }) => type === 'bc')
        ? 'use type: oc, the clock of one port, or list two interfaces or more for type: bc'
        : 'list two interfaces or more: a switch forwards from one port to another',
    });
  }
  const instances = config.instances.map((parsed, index) =>
    resolved(parsed, interfaces, (path, complaint) => {
      complain(context, ['instances', index, ...path], complaint);
    }),
  );
  for (const [index, complaint] of overlapsOf(instances)) {
    complain(context, ['instances', index], complaint);
  }
  complainOfSteering(config.timestamping, instances, (index, key, complaint) => {
    complain(context, ['instances', index, key], complaint);
  });
  complainOfSharedLinks(instances, context);
  complainOfVlans(config.bridge, config.ports, context);
  complainOfLimits(config.limits, interfaces.length, context);
  const { bridge: wanted, mergeOffloads: merging, ...rest } = config;
  const whole: Config = {
    ...rest,
    ports: config.ports.map((parsed) => portConfig(parsed, merging)),
    instances,
    ...(wanted && { bridge: bridgeConfig(wanted, config.ports) }),
  };
  const excess = tooMany(whole);
  if (excess !== undefined) complain(context, ['instances'], excess);
  return whole;
});

function complainOfLimits(
  wanted: Limits | undefined,
  ports: number,
  context: z.RefinementCtx,
): void {
  for (const [name, { together }] of Object.entries(limitRanges)) {
    const each = wanted?.[name as keyof Limits];
    if (each === undefined || each * ports <= together) continue;
    complain(context, ['limits', name], {
      problem: `${each} for each of ${ports} ports is more than ${together} together`,
      remedy: `write ${Math.floor(together / ports)} at most`,
    });
  }
}

/** What is steered is the scale of the time stamps, and one instance's alone. */
function complainOfSteering(
  timestamping: Config['timestamping'],
  instances: readonly InstanceConfig[],
  complainAt: (index: number, key: 'clock' | 'time', complaint: Complaint) => void,
): void {
  const takenBy = new Map<string, string>();
  const nameOf = instanceNames(instances);
  for (const [index, instance] of instances.entries()) {
    if ('time' in instance && instance.time.source === 'phc' && timestamping === 'software') {
      complainAt(index, 'time', {
        problem: 'with timestamping: software no port has a hardware clock',
        remedy: 'write timestamping: auto, or time: system',
      });
    }
    if (!('clock' in instance) || instance.clock === 'virtual') continue;
    const { clock } = instance;
    const fits = clock === 'system' ? timestamping === 'software' : timestamping !== 'software';
    if (!fits) {
      const wanted = clock === 'system' ? 'software' : 'auto';
      complainAt(index, 'clock', {
        problem: `${clock} does not go with timestamping: ${timestamping}`,
        remedy: `write timestamping: ${wanted}, or use clock: virtual`,
      });
    }
    const names = clock === 'system' ? ['the system clock'] : instance.ports.map(clockNameOf);
    const taken = names.find((name) => takenBy.has(name));
    if (taken !== undefined) {
      complainAt(index, 'clock', {
        problem: `${taken} is steered by the ${takenBy.get(taken)} already`,
        remedy: 'use clock: virtual for one of them',
      });
    }
    for (const name of names) takenBy.set(name, nameOf.get(instance) ?? '');
  }
}

function clockNameOf({ interface: name }: ClockPortConfig): string {
  return `the clock of ${name}`;
}

export const configSchema: z.ZodType<Config> = root;

/** The keys that may stand at a place of the configuration, for suggestions; `instanceType` as the file has it. */
export function keysAt(path: readonly PropertyKey[], instanceType: unknown): readonly string[] {
  if (path.length === 0) return Object.keys(shape.shape);
  switch (path[0]) {
    case 'ports':
      return path[2] === 'vlan' ? vlanKeys : portKeys;
    case 'bridge':
      return bridgeKeys;
    case 'limits':
      return Object.keys(limits.shape);
    case 'management':
      return Object.keys(management.shape);
    case 'monitor':
      return monitorKeys;
    default:
      return instanceKeysAt(path[2], instanceType);
  }
}
