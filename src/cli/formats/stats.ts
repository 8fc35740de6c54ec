/**
 * Counters for reading: ports in rows, what is counted in columns, in pages where a terminal is not wide enough; without what is zero
 * on every port. With an earlier answer, what comes a second stands beside each total.
 */
import type { PortStats } from '../../daemon/status/status.js';
import { moodOf, plain, type Paint } from './colour.js';
import { formatNs, perSecond, thousands } from './numbers.js';
import { pagedTable, wrapped, type PagedColumn, type ColumnGroup } from './table.js';

/** What of the answer is shown. */
export interface ShownStats {
  readonly ports: readonly PortStats[];
  readonly failedRecords: number;
  /** Seconds of the switch that nobody steers: rates are made of their difference. */
  readonly uptimeSeconds: number;
}

export interface StatsLayout {
  /** Of the terminal. */
  readonly columns: number;
  readonly paint?: Paint;
  /** An earlier answer of the same switch, for rates. */
  readonly before?: ShownStats | undefined;
}

/** A port with what was counted of it before. */
interface Row {
  readonly port: PortStats;
  readonly before: PortStats | undefined;
  /** Since then; 0: there is no before. */
  readonly seconds: number;
}

type Counts = Readonly<Record<string, number>> | undefined;

export function formatStats(stats: ShownStats, layout: StatsLayout): string {
  const { columns, paint = plain } = layout;
  const rows = rowsOf(stats, layout.before);
  const sections = [
    portTable(rows, columns, paint),
    messageTable('rx', 'received', rows, columns),
    messageTable('tx', 'sent', rows, columns),
    otherCounts(rows, columns),
    ...isolations(rows),
    ...notTaken(rows),
    failed(stats),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

/** The rates of a switch that has been started anew are none. */
function rowsOf({ ports, uptimeSeconds }: ShownStats, before: ShownStats | undefined): Row[] {
  const seconds = Math.max(0, uptimeSeconds - (before?.uptimeSeconds ?? uptimeSeconds));
  return ports.map((port) => {
    const former = before?.ports.find((each) => each.interface === port.interface);
    return { port, before: seconds > 0 ? former : undefined, seconds };
  });
}

function portTable(rows: readonly Row[], columns: number, paint: Paint): string {
  const of = (head: string, cell: (port: PortStats) => string): PagedColumn => {
    return { head, cells: rows.map(({ port }) => cell(port)) };
  };
  const groups: ColumnGroup[] = [
    [
      of('link', (port) => paint(moodOf(linkWord(port)), linkWord(port))),
      of('stamps', ({ timestamping }) => timestamping),
    ],
    counted('received', rows, (port) => total(port.counters.rx)),
    counted('sent', rows, (port) => total(port.counters.tx)),
    [
      ...counted('lost', rows, ({ dropped }) => dropped.lost),
      ...counted('discarded', rows, ({ dropped }) => dropped.discarded),
      ...(rows.every(({ port }) => port.dropped.malformed === 0)
        ? []
        : counted('malformed', rows, ({ dropped }) => dropped.malformed)),
    ],
    [
      of('residence p50', ({ residenceNs }) => formatNs(residenceNs.p50)),
      of('p99', ({ residenceNs }) => formatNs(residenceNs.p99)),
      of('max', ({ residenceNs }) => formatNs(residenceNs.max)),
    ],
  ];
  return pagedTable(names('port', rows), groups, columns);
}

/** `isolated` while it is kept out for a loop; its link is up then. */
export function linkWord({ link, isolation }: Pick<PortStats, 'link' | 'isolation'>): string {
  return isolation === null ? link : 'isolated';
}

function messageTable(
  group: 'rx' | 'tx',
  title: string,
  rows: readonly Row[],
  columns: number,
): string {
  const types = Object.keys(rows[0]?.port.counters[group] ?? {});
  const groups = types
    .filter((type) => rows.some(({ port }) => (port.counters[group]?.[type] ?? 0) > 0))
    .map((type) => counted(type, rows, ({ counters }) => counters[group]?.[type] ?? 0));
  return pagedTable(names(title, rows), groups, columns);
}

function names(head: string, rows: readonly Row[]): PagedColumn {
  return { head, cells: rows.map(({ port }) => port.interface) };
}

/** The total, and what comes a second where that is known. */
function counted(
  head: string,
  rows: readonly Row[],
  count: (port: PortStats) => number,
): ColumnGroup {
  const totals = { head, cells: rows.map(({ port }) => thousands(count(port))) };
  if (rows.every(({ before }) => before === undefined)) return [totals];
  return [totals, { head: '/s', cells: rows.map((row) => rateOf(row, count)) }];
}

function rateOf({ port, before, seconds }: Row, count: (port: PortStats) => number): string {
  return before === undefined ? '-' : perSecond((count(port) - count(before)) / seconds);
}

/** A port a paragraph: what is counted is a lot, of which a port has little. */
function otherCounts(rows: readonly Row[], columns: number): string {
  const paragraphs = rows.flatMap((row) => {
    const words = Object.entries(countersOf(row.port))
      .filter(([group]) => group !== 'rx' && group !== 'tx')
      .flatMap(([group, counts]) => wordsOf(group, counts, row));
    return words.length === 0 ? [] : [wrapped(row.port.interface, words, columns)];
  });
  return paragraphs.length === 0 ? '' : ['also counted', ...paragraphs].join('\n');
}

/** What the engine has counted, and what no instance took of that which ended here. */
function countersOf({ counters, unclaimed }: PortStats): Readonly<Record<string, Counts>> {
  return { ...counters, unclaimed: { ...unclaimed } };
}

/** "drop.linkDown 1,234 (2.0/s)" is one word, which is not torn apart. */
function wordsOf(group: string, counts: Counts, row: Row): string[] {
  return Object.entries(counts ?? {}).flatMap(([name, count]) => {
    if (count === 0) return [];
    const rate = rateOf(row, (port) => countersOf(port)[group]?.[name] ?? 0);
    const beside = rate === '-' || rate === '0' ? '' : ` (${rate}/s)`;
    return [` ${group}.${name} ${thousands(count)}${beside}`];
  });
}

function isolations(rows: readonly Row[]): string[] {
  return rows.flatMap(({ port: { interface: name, isolation } }) =>
    isolation === null ? [] : [isolationLine(name, isolation.loopWith)],
  );
}

export function isolationLine(name: string, loopWith: string): string {
  return `${name}: isolated for a while: what comes in by ${loopWith} has come round to it`;
}

function notTaken(rows: readonly Row[]): string[] {
  const lines = rows
    .flatMap(({ port }) => port.notTaken)
    .map(({ description, messages }) => `${description} (${thousands(messages)})`);
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function failed({ failedRecords }: ShownStats): string {
  if (failedRecords === 0) return '';
  return `${thousands(failedRecords)} records left out by faults of this program: see its log`;
}

export function total(group: Counts): number {
  return Object.values(group ?? {}).reduce((sum, count) => sum + count, 0);
}
