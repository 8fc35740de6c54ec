/** The page of one port: its messages by type, what was dropped and why, and whatever else was counted. */
import { formatNs } from '../formats/numbers.js';
import { moodOf } from '../formats/colour.js';
import { countText, rateText } from './numbers.js';
import type { Observation, Rates } from './observation.js';
import type { Counts, PortReading } from './reading.js';
import { sparkline } from './sparkline.js';
import type { MonitorState } from './state.js';
import { plainLine, tableOf, type Line } from './text.js';

const maxSparkline = 120;

/** @returns `height` lines at most, which may be longer than `columns` */
export function portPage(
  state: MonitorState,
  shown: Observation,
  columns: number,
  height: number,
): readonly Line[] {
  const port = shown.reading.ports.find((it) => it.interface === state.selected);
  if (port === undefined) return [plainLine(`${state.selected ?? ''}: is no port any more`)];
  const before = state.counted?.reading.ports.find((it) => it.interface === port.interface);
  const observed = shown.ports.get(port.interface);
  const top = facts(state, port, observed?.residence ?? [], columns);
  const rest = counters(port, before, observed?.rates ?? null, columns);
  const room = Math.max(0, height - top.length);
  const first = Math.min(state.scrolled, Math.max(0, rest.length - room));
  return [...top, ...rest.slice(first, first + room)].slice(0, height);
}

function facts(
  { look }: MonitorState,
  port: PortReading,
  residence: readonly (number | null)[],
  columns: number,
): Line[] {
  const { p50, p99, max } = port.residence;
  const label = `residence ${formatNs(residence.at(-1) ?? null).padStart(7)}  `;
  const width = Math.min(Math.max(0, columns - label.length), maxSparkline);
  return [
    [
      { text: port.interface, style: 'title' },
      { text: '  link ' },
      { text: port.link, style: moodOf(port.link) },
      { text: `  ${port.timestamping} time stamps` },
      { text: `  link delay ${formatNs(port.meanLinkDelayNs)}` },
      { text: port.roles.length === 0 ? '' : `  ${port.roles.join(', ')}` },
    ],
    plainLine(
      `residence since the start of the switch: p50 ${formatNs(p50)}, p99 ${formatNs(p99)}, max ${formatNs(max)}`,
    ),
    plainLine(`${label}${sparkline(residence, width, look.blocks)}`),
    [],
  ];
}

function counters(
  port: PortReading,
  before: PortReading | undefined,
  rates: Rates | null,
  columns: number,
): Line[] {
  const since = (now: Counts, then: Counts | undefined): [string, number][] =>
    Object.entries(now).map(([name, count]) => [name, count - (then?.[name] ?? 0)]);
  const sent = new Map(since(port.sent, before?.sent));
  const messages = since(port.received, before?.received)
    .map(([type, received]) => ({ type, received, sent: sent.get(type) ?? 0 }))
    .filter((row) => row.received > 0 || row.sent > 0);
  const messageTable = tableOf(
    [
      { head: 'message', cell: ({ type }) => type, left: true, spare: 0 },
      { head: 'in/s', cell: ({ type }) => rateText(rates?.receivedByType[type]), spare: 0 },
      { head: 'out/s', cell: ({ type }) => rateText(rates?.sentByType[type]), spare: 0 },
      { head: 'in', cell: (row) => countText(row.received), spare: 0 },
      { head: 'out', cell: (row) => countText(row.sent), spare: 0 },
    ],
    messages,
    columns,
  );
  return [
    ...(messages.length === 0
      ? [plainLine('no messages')]
      : [messageTable.head, ...messageTable.lines]),
    ...counted('dropped', since(port.dropped, before?.dropped), rates?.droppedByReason, columns),
    ...counted('also counted', since(port.others, before?.others), rates?.othersByName, columns),
  ];
}

function counted(
  title: string,
  counts: readonly (readonly [string, number])[],
  rates: Counts | undefined,
  columns: number,
): Line[] {
  const rows = counts.filter(([, count]) => count > 0);
  if (rows.length === 0) return [];
  const { head, lines } = tableOf(
    [
      { head: title, cell: ([name]) => name, left: true, spare: 0 },
      { head: 'a second', cell: ([name]) => rateText(rates?.[name]), spare: 0 },
      { head: 'in all', cell: ([, count]) => countText(count), spare: 0 },
    ],
    rows,
    columns,
  );
  return [[], head, ...lines];
}
