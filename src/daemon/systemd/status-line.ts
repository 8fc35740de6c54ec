/** How the switch is, in one line: what `systemctl status` shows beside "Status:". */
import type { ClockStatus } from '../status/clock-status.js';
import type { InstanceStats, PortStatus } from '../status/status.js';

export interface StatusLineFacts {
  readonly ports: readonly Pick<PortStatus, 'link' | 'isolation'>[];
  /** Of the instances that are clocks. */
  readonly clocks: readonly ClockStatus[];
  readonly instances: readonly Pick<InstanceStats, 'name' | 'syntonisation'>[];
}

/** More domains than a line has room for are counted. */
const maxDomains = 4;

export function statusLine({ ports, clocks, instances }: StatusLineFacts): string {
  const domains = instances.flatMap(({ name, syntonisation }) => {
    const clock = clocks.find((it) => it.clock.instance === name);
    if (clock !== undefined) return [`${name} ${clockPart(clock)}`];
    return syntonisation.map(
      ({ domainNumber, source, state }) =>
        `${name}: Sync of ${source}${name.includes('any domain') ? ` in domain ${domainNumber}` : ''}, rate ${state}`,
    );
  });
  const more = domains.length - maxDomains;
  return [
    ...domains.slice(0, maxDomains),
    ...(more > 0 ? [`and ${more} more`] : []),
    portsPart(ports),
  ].join('; ');
}

function portsPart(ports: StatusLineFacts['ports']): string {
  const up = ports.filter(({ link }) => link === 'up').length;
  const isolated = ports.filter(({ isolation }) => isolation !== null).length;
  return `${up}/${ports.length} ports up${isolated > 0 ? `, ${isolated} isolated` : ''}`;
}

function clockPart({ clock, parent }: ClockStatus): string {
  const slave = clock.ports.find(
    ({ portState }) => portState === 'SLAVE' || portState === 'UNCALIBRATED',
  );
  if (slave === undefined) {
    const alone = clock.ports.some(({ portState }) => portState === 'MASTER')
      ? 'is grandmaster'
      : 'follows nobody';
    return clock.lockState === 'holdover' ? `${alone}, holdover` : alone;
  }
  const follows = `follows ${parent.grandmasterIdentity} by ${slave.interface}, ${clock.lockState}`;
  const worst = clock.offsets['10s']?.max ?? null;
  if (clock.lockState !== 'locked' || worst === null) return follows;
  return `${follows}, offset within ${roundedUp(worst)}`;
}

/** 1, 2, 5, 10, 20 ... of nanoseconds: a line that changes with every offset would be sent with every offset. */
function roundedUp(ns: number): string {
  const decade = 10 ** Math.floor(Math.log10(Math.max(1, ns)));
  const step = [1, 2, 5, 10].find((factor) => ns <= factor * decade) ?? 10;
  const bound = step * decade;
  if (bound >= 1e6) return `${bound / 1e6} ms`;
  return bound >= 1e3 ? `${bound / 1e3} us` : `${bound} ns`;
}
