/**
 * What tells instances apart: sdoId and domain, and of a clock at each of its ports the transport and the VLAN
 * (docs/decisions/0021-what-tells-instances-apart.md). No two instances may take the same messages.
 */
import type { ClockConfig, ClockPortConfig, InstanceConfig } from '../config.js';
import type { Complaint } from '../shapes.js';
import { instanceNames } from './name.js';

/** By index of the instance that comes second. */
export function overlapsOf(instances: readonly InstanceConfig[]): Map<number, Complaint> {
  const names = instanceNames(instances);
  const found = new Map<number, Complaint>();
  for (const [index, instance] of instances.entries()) {
    const before = instances.slice(0, index);
    const other = before.find((candidate) => overlap(candidate, instance) !== undefined);
    if (other === undefined) continue;
    const where = overlap(other, instance) ?? '';
    found.set(index, {
      problem: `${names.get(instance)} takes the same messages as ${names.get(other)} (instances[${instances.indexOf(other)}])${where}`,
      remedy: isClock(instance)
        ? 'tell them apart by domain, sdoId, transport or vlanId, give each ports of its own, or leave one out'
        : 'tell them apart by domain, sdoId or transport, or leave one out',
    });
  }
  return found;
}

/** Where they overlap, in words; undefined where they do not. What is more special goes before what is less, and is no overlap. */
function overlap(a: InstanceConfig, b: InstanceConfig): string | undefined {
  if (a.domain !== b.domain || isClock(a) !== isClock(b)) return undefined;
  if (!isClock(a) || !isClock(b)) {
    const both = [a, b] as const;
    const [ofA, ofB] = both.map(
      (it) => `${it.sdoId ?? 'any'} ${'transport' in it ? it.transport : 'any'}`,
    );
    return ofA === ofB ? '' : undefined;
  }
  if (a.sdoId !== b.sdoId) return undefined;
  const shared = b.ports.find((port) => a.ports.some((other) => isSame(port, other)));
  return shared && `: ${inWords(shared)} on ${shared.interface}`;
}

function isSame(a: ClockPortConfig, b: ClockPortConfig): boolean {
  return a.interface === b.interface && a.transport === b.transport && a.vlanId === b.vlanId;
}

function inWords({ transport, vlanId }: ClockPortConfig): string {
  return vlanId === undefined
    ? `${transport} without a VLAN tag`
    : `${transport} in VLAN ${vlanId}`;
}

export function isClock(instance: InstanceConfig): instance is ClockConfig {
  return instance.type === 'bc' || instance.type === 'oc';
}
