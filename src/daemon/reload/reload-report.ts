/** What a reload does or would do, as it is answered and told. */
import type { Config, InstanceConfig } from '../../config/config.js';
import { instanceNames } from '../../config/instances/name.js';
import type { InstancePlan, ReloadPlan } from './reload-plan.js';

export interface ReloadReport {
  /** Nothing was changed: it was only asked. */
  readonly dryRun: boolean;
  /** Keys that need a restart. Where there is one, nothing is changed, and nothing else is listed. */
  readonly refused: readonly string[];
  /** Keys of the switch as a whole. */
  readonly changed: readonly string[];
  readonly instances: readonly InstanceReport[];
}

export interface InstanceReport {
  readonly name: string;
  /** Null of one that was not there. */
  readonly formerName: string | null;
  readonly action: InstancePlan['action'];
  readonly keys: readonly string[];
}

/** The file that was to be applied needs a restart. */
export class RestartNeededError extends Error {
  constructor(keys: readonly string[]) {
    super(
      `${keys.join(', ')}: cannot be changed while the switch runs: nothing was changed; restart ptp-switch`,
    );
  }
}

export function reportOf(plan: ReloadPlan, before: Config, dryRun: boolean): ReloadReport {
  if (plan.refused.length > 0) {
    return { dryRun, refused: plan.refused, changed: [], instances: [] };
  }
  const [formerNames, names] = [
    instanceNames(before.instances),
    instanceNames(plan.config.instances),
  ];
  return {
    dryRun,
    refused: plan.refused,
    changed: plan.changed,
    instances: plan.instances.map(({ action, keys, before: former, after }) => {
      const formerName = (former && formerNames.get(former)) ?? null;
      const current: InstanceConfig | undefined = action === 'unchanged' ? former : after;
      const name = (current && names.get(current)) ?? formerName ?? '';
      return { name, formerName, action, keys };
    }),
  };
}

/** For the log and for the command line: one line for each thing that changes. */
export function reportLines({ dryRun, refused, changed, instances }: ReloadReport): string[] {
  const tense = dryRun ? 'would be' : 'is';
  if (refused.length > 0) {
    return [
      ...refused.map((key) => `${key}: needs a restart of ptp-switch`),
      `nothing ${tense} changed`,
    ];
  }
  const lines = [
    ...changed.map((key) => `${key}: ${tense} changed`),
    ...instances.flatMap((instance) => instanceLine(instance, tense) ?? []),
  ];
  return lines.length === 0 ? ['nothing differs from what runs'] : lines;
}

function instanceLine(
  { name, formerName, action, keys }: InstanceReport,
  tense: string,
): string | undefined {
  const because = keys.join(', ');
  switch (action) {
    case 'unchanged':
      return undefined;
    case 'inPlace':
      return `${name}: ${because} ${tense} changed, it goes on`;
    case 'anew': {
      const former = formerName === name || formerName === null ? '' : ` (before: ${formerName})`;
      return `${name}${former}: ${tense} attached anew, for ${because}`;
    }
    case 'added':
      return `${name}: ${tense} added`;
    case 'removed':
      return `${name}: ${tense} removed`;
  }
}
