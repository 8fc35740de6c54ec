/** What a soak has come to: faults and how forwarding resumed, corrections compared, what was violated. */

import { median } from '../../test/support/netns/statistics.js';
import type { Counters } from './bed.js';
import type { Missing, Passage, WrongCorrection } from './pairs.js';

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
  /** From the truth at both ends, of those that were not bracketed. */
  readonly largestResidualMs: number;
  /** Corrections compared with what the ports had told, and how far one was outside that. */
  readonly bracketed: number;
  readonly largestOffMs: number;
  /** What the machine below did meanwhile. */
  readonly host: {
    /** Syncs that were on the cables, which are nothing but function calls, for longer than a correction may be off. */
    readonly heldUpOnCables: number;
    readonly longestOnCablesMs: number;
    /** By their Follow_Ups, which another processor has handed on. */
    readonly overtaken: number;
    /** Times that a processor stood still for 10 ms or more, the longest of them, and what was lost of no fault meanwhile. */
    readonly standings: number;
    readonly longestStandingMs: number;
    readonly lostWhileStanding: number;
    readonly stealMs: number;
  };
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
  const whole = (value: number | null): string => value?.toFixed(0) ?? '';
  const rows = summaries(report.struck).map((each) => [
    each.fault,
    String(each.count),
    whole(each.resumedMedianMs),
    whole(each.resumedMaxMs),
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
  const { grown, host } = report;
  return [
    `Soak of ${report.seconds.toFixed(0)} s, seed ${report.seed}: ${report.struck.length} faults`,
    '',
    table,
    '',
    `${report.compared} corrections compared with the truth, ${report.delayed} of messages that were held back for 5 ms or more`,
    `${report.bracketed} of them where the ports had told when the Sync came and left; ` +
      `the furthest from it by ${report.largestOffMs.toFixed(3)} ms; of the others by ${report.largestResidualMs.toFixed(3)} ms`,
    `${host.heldUpOnCables} Syncs were longer than 2.5 ms on cables that take no time, the longest ` +
      `${host.longestOnCablesMs.toFixed(3)} ms; ${host.overtaken} were overtaken there by their Follow_Up; the host took ${host.stealMs} ms of the processors away`,
    `a processor stood still for 10 ms or more ${host.standings} times, the longest ${host.longestStandingMs.toFixed(1)} ms; ` +
      `${host.lostWhileStanding} messages were lost meanwhile`,
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

/** What became of a pair that did not arrive. `calmNs`: when the calm began in which it was sent. */
export function lostPairText({ index, sink, sentNs, came, left }: Missing, calmNs: number): string {
  return (
    `pair ${index} at sink ${sink + 1}, sent ${milliseconds(sentNs - calmNs)} ms into it ` +
    `(came in: ${passageText(came)}; left: ${passageText(left)})`
  );
}

/** As `sync after 5.300 ms, follow-up after 5.400 ms`. */
function passageText(passage: Passage): string {
  const parts = Object.entries(passage).map(
    ([message, ns]) => `${message} after ${milliseconds(ns)} ms`,
  );
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

export function wrongCorrectionText(wrong: WrongCorrection): string {
  const { index, sink, transitNs, correctionNs, residualNs, bracketNs } = wrong;
  const right =
    bracketNs === undefined
      ? 'its ports were not heard'
      : `right between ${milliseconds(bracketNs[0])} and ${milliseconds(bracketNs[1])} ms`;
  return (
    `pair ${index} at sink ${sink + 1}: ${milliseconds(correctionNs)} ms of ${milliseconds(transitNs)} ms, ` +
    `off by ${milliseconds(residualNs)} ms; ${right}`
  );
}

function milliseconds(ns: number): string {
  return (ns / 1e6).toFixed(3);
}

/** As `eth2.drop.linkDown 3`. */
export function grownCounters(before: Counters, after: Counters): string {
  return [...after]
    .map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const)
    .filter(([, grown]) => grown > 0)
    .map(([name, grown]) => `${name} ${grown}`)
    .join(', ');
}
