/**
 * Which messages the clocks of a configuration take, as rules of the data plane: one for each sdoId and domain, on one transport and in
 * one VLAN.
 */
import type { ClockConfig, ClockPortConfig, Config, PortConfig, VlanConfig } from '../config.js';
import { isClock } from './overlap.js';

export interface TakenMessages {
  readonly sdoId: number;
  readonly domainNumber: number;
  readonly transport: ClockPortConfig['transport'];
  /** 0: without a tag. */
  readonly vlanId: number;
  /** By port; null: a later rule decides. */
  readonly actions: readonly ('terminate' | 'drop' | null)[];
  /** By port; undefined where nobody does. */
  readonly takenBy: readonly (ClockConfig | undefined)[];
}

interface Growing extends TakenMessages {
  readonly actions: ('terminate' | 'drop' | null)[];
  readonly takenBy: (ClockConfig | undefined)[];
}

/** What a clock speaks at one port is dropped at the others: messages of one network are never both ended and forwarded. */
export function takenMessages({
  instances,
  ports,
  bridge,
}: Pick<Config, 'instances' | 'ports' | 'bridge'>): TakenMessages[] {
  const found = new Map<string, Growing>();
  const at = (key: Omit<TakenMessages, 'actions' | 'takenBy'>): Growing => {
    const text = JSON.stringify(key);
    const growing = found.get(text) ?? {
      ...key,
      actions: ports.map(() => null),
      takenBy: ports.map(() => undefined),
    };
    found.set(text, growing);
    return growing;
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
        at({ sdoId, domainNumber, transport, vlanId: there }).actions[port] ??= 'drop';
      }
      const taken = at({ sdoId, domainNumber, transport, vlanId });
      taken.actions[own] = 'terminate';
      taken.takenBy[own] = clock;
    }
  }
  return [...found.values()];
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
