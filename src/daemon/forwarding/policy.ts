/** The engine's rules, made from the configured instances. */
import type {
  ClockConfig,
  Config,
  InstanceConfig,
  PortConfig,
  VlanConfig,
} from '../../config/config.js';
import { isClock } from '../../config/instances/overlap.js';
import { transparentIn } from '../../config/instances/transparent.js';
import type { MessageKey, PolicyAction, PolicyRule } from '../../native/data-plane.js';

/** A rule, and whose it is. */
export interface ServedRule extends PolicyRule {
  /** By port; undefined where the messages are dropped, and where a later rule decides. */
  readonly servedBy: readonly (InstanceConfig | undefined)[];
}

export type PolicyConfig = Pick<Config, 'instances' | 'ports' | 'bridge'>;

/**
 * The first rule that matches wins. A clock ends what it speaks itself: its sdoId and domain, on the transport and in the VLAN of each of
 * its ports. What it speaks at one port is dropped at the others, because messages of one network are never both ended and forwarded.
 * The rest of its domain is left to the transparent clocks, those of a single domain, sdoId or transport before those of any.
 */
export function policyRules(config: PolicyConfig): ServedRule[] {
  const interfaces = config.ports.map((port) => port.interface);
  return [
    ...clockRules(config),
    ...transparentIn(config.instances).map((instance): ServedRule => {
      const { type: action, domain: domainNumber, sdoId = 'any', transport } = instance;
      const servedBy = interfaces.map(() => instance);
      return { sdoId, domainNumber, ...(transport && { transport }), action, servedBy };
    }),
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

/** Of one sdoId and domain, on one transport and in one VLAN. */
interface Cell extends Pick<MessageKey, 'sdoId' | 'domainNumber' | 'transport' | 'vlanId'> {
  readonly actions: (PolicyAction | null)[];
  readonly servedBy: (ClockConfig | undefined)[];
}

function clockRules({ instances, ports, bridge }: PolicyConfig): ServedRule[] {
  const cells = new Map<string, Cell>();
  const cellOf = (key: Omit<MessageKey, 'port'>): Cell => {
    const text = JSON.stringify(key);
    const cell = cells.get(text) ?? {
      ...key,
      actions: ports.map(() => null),
      servedBy: ports.map(() => undefined),
    };
    cells.set(text, cell);
    return cell;
  };
  const filtering = bridge?.vlanFiltering === true;
  for (const clock of instances.filter(isClock)) {
    const { sdoId, domain: domainNumber } = clock;
    for (const { interface: name, transport, vlanId = 0 } of clock.ports) {
      const own = ports.findIndex((port) => port.interface === name);
      const vlan = filtering ? networkVlan(ports[own], vlanId) : vlanId;
      for (const [port, config] of ports.entries()) {
        const there = filtering ? vlanOnWire(config, vlan) : vlan;
        if (port === own || there === undefined) continue;
        cellOf({ sdoId, domainNumber, transport, vlanId: there }).actions[port] ??= 'drop';
      }
      const cell = cellOf({ sdoId, domainNumber, transport, vlanId });
      cell.actions[own] = 'terminate';
      cell.servedBy[own] = clock;
    }
  }
  return [...cells.values()].map(({ actions, ...rest }) => ({ ...rest, action: inShort(actions) }));
}

/** The VLAN of the bridge that a frame belongs to; undefined: of none, and not admitted. */
function networkVlan(port: PortConfig | undefined, vlanId: number): number | undefined {
  return vlanId === 0 ? (port?.vlan ?? defaultVlan).pvid : vlanId;
}

/** With which tag the frames of a VLAN leave by a port: 0 without one. */
function vlanOnWire({ vlan = defaultVlan }: PortConfig, of: number | undefined) {
  return of !== undefined && vlan.pvid === of ? 0 : of;
}

/** As the kernel has it. */
const defaultVlan: VlanConfig = { pvid: 1, tagged: [] };

function inShort(actions: readonly (PolicyAction | null)[]): PolicyRule['action'] {
  return actions.every((action) => action === 'terminate') ? 'terminate' : actions;
}

export interface Served {
  readonly action: PolicyAction;
  /** Undefined where the messages are dropped. */
  readonly instance: InstanceConfig | undefined;
}

/** What becomes of messages; undefined where no rule says. */
export function servedBy(rules: readonly ServedRule[], key: MessageKey): Served | undefined {
  for (const rule of rules) {
    if (!matches(rule, key)) continue;
    const action = typeof rule.action === 'string' ? rule.action : rule.action[key.port];
    if (action) return { action, instance: rule.servedBy[key.port] };
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
