/** The first page of the live screen: what runs, every port, what is wrong. */
import { formatNs } from '../formats/numbers.js';
import { moodOf } from '../formats/colour.js';
import { rateText } from './numbers.js';
import type { Observation } from './observation.js';
import type { InstanceReading, PortReading } from './reading.js';
import { firstOf, stacked, type Section } from './sections.js';
import { sparkline } from './sparkline.js';
import { visiblePorts, type MonitorState } from './state.js';
import { plainLine, tableOf, type Column, type Line } from './text.js';

const sparklineWidth = { narrow: 12, wide: 30 };
/** From so many columns on there is room for wide ones. */
const wideColumns = 110;
const leastPortLines = 4;

/** @returns `height` lines at most, which may be longer than `columns` */
export function overview(
  state: MonitorState,
  shown: Observation,
  columns: number,
  height: number,
): readonly Line[] {
  const instances = shown.reading.instances.map((it) => instanceLine(state, shown, it, columns));
  const problems = shown.reading.problems.map((text): Line => [
    { text: `! ${text}`, style: 'bad' },
  ]);
  const ports = portsSection(state, shown, columns);
  const share = Math.max(1, Math.floor(height / 5));
  return stacked(
    [
      { ...listed(instances), least: share },
      { ...ports, least: leastPortLines },
      { ...listed(problems), least: share },
    ],
    height,
  );
}

function listed(lines: readonly Line[]): Omit<Section, 'least'> {
  return { lines: (height) => firstOf(lines, height), wanted: lines.length };
}

function instanceLine(
  { look }: MonitorState,
  { offsets }: Observation,
  { name, state, words, offsetNs }: InstanceReading,
  columns: number,
): Line {
  const series = offsetNs === null ? [] : (offsets.get(name) ?? []);
  const width = columns >= wideColumns ? sparklineWidth.wide : sparklineWidth.narrow;
  return [
    { text: name, style: 'title' },
    { text: '  ' },
    ...(offsetNs === null
      ? []
      : [
          {
            text: `offset ${formatNs(offsetNs).padStart(7)} ${sparkline(series, width, look.blocks)}  `,
          },
        ]),
    ...(state === '' ? [] : [{ text: state, style: moodOf(state) }, { text: '  ' }]),
    { text: words },
  ];
}

function portsSection(
  state: MonitorState,
  shown: Observation,
  columns: number,
): Omit<Section, 'least'> {
  const ports = visiblePorts(state);
  const { head, lines } = tableOf(
    columnsOf(state, shown, columns),
    ports,
    columns,
    (port) => port.interface === state.selected,
  );
  const marked = ports.findIndex((port) => port.interface === state.selected);
  const nothing =
    shown.reading.ports.length === 0 ? [] : [plainLine(`no port fits "${state.filter}"`)];
  return {
    wanted: 1 + Math.max(1, lines.length),
    lines: (height) => [
      head,
      ...(lines.length === 0 ? nothing : around(lines, marked, height - 1)),
    ],
  };
}

/** So many lines, among them the one that is marked; the last of them says how many are not shown. */
function around(lines: readonly Line[], marked: number, height: number): readonly Line[] {
  if (lines.length <= height) return lines;
  const first = Math.min(Math.max(0, marked - height + 2), lines.length - height);
  return first === 0 ? firstOf(lines, height) : lines.slice(first, first + height);
}

function columnsOf(
  { look, sort }: MonitorState,
  { ports }: Observation,
  columns: number,
): readonly Column<PortReading>[] {
  const ratesOf = (port: PortReading) => ports.get(port.interface)?.rates;
  const residenceOf = (port: PortReading) => ports.get(port.interface)?.residence ?? [];
  const width = columns >= wideColumns ? sparklineWidth.wide : sparklineWidth.narrow;
  /** The column that the ports are sorted by is marked. */
  const titled = (head: string, by: typeof sort.by): string =>
    sort.by === by ? `${head}${sort.reversed ? '^' : 'v'}` : head;
  return [
    { head: titled('port', 'name'), cell: (port) => port.interface, left: true, spare: 0 },
    {
      ...{ head: 'link', left: true, spare: 0 },
      cell: (port) => port.link,
      style: (port) => moodOf(port.link),
    },
    { head: 'stamps', cell: (port) => port.timestamping, left: true, spare: 5 },
    {
      ...{ head: titled('in/s', 'received'), spare: 0 },
      cell: (port) => rateText(ratesOf(port)?.received),
    },
    { head: titled('out/s', 'sent'), cell: (port) => rateText(ratesOf(port)?.sent), spare: 0 },
    {
      ...{ head: titled('dropped/s', 'dropped'), spare: 1 },
      cell: (port) => rateText(ratesOf(port)?.dropped),
    },
    {
      ...{ head: titled('residence', 'residence'), spare: 2 },
      cell: (port) => formatNs(residenceOf(port).at(-1) ?? null),
    },
    {
      ...{ head: '', left: true, spare: 3 },
      cell: (port) => sparkline(residenceOf(port), width, look.blocks),
    },
    { head: 'p99', cell: (port) => formatNs(port.residence.p99), spare: 6 },
    { head: 'delay', cell: (port) => formatNs(port.meanLinkDelayNs), spare: 4 },
    {
      ...{ head: 'state', left: true, spare: 0 },
      cell: (port) => port.roles.join(', '),
      style: (port) => (port.roles.length === 1 ? moodOf(port.roles[0]!) : undefined),
    },
  ];
}
