/** What a soak has come to: faults and how forwarding resumed, corrections compared, what was violated. */

import { median } from '../../test/support/netns/statistics.js';

/** From the end of a fault, or the start of a switch that was killed, to a pair that has arrived everywhere. */
export const RESUME_LIMIT_MS = 1_000;

export interface Violation {
  readonly kind:
    | 'wrong correction'
    | 'late resumption'
    | 'interrupted'
    | 'lost without a fault'
    | 'leak'
    | 'ended';
  /** Seconds since the start. */
  readonly atSeconds: number;
  readonly text: string;
}

/** One fault that was. */
export interface Struck {
  readonly name: string;
  readonly atSeconds: number;
  readonly what: string;
  /** Undefined if forwarding has not resumed at all. */
  readonly resumedMs: number | undefined;
  /** Copies of messages that were lost while the fault was there. */
  readonly lost: number;
}

export interface SoakReport {
  readonly seed: number;
  readonly seconds: number;
  readonly struck: readonly Struck[];
  readonly compared: number;
  readonly delayed: number;
  readonly largestResidualMs: number;
  /** Of one process: the most that it held more than at its start. */
  readonly grown: {
    readonly descriptors: number;
    readonly threads: number;
    readonly residentMegabytes: number;
  };
  readonly violations: readonly Violation[];
}

export interface FaultSummary {
  readonly fault: string;
  readonly count: number;
  readonly resumedMedianMs: number | null;
  readonly resumedMaxMs: number | null;
  readonly notResumed: number;
  readonly lost: number;
}

/** By fault, in the order of their first appearance. */
export function summaries(struck: readonly Struck[]): readonly FaultSummary[] {
  return [...new Set(struck.map(({ name }) => name))].map((fault) => {
    const those = struck.filter(({ name }) => name === fault);
    const resumed = those.flatMap(({ resumedMs }) => (resumedMs === undefined ? [] : [resumedMs]));
    return {
      fault,
      count: those.length,
      resumedMedianMs: resumed.length === 0 ? null : median(resumed),
      resumedMaxMs: resumed.length === 0 ? null : Math.max(...resumed),
      notResumed: those.length - resumed.length,
      lost: those.reduce((sum, { lost }) => sum + lost, 0),
    };
  });
}

/** For people. */
export function soakText(report: SoakReport): string {
  const milliseconds = (value: number | null): string => value?.toFixed(0) ?? '';
  const rows = summaries(report.struck).map((each) => [
    each.fault,
    String(each.count),
    milliseconds(each.resumedMedianMs),
    milliseconds(each.resumedMaxMs),
    String(each.notResumed),
    String(each.lost),
  ]);
  const head = [
    'fault',
    'times',
    'resumed after, median, ms',
    'longest, ms',
    'never',
    'pairs lost',
  ];
  const table = [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
  const { grown } = report;
  return [
    `Soak of ${report.seconds.toFixed(0)} s, seed ${report.seed}: ${report.struck.length} faults`,
    '',
    table,
    '',
    `${report.compared} corrections compared with the truth, ${report.delayed} of messages that were held back for 5 ms or more; ` +
      `the furthest from it by ${report.largestResidualMs.toFixed(3)} ms`,
    `grown since its start, the most of any process: ${grown.descriptors} descriptors, ${grown.threads} threads, ` +
      `${grown.residentMegabytes.toFixed(1)} MB`,
    report.violations.length === 0
      ? 'no violation'
      : `${report.violations.length} violations:\n${report.violations.map(violationLine).join('\n')}`,
  ].join('\n');
}

function violationLine({ kind, atSeconds, text }: Violation): string {
  return `${atSeconds.toFixed(1)} s: ${kind}: ${text}`;
}
