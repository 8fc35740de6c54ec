/** Which instance a management request of an operator is for. */
import { isClock } from '../../config/instances/overlap.js';
import { ManagementRequestError, type InstanceRequest } from '../status/management.js';
import type { AttachedInstance } from './attached-instance.js';

type WithManagement = AttachedInstance & Required<Pick<AttachedInstance, 'management'>>;

/**
 * The one of that name; else the clock of that domain, or where none is the transparent clock that forwards the domain.
 * @throws ManagementRequestError where there is none, or several clocks share the domain
 */
export function managedInstance(
  list: readonly AttachedInstance[],
  { instance, domain }: Pick<InstanceRequest, 'instance' | 'domain'>,
): WithManagement {
  const managed = list.filter((entry): entry is WithManagement => entry.management !== undefined);
  if (instance !== undefined) {
    const named = managed.find(({ management }) => management.name === instance);
    if (named !== undefined) return named;
    const names = [...new Set(managed.map(({ management }) => management.name))].join('; ');
    throw new ManagementRequestError(`instance: no "${instance}" here: there is ${names}`);
  }
  const clocks = managed.filter(
    ({ management: { config } }) => isClock(config) && config.domain === domain,
  );
  if (clocks.length > 1) {
    const names = clocks.map(({ management }) => management.name).join('; ');
    throw new ManagementRequestError(
      `domain ${domain}: several clocks are in it: give instance, one of ${names}`,
    );
  }
  const found =
    clocks[0] ??
    managed.find(({ management: { config } }) => config.domain === domain) ??
    managed.find(({ management: { config } }) => config.domain === 'any');
  if (found !== undefined) return found;
  throw new ManagementRequestError(`domain ${domain}: no clock of this switch is in it`);
}
