/** The engine's rules, made from the configured instances. */
import type { ClockConfig, InstanceConfig } from '../../config/config.js';
import type { PolicyRule } from '../../native/data-plane.js';

/**
 * One rule for each instance. That of a transparent clock matches every sdoId, because it corrects the messages of all
 * profiles of its domain. Rules for one domain go before the rule for any domain, because the first match wins. A clock
 * terminates its own domain and sdoId only; at ports that it does not run on, their messages are dropped.
 * @param interfaces by port
 */
export function policyRules(
  instances: readonly InstanceConfig[],
  interfaces: readonly string[],
): PolicyRule[] {
  return inOrderOfRules(instances).map((instance) => {
    switch (instance.type) {
      case 'bc':
      case 'oc': {
        const { sdoId, domain: domainNumber } = instance;
        return { sdoId, domainNumber, action: actionsOf(instance, interfaces) };
      }
      case 'e2e-tc':
      case 'p2p-tc':
        return { sdoId: 'any', domainNumber: instance.domain, action: instance.type };
    }
  });
}

function actionsOf({ ports }: ClockConfig, interfaces: readonly string[]): PolicyRule['action'] {
  const own = ports.map((port) => port.interface);
  if (interfaces.every((name) => own.includes(name))) return 'terminate';
  return interfaces.map((name) => (own.includes(name) ? 'terminate' : 'drop'));
}

/** Whether the peer delay messages of a domain are for the transparent clocks to answer. */
export function isPeerToPeerTransparent(
  rules: readonly PolicyRule[],
  sdoId: number,
  domainNumber: number,
): boolean {
  const rule = rules.find(
    (candidate) =>
      (candidate.sdoId === 'any' || candidate.sdoId === sdoId) &&
      (candidate.domainNumber === 'any' || candidate.domainNumber === domainNumber),
  );
  return rule?.action === 'p2p-tc';
}

/** The instance that the messages of a domain are for, by the same rules. */
export function instanceServing(
  instances: readonly InstanceConfig[],
  sdoId: number,
  domainNumber: number,
): InstanceConfig | undefined {
  return inOrderOfRules(instances).find(
    (instance) =>
      (instance.domain === 'any' || instance.domain === domainNumber) &&
      (!('sdoId' in instance) || instance.sdoId === sdoId),
  );
}

function inOrderOfRules(instances: readonly InstanceConfig[]): readonly InstanceConfig[] {
  const single = instances.filter(({ domain }) => domain !== 'any');
  const every = instances.filter(({ domain }) => domain === 'any');
  return [...single, ...every];
}
