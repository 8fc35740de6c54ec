/** The engine's rules, made from the configured instances. */
import type { ClockConfig, Config, InstanceConfig } from '../../config/config.js';
import { takenMessages, type TakenMessages } from '../../config/instances/taken-messages.js';
import { transparentIn } from '../../config/instances/transparent.js';
import type {
  DataPlane,
  MessageKey,
  Policy,
  PolicyAction,
  PolicyRule,
} from '../../native/data-plane.js';
import { identityOf } from '../runtime/port-transport.js';

/** A rule, and whose it is. */
export interface ServedRule extends PolicyRule {
  /** By port; undefined where the messages are dropped, and where a later rule decides. */
  readonly servedBy: readonly (InstanceConfig | undefined)[];
  /** By port: whose the peer delay messages alone are, where the others are taken by nobody. */
  readonly linkOf?: readonly (ClockConfig | undefined)[];
}

export type PolicyConfig = Pick<Config, 'instances' | 'ports' | 'bridge'>;

/**
 * The first rule that matches wins. A clock ends what it speaks itself: its sdoId and domain, on the transport and in the VLAN of each of
 * its ports. What it speaks at one port is dropped at the others, because messages of one network are never both ended and forwarded.
 * The rest of its domain is left to the transparent clocks, those of a single domain, sdoId or transport before those of any.
 * A clock that measures peer to peer also ends what nobody takes of the default domain, because its neighbour may measure in that alone.
 */
export function policyRules(config: PolicyConfig): ServedRule[] {
  const interfaces = config.ports.map((port) => port.interface);
  const { own, links } = takenMessages(config);
  return [
    ...own.map(ruleOf),
    ...transparentIn(config.instances).map((instance): ServedRule => {
      const { type: action, domain: domainNumber, sdoId = 'any', transport } = instance;
      const servedBy = interfaces.map(() => instance);
      return { sdoId, domainNumber, ...(transport && { transport }), action, servedBy };
    }),
    ...links.map(ruleOf),
  ];
}

/** As the engine is to have them. */
export function engineRules(rules: readonly ServedRule[]): PolicyRule[] {
  return rules.map(({ sdoId, domainNumber, transport, vlanId, action }) => ({
    ...{ sdoId, domainNumber },
    ...(transport !== undefined && { transport }),
    ...(vlanId !== undefined && { vlanId }),
    action,
  }));
}

function ruleOf({ actions, ...rest }: TakenMessages): ServedRule {
  return { ...rest, action: inShort(actions) };
}

function inShort(actions: readonly (PolicyAction | null)[]): PolicyRule['action'] {
  return actions.every((action) => action === 'terminate') ? 'terminate' : actions;
}

export interface Served {
  readonly action: PolicyAction;
  /** Undefined where the messages are dropped. */
  readonly instance: InstanceConfig | undefined;
  /** Whose the peer delay messages among them are all the same. */
  readonly linkOf: ClockConfig | undefined;
}

/** What becomes of messages; undefined where no rule says. */
export function servedBy(rules: readonly ServedRule[], key: MessageKey): Served | undefined {
  for (const rule of rules) {
    if (!matches(rule, key)) continue;
    const action = typeof rule.action === 'string' ? rule.action : rule.action[key.port];
    if (!action) continue;
    const { servedBy: instances, linkOf } = rule;
    return { action, instance: instances[key.port], linkOf: linkOf?.[key.port] };
  }
  return undefined;
}

function matches(rule: ServedRule, key: MessageKey): boolean {
  return (
    (rule.sdoId === 'any' || rule.sdoId === key.sdoId) &&
    (rule.domainNumber === 'any' || rule.domainNumber === key.domainNumber) &&
    (rule.transport ?? key.transport) === key.transport &&
    (rule.vlanId ?? key.vlanId) === key.vlanId
  );
}

/** What of the policy is neither a rule nor measured. */
export function policyOf(
  { instances, loopGuard }: Config,
  dataPlane: DataPlane,
): Pick<Policy, 'loopGuard' | 'managedClock'> {
  const managedClock = instances.some(isTransparent) ? identityOf(dataPlane) : undefined;
  return { loopGuard, managedClock };
}

function isTransparent({ type }: InstanceConfig): boolean {
  return type === 'e2e-tc' || type === 'p2p-tc';
}
