/** Which keys of two configurations differ, and what that asks of a reload. */
import { isDeepStrictEqual } from 'node:util';
import type { ClockConfig, ClockPortConfig, InstanceConfig } from '../../config/config.js';
import { isClock } from '../../config/instances/overlap.js';
import {
  clockDecisions,
  clockPortDecisions,
  transparentDecisions,
  type InstanceDecision,
} from './decisions.js';

export interface Difference {
  /** In dotted form: "priority1", "ports.eth1.logSyncInterval". */
  readonly key: string;
  readonly decision: InstanceDecision;
}

/** Names of the keys whose values differ, of all that one of the two has. */
export function differingKeys<Shape extends object>(before: Shape, after: Shape): (keyof Shape)[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof Shape>;
  return [...keys].filter((key) => !isDeepStrictEqual(before[key], after[key]));
}

export function instanceDifferences(before: InstanceConfig, after: InstanceConfig): Difference[] {
  if (isClock(before) && isClock(after)) return clockDifferences(before, after);
  return differingKeys<object>(before, after).map((key) => ({
    key,
    decision: transparentDecisions[key as keyof typeof transparentDecisions] ?? 'anew',
  }));
}

function clockDifferences(before: ClockConfig, after: ClockConfig): Difference[] {
  return differingKeys(before, after).flatMap((key): Difference[] => {
    if (key !== 'ports') return [{ key, decision: clockDecisions[key] }];
    const samePorts = isDeepStrictEqual(before.ports.map(nameOf), after.ports.map(nameOf));
    if (!samePorts) return [{ key, decision: 'anew' }];
    return after.ports.flatMap((port, index) => portDifferences(before.ports[index] ?? port, port));
  });
}

function portDifferences(before: ClockPortConfig, after: ClockPortConfig): Difference[] {
  return differingKeys(before, after).map((key) => ({
    key: `ports.${after.interface}.${key}`,
    decision: clockPortDecisions[key],
  }));
}

function nameOf({ interface: name }: ClockPortConfig): string {
  return name;
}
