/** The engine's rules, made from the configured instances. */
import type { InstanceConfig } from '../config/config.js';
import type { PolicyRule } from '../native/data-plane.js';

/** 7.1.4: the sdoId of IEEE 1588's own profiles. */
export const boundaryClockSdoId = 0;

/**
 * One rule an instance, a transparent clock's in every sdoId: it corrects all profiles of its domain. Rules for one domain
 * go before the rule for any, because the first match wins. A boundary clock ends its own domain and sdoId alone.
 */
export function policyRules(instances: readonly InstanceConfig[]): PolicyRule[] {
  const single = instances.filter(({ domain }) => domain !== 'any');
  const every = instances.filter(({ domain }) => domain === 'any');
  return [...single, ...every].map(({ type, domain }) =>
    type === 'bc'
      ? { sdoId: boundaryClockSdoId, domainNumber: domain, action: 'terminate' }
      : { sdoId: 'any', domainNumber: domain, action: type },
  );
}
