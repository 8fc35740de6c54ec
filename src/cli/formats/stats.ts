/** Counters as tables for reading, by port and by message, without those that are zero on every port. */
import type { PortStats, Stats } from '../../daemon/status/status.js';
import { table } from './table.js';

export function formatStats({ ports, failedRecords }: Stats): string {
  const failed =
    failedRecords === 0
      ? ''
      : `${failedRecords} records left out by faults of this program: see its log`;
  const sections = [
    ...[portTable(ports), messageTable(ports), otherTable(ports), notTaken(ports)],
    failed,
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function portTable(ports: readonly PortStats[]): string {
  return table([
    ['port', 'link', 'time stamps', 'received', 'sent', 'dropped', 'residence p50', 'p99', 'max'],
    ...ports.map((port) => [
      port.interface,
      linkText(port),
      port.timestamping,
      String(total(port.counters.rx)),
      String(total(port.counters.tx)),
      String(total(port.counters.drop)),
      formatNs(port.residenceNs.p50),
      formatNs(port.residenceNs.p99),
      formatNs(port.residenceNs.max),
    ]),
  ]);
}

function notTaken(ports: readonly PortStats[]): string {
  return ports
    .flatMap((port) => port.notTaken)
    .map(({ description, messages }) => `${description} (${messages})`)
    .join('\n');
}

/** With the port that it makes a loop with, while it is kept out for that. */
export function linkText({ link, isolation }: Pick<PortStats, 'link' | 'isolation'>): string {
  return isolation === null ? link : `${link}, isolated: loop with ${isolation.loopWith}`;
}

function messageTable(ports: readonly PortStats[]): string {
  const types = Object.keys(ports[0]?.counters.rx ?? {});
  const rows = types
    .map((type) => [
      type,
      ...ports.map(({ counters }) => `${counters.rx?.[type] ?? 0} / ${counters.tx?.[type] ?? 0}`),
    ])
    .filter(([, ...cells]) => cells.some((cell) => cell !== '0 / 0'));
  return withHead('received / sent', ports, rows);
}

function otherTable(ports: readonly PortStats[]): string {
  const groups = Object.entries(ports[0]?.counters ?? {});
  const rows = groups
    .filter(([group]) => group !== 'rx' && group !== 'tx')
    .flatMap(([group, names]) =>
      Object.keys(names).map((name) => [
        `${group}.${name}`,
        ...ports.map(({ counters }) => String(counters[group]?.[name] ?? 0)),
      ]),
    )
    .filter(([, ...cells]) => cells.some((cell) => cell !== '0'));
  return withHead('also counted', ports, rows);
}

function withHead(
  title: string,
  ports: readonly PortStats[],
  rows: readonly (readonly string[])[],
): string {
  return rows.length === 0
    ? ''
    : table([[title, ...ports.map(({ interface: name }) => name)], ...rows]);
}

export function total(group: Readonly<Record<string, number>> | undefined): number {
  return Object.values(group ?? {}).reduce((sum, count) => sum + count, 0);
}

/** Three significant digits with the unit that fits: "850 ns", "12.3 us", "1.20 ms". */
export function formatNs(ns: number | null): string {
  if (ns === null) return '-';
  const units = ['ns', 'us', 'ms', 's'];
  let value = ns;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || Math.abs(value) >= 99.95 ? 0 : Math.abs(value) >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}
