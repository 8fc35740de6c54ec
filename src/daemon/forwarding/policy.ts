/** The engine's rules, made from the configured instances. */
import type {
  ClockConfig,
  Config,
  InstanceConfig,
  PortConfig,
  VlanConfig,
} from '../../config/config.js';
import { isClock } from '../../config/instances/overlap.js';
import { profileOf } from '../../config/profiles.js';
import { transparentIn } from '../../config/instances/transparent.js';
import type { MessageKey, PolicyAction, PolicyRule } from '../../native/data-plane.js';

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
  const cells = clockCells(config);
  const own = [...cells.values()];
  addLinkCells(config, cells);
  return [
    ...own.map(ruleOf),
    ...transparentIn(config.instances).map((instance): ServedRule => {
      const { type: action, domain: domainNumber, sdoId = 'any', transport } = instance;
      const servedBy = interfaces.map(() => instance);
      return { sdoId, domainNumber, ...(transport && { transport }), action, servedBy };
    }),
    ...[...cells.values()].filter((cell) => !own.includes(cell)).map(ruleOf),
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
  readonly linkOf: (ClockConfig | undefined)[];
}

type Cells = Map<string, Cell>;

function cellIn(cells: Cells, key: Omit<MessageKey, 'port'>, ports: readonly unknown[]): Cell {
  const text = JSON.stringify(key);
  const cell = cells.get(text) ?? {
    ...key,
    actions: ports.map(() => null),
    servedBy: ports.map(() => undefined),
    linkOf: ports.map(() => undefined),
  };
  cells.set(text, cell);
  return cell;
}

function ruleOf({ actions, ...rest }: Cell): ServedRule {
  return { ...rest, action: inShort(actions) };
}

function clockCells({ instances, ports, bridge }: PolicyConfig): Cells {
  const cells: Cells = new Map();
  const cellOf = (key: Omit<MessageKey, 'port'>) => cellIn(cells, key, ports);
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
  return cells;
}

/** The default domain at the ports of clocks of other domains that measure peer to peer there. The first of several has the link. */
function addLinkCells({ instances, ports }: PolicyConfig, cells: Cells): void {
  for (const clock of instances.filter(isClock)) {
    const { sdoId } = clock;
    const domainNumber = profileOf(clock).defaultDS.domainNumber.default;
    if (domainNumber === clock.domain) continue;
    for (const { interface: name, transport, vlanId = 0, delayMechanism } of clock.ports) {
      const own = ports.findIndex((port) => port.interface === name);
      if (delayMechanism !== 'p2p' || own === -1) continue;
      const cell = cellIn(cells, { sdoId, domainNumber, transport, vlanId }, ports);
      if (cell.actions[own] === 'terminate') continue;
      cell.actions[own] = 'terminate';
      cell.linkOf[own] = clock;
    }
  }
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
