/** One screen: the instances, every port, what is wrong. What does not fit is summed up. */
import type { Health } from '../../observe/health.js';
import type { HealthCheck } from '../../observe/health/check.js';
import type {
  ClockSummary,
  PortSummary,
  Summary,
  TransparentClockSummary,
} from '../../observe/summary.js';
import { countText, durationText, rateText } from '../monitor/numbers.js';
import { formatNs } from './numbers.js';
import { accuracyWords, rateWords, timeSourceWords } from './words.js';

export interface StatusFacts {
  readonly summary: Summary;
  readonly health: Health;
  readonly version: string;
  readonly uptimeSeconds: number;
  /** When the answer was made, milliseconds since 1970. */
  readonly nowMs: number;
}

/** Of the terminal; without rows there is no end. */
export interface StatusSize {
  readonly columns: number;
  readonly rows: number | undefined;
}

/** So many are shown before what stands above makes room for them. */
const fewPorts = 4;
const fewProblems = 3;

export function formatStatus(facts: StatusFacts, { columns, rows }: StatusSize): string {
  const { ports } = facts.summary;
  const problems = facts.health.checks.filter(({ level }) => level !== 'ok');
  // The last line of a terminal is that of the prompt, the first one is the head, and one is left empty above the ports.
  const room = rows === undefined ? Infinity : rows - 3;
  const leastPorts = 1 + Math.min(ports.length, fewPorts + 1);
  const leastProblems = Math.min(problems.length, fewProblems);
  const instances = fitting(instanceLines(facts, columns), room - leastPorts - leastProblems);
  const left = room - instances.length;
  const problemLines = problemsIn(problems, Math.max(leastProblems, left - 1 - ports.length));
  const portLines = portsIn(facts, columns, left - problemLines.length - 1);
  return [head(facts, problems), ...instances, '', ...portLines, ...problemLines]
    .map((line) => cut(line, columns))
    .join('\n');
}

function head({ version, uptimeSeconds, summary }: StatusFacts, problems: readonly HealthCheck[]) {
  const up = summary.ports.filter(({ link }) => link === 'up').length;
  const fails = problems.filter(({ level }) => level === 'fail').length;
  const warns = problems.length - fails;
  return [
    `ptp-switch ${version}`,
    `up ${durationText(uptimeSeconds)}`,
    `${summary.ports.length} ports, ${up} up`,
    fails + warns === 0
      ? 'all is well'
      : [...(fails === 0 ? [] : [`${fails} FAIL`]), ...(warns === 0 ? [] : [`${warns} WARN`])].join(
          ', ',
        ),
  ].join('  ');
}

/** Of each instance the lines that belong together. */
function instanceLines({ summary, nowMs }: StatusFacts, columns: number): string[][] {
  return [
    ...summary.clocks.map((clock) => clockLines(clock, nowMs, columns)),
    ...summary.transparentClocks.map(transparentLines),
  ];
}

function clockLines(clock: ClockSummary, nowMs: number, columns: number): string[] {
  const { grandmaster, name, lockState, lock, meanDelayNs, latestSyncAgeNs, others } = clock;
  const { rmsNs, maxNs } = clock.offsets.lastMinute;
  const rival = others.length === 0 ? [] : [plural(others.length, 'other master')];
  if (grandmaster.interface === null && lockState === 'unlocked') {
    const follower = clock.slaveOnly ? 'it follows nobody' : 'it is the grandmaster itself';
    return parts(`${name}: ${follower}`, [`for ${ago(lock.since, nowMs)}`, ...rival], columns);
  }
  return [
    ...parts(
      `${name}: ${lockState} for ${ago(lock.since, nowMs)}`,
      [
        ...(rmsNs === null
          ? ['no offsets in the last minute']
          : [`offset ${formatNs(rmsNs)} rms, ${formatNs(maxNs)} at most (1 min)`]),
        // What was measured of a master that is silent is stale.
        ...(meanDelayNs === null || rmsNs === null ? [] : [`delay ${formatNs(meanDelayNs)}`]),
      ],
      columns,
    ),
    ...parts(
      `  grandmaster ${grandmasterWords(clock)} for ${ago(grandmaster.since, nowMs)}`,
      [
        ...qualityOf(clock),
        plural(grandmaster.changes, 'change'),
        ...(grandmaster.interface === null || latestSyncAgeNs === null
          ? []
          : [`last Sync ${formatNs(latestSyncAgeNs)} ago`]),
        ...rival,
      ],
      columns,
    ),
  ];
}

function grandmasterWords({ grandmaster, clockIdentity }: ClockSummary): string {
  const { grandmasterIdentity: identity, interface: by } = grandmaster;
  if (by !== null) return `${identity} by ${by}`;
  return identity === clockIdentity ? 'is this clock' : `${identity}, not followed now,`;
}

/** Of a grandmaster that is followed. */
function qualityOf({ grandmaster }: ClockSummary): string[] {
  const { clockClass, clockAccuracy, time, stepsRemoved, interface: by } = grandmaster;
  if (by === null) return [];
  return [
    `class ${clockClass} (${accuracyWords(clockAccuracy)}, ${timeSourceWords(time.timeSource)})`,
    ...(time.utcOffset === null ? [] : [`TAI-UTC ${time.utcOffset} s`]),
    `${plural(stepsRemoved + 1, 'step')} away`,
  ];
}

function transparentLines({ name, domains }: TransparentClockSummary): string[] {
  if (domains.length === 0) return [`${name}: no Sync has passed`];
  return [
    `${name}: passes Syncs of ${plural(domains.length, 'domain')}`,
    ...domains.map(({ domain, sdoId, source, rateOffsetPpb, state }) => {
      const rate = rateOffsetPpb === null ? 'rate not known' : `rate ${rateWords(rateOffsetPpb)}`;
      const sdo = sdoId === 0 ? '' : `, sdoId 0x${sdoId.toString(16)}`;
      return `  domain ${domain}${sdo} by ${source}, ${rate} (${state})`;
    }),
  ];
}

/** Whole instances, as many as there is room for; the others in a line. */
function fitting(instances: readonly (readonly string[])[], room: number): string[] {
  if (instances.flat().length <= room) return instances.flat();
  const shown: string[] = [];
  let count = 0;
  for (const lines of instances) {
    if (shown.length + lines.length > room - 1) break;
    shown.push(...lines);
    count += 1;
  }
  return [...shown, `and ${plural(instances.length - count, 'more instance')}: see show clock`];
}

const portHead = [
  'port',
  'link',
  'ts',
  'in/s',
  'out/s',
  'lost',
  'miss',
  'p50',
  'p99',
  'delay',
  'role',
];

/** @param room for lines; those ports come first about which there is something to tell */
function portsIn({ summary, health }: StatusFacts, columns: number, room: number): string[] {
  const { ports } = summary;
  const isTroubled = ({ interface: name }: PortSummary) =>
    health.checks.some((check) => check.interface === name && check.level !== 'ok');
  const shown = Math.min(ports.length, Math.max(1, ports.length <= room - 1 ? room - 1 : room - 2));
  const first = [...ports.filter(isTroubled), ...ports.filter((port) => !isTroubled(port))];
  const chosen = new Set(first.slice(0, shown));
  const rows = [portHead, ...ports.filter((port) => chosen.has(port)).map(rowOf)];
  const rest = ports.filter((port) => !chosen.has(port));
  return [...aligned(rows, columns), ...(rest.length === 0 ? [] : [restLine(rest)])];
}

function rowOf(port: PortSummary): string[] {
  const { residence, lost, timestampsMissing } = port;
  const { p50Ns, p99Ns } = residence.lastMinute;
  return [
    port.interface,
    linkOf(port),
    port.timestamping === 'hardware' ? 'hw' : 'sw',
    rateText(port.receivedPerSecond),
    rateText(port.sentPerSecond),
    marked(lost),
    marked(timestampsMissing),
    short(p50Ns),
    short(p99Ns),
    short(port.meanLinkDelayNs),
    port.roles.map(({ domain, portState }) => `d${domain} ${portState}`).join(' ') || '-',
  ];
}

function linkOf({ link, isolatedWith, bridgeState }: PortSummary): string {
  if (isolatedWith !== null) return 'isolated';
  return link === 'up' && bridgeState !== null && bridgeState !== 'forwarding' ? bridgeState : link;
}

/** Since the start; marked where there were some in the last quarter of an hour. */
function marked({ sinceStart, last15Minutes }: PortSummary['lost' | 'timestampsMissing']): string {
  return `${countText(sinceStart)}${last15Minutes > 0 ? '!' : ''}`;
}

function short(ns: number | null): string {
  return formatNs(ns).replace(' ', '');
}

function restLine(rest: readonly PortSummary[]): string {
  const sum = (of: (port: PortSummary) => number | null) =>
    rest.reduce((all, port) => all + (of(port) ?? 0), 0);
  const up = rest.filter(({ link }) => link === 'up').length;
  return [
    `and ${plural(rest.length, 'more port')}: ${up} up`,
    `${rateText(sum((port) => port.receivedPerSecond))} in/s`,
    `${rateText(sum((port) => port.sentPerSecond))} out/s`,
    `${countText(sum(({ lost }) => lost.sinceStart))} lost`,
    `${countText(sum((port) => port.timestampsMissing.sinceStart))} missing`,
  ].join(', ');
}

/** The first and the last column to the left; with one space between two where two do not fit. */
function aligned(rows: readonly (readonly string[])[], columns: number): string[] {
  const widths = portHead.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const width = widths.reduce((sum, each) => sum + each, 0);
  const gap = width + 2 * (widths.length - 1) <= columns ? '  ' : ' ';
  const isLeft = (column: number) => column < 2 || column === widths.length - 1;
  return rows.map((row) =>
    row
      .map((cell, at) => (isLeft(at) ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
      .join(gap)
      .trimEnd(),
  );
}

function problemsIn(problems: readonly HealthCheck[], room: number): string[] {
  const fails = problems.filter(({ level }) => level === 'fail');
  const lines = [...fails, ...problems.filter(({ level }) => level !== 'fail')].map(
    ({ check, level, interface: name, instance, value }) =>
      `${level === 'fail' ? '!' : '?'} ${[name ?? instance, check].filter((it) => it !== null).join(' ')}: ${value}`,
  );
  if (lines.length <= room) return lines;
  const shown = lines.slice(0, Math.max(0, room - 1));
  return [...shown, `and ${lines.length - shown.length} more: see ptp-switch health`];
}

/** Words after one another, on more than one line where they do not fit. */
function parts(first: string, more: readonly string[], columns: number): string[] {
  const lines = [first];
  for (const part of more) {
    const longer = `${lines.at(-1)}, ${part}`;
    if (longer.length <= columns) lines[lines.length - 1] = longer;
    else lines.push(`    ${part}`);
  }
  return lines;
}

function cut(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, columns - 2)}..`;
}

function ago(date: string, nowMs: number): string {
  return durationText(Math.max(0, (nowMs - Date.parse(date)) / 1000));
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
