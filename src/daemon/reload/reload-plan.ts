/**
 * What a reload would do: compares the configuration that runs with the one that is to run. Nothing is done here
 * (docs/decisions/0023-reload.md).
 */
import { isDeepStrictEqual } from 'node:util';
import type { Config, InstanceConfig } from '../../config/config.js';
import { instanceNames } from '../../config/instances/name.js';
import { switchDecisions } from './decisions.js';
import { differingKeys, instanceDifferences } from './differences.js';

/** What becomes of an instance; `anew`: it is detached, and another one attached in its place. */
export type InstancePlan = { readonly keys: readonly string[] } & (
  | {
      readonly action: 'unchanged' | 'inPlace' | 'anew';
      readonly before: InstanceConfig;
      readonly after: InstanceConfig;
    }
  | { readonly action: 'added'; readonly before?: undefined; readonly after: InstanceConfig }
  | { readonly action: 'removed'; readonly before: InstanceConfig; readonly after?: undefined }
);

export interface ReloadPlan {
  /** The configuration that runs then; what is unchanged of its instances are the objects of the one before. */
  readonly config: Config;
  /** Keys that differ and need a restart: with one of them nothing is changed. */
  readonly refused: readonly (keyof Config)[];
  /** Keys of the switch as a whole that differ and are changed in place. */
  readonly changed: readonly (keyof Config)[];
  /** In the order of the new configuration; those that are removed come last. */
  readonly instances: readonly InstancePlan[];
}

export function reloadPlan(before: Config, after: Config): ReloadPlan {
  const differing = differingKeys(before, after);
  const instances = instancePlans(before.instances, after.instances);
  return {
    config: {
      ...after,
      instances: instances.flatMap(({ action, before: former, after: wanted }) => {
        if (wanted === undefined) return [];
        return [action === 'unchanged' ? former : wanted];
      }),
    },
    refused: differing.filter((key) => switchDecisions[key] === 'restart'),
    changed: differing.filter((key) => switchDecisions[key] === 'inPlace'),
    instances,
  };
}

function instancePlans(
  before: readonly InstanceConfig[],
  after: readonly InstanceConfig[],
): InstancePlan[] {
  const formers = formersOf(before, after);
  const taken = new Set(formers.values());
  return [
    ...after.map((wanted): InstancePlan => {
      const former = formers.get(wanted);
      return former === undefined
        ? { action: 'added', after: wanted, keys: [] }
        : planOf(former, wanted);
    }),
    ...before
      .filter((former) => !taken.has(former))
      .map((former): InstancePlan => ({ action: 'removed', before: former, keys: [] })),
  ];
}

function planOf(before: InstanceConfig, after: InstanceConfig): InstancePlan {
  const differences = instanceDifferences(before, after);
  const keys = differences.map(({ key }) => key);
  if (keys.length === 0) return { action: 'unchanged', before, after, keys };
  const inPlace = differences.every(({ decision }) => decision === 'inPlace');
  return { action: inPlace ? 'inPlace' : 'anew', before, after, keys };
}

/**
 * Which instance each was before: the one that is the same; else the one of its name; else, in order, one of its type, whose domain has
 * changed.
 */
function formersOf(
  before: readonly InstanceConfig[],
  after: readonly InstanceConfig[],
): Map<InstanceConfig, InstanceConfig> {
  const [formerNames, names] = [instanceNames(before), instanceNames(after)];
  const found = new Map<InstanceConfig, InstanceConfig>();
  const left = new Set(before);
  const likenesses: ((former: InstanceConfig, wanted: InstanceConfig) => boolean)[] = [
    (former, wanted) => isDeepStrictEqual(former, wanted),
    (former, wanted) => formerNames.get(former) === names.get(wanted),
    (former, wanted) => former.type === wanted.type,
  ];
  for (const alike of likenesses) {
    for (const wanted of after.filter((instance) => !found.has(instance))) {
      const former = [...left].find((candidate) => alike(candidate, wanted));
      if (former === undefined) continue;
      left.delete(former);
      found.set(wanted, former);
    }
  }
  return found;
}
