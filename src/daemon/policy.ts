/** The engine's rules, made from the configured instances. */
import type { InstanceConfig } from '../config/config.js';
import type { PolicyRule } from '../native/data-plane.js';

/**
 * One rule an instance, in every sdoId: a transparent clock corrects all profiles of its domain. Rules for one domain
 * go before the rule for any, because the first match wins.
 */
export function policyRules(instances: readonly InstanceConfig[]): PolicyRule[] {
  const single = instances.filter(({ domain }) => domain !== 'any');
  const every = instances.filter(({ domain }) => domain === 'any');
  return [...single, ...every].map(({ type, domain }) => ({
    sdoId: 'any',
    domainNumber: domain,
    action: type,
  }));
}
