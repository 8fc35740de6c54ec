/** The engine's policy, made from the configured instances. */
import type { InstanceConfig } from '../config/config.js';
import type { Policy } from '../native/data-plane.js';

/**
 * One rule an instance, in every sdoId: a transparent clock corrects all profiles of its domain. Rules for one domain
 * go before the rule for any, because the first match wins.
 */
export function policyFor(instances: readonly InstanceConfig[]): Policy {
  const single = instances.filter(({ domain }) => domain !== 'any');
  const every = instances.filter(({ domain }) => domain === 'any');
  return {
    rules: [...single, ...every].map(({ type, domain }) => ({
      sdoId: 'any',
      domainNumber: domain,
      action: type,
    })),
    linkDelays: [],
    rateRatios: [],
  };
}
