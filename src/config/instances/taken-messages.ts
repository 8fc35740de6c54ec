/**
 * Which messages the clocks of a configuration take, as rules of the data plane: one for each sdoId and domain, on one transport and in
 * one VLAN.
 */
import type { ClockConfig, ClockPortConfig, Config, PortConfig, VlanConfig } from '../config.js';
import { profileOf } from '../profiles.js';
import { isClock } from './overlap.js';

export interface TakenMessages {
  readonly sdoId: number;
  readonly domainNumber: number;
  readonly transport: ClockPortConfig['transport'];
  /** 0: without a tag. */
  readonly vlanId: number;
  /** By port; null: a later rule decides. */
  readonly actions: readonly ('terminate' | 'drop' | null)[];
  /** By port; undefined where nobody takes them. */
  readonly servedBy: readonly (ClockConfig | undefined)[];
  /** By port: whose the peer delay messages alone are, where the others are taken by nobody. */
  readonly linkOf: readonly (ClockConfig | undefined)[];
}

export interface AllTakenMessages {
  readonly own: readonly TakenMessages[];
  /** What would be nobody's, but for the links that are measured by it. */
  readonly links: readonly TakenMessages[];
}

interface Cell extends TakenMessages {
  readonly actions: ('terminate' | 'drop' | null)[];
  readonly servedBy: (ClockConfig | undefined)[];
  readonly linkOf: (ClockConfig | undefined)[];
}

type Cells = Map<string, Cell>;
type CellKey = Pick<TakenMessages, 'sdoId' | 'domainNumber' | 'transport' | 'vlanId'>;
type ConfigOfCells = Pick<Config, 'instances' | 'ports' | 'bridge'>;

export function takenMessages(config: ConfigOfCells): AllTakenMessages {
  const cells = clockCells(config);
  const own = [...cells.values()];
  addLinkCells(config, cells);
  return { own, links: [...cells.values()].filter((cell) => !own.includes(cell)) };
}

function cellIn(cells: Cells, key: CellKey, ports: readonly unknown[]): Cell {
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

function clockCells({ instances, ports, bridge }: ConfigOfCells): Cells {
  const cells: Cells = new Map();
  const cellOf = (key: CellKey) => cellIn(cells, key, ports);
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
function addLinkCells({ instances, ports }: ConfigOfCells, cells: Cells): void {
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
