/** The results of a run as JSON, for machines, and as Markdown, for people. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { run } from '../test/support/netns/command.js';
import type { Measurements } from './measurements.js';
import type { Finding, Verdict } from './targets.js';
import { rangeToJudge } from './verdict.js';

const RESULTS = join(process.cwd(), 'bench/results');

export interface RunDescription {
  readonly date: string;
  readonly commit: string;
  readonly processor: string;
  readonly kernel: string;
  readonly node: string;
  readonly linuxptp: string;
  readonly timestamping: string;
  readonly repetitions: number;
  readonly quick: boolean;
}

export function describeRun(repetitions: number, quick: boolean): RunDescription {
  const processors = cpus();
  return {
    date: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    commit: run('git', ['describe', '--always', '--dirty']).trim(),
    processor: `${processors.length} x ${processors[0]?.model ?? 'unknown'}, virtual`,
    kernel: `Linux ${release()}`,
    node: process.version,
    linuxptp: run('ptp4l', ['-v']).trim(),
    timestamping: 'software, veth',
    repetitions,
    quick,
  };
}

/** All that a run has to tell. */
export interface Results {
  readonly verdicts: readonly Verdict[];
  /** Without a verdict. */
  readonly told: readonly Finding[];
  readonly measurements: Measurements;
}

/** Writes both files and returns the Markdown. */
export function writeReport(description: RunDescription, results: Results): string {
  const markdown = asMarkdown(description, results);
  const name = join(RESULTS, `${description.date.replaceAll(':', '')}-${description.commit}`);
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(
    `${name}.json`,
    `${JSON.stringify({ ...description, ...results }, undefined, 2)}\n`,
  );
  writeFileSync(`${name}.md`, markdown);
  return markdown;
}

export function asMarkdown(
  description: RunDescription,
  { verdicts, told, measurements }: Results,
): string {
  const { subjects, metrics } = measurements;
  const facts = Object.entries(description).map(([name, value]) => `- ${name}: ${value}`);
  const targets = verdicts.map(({ title, spread, bound, limit, range, outcome }) =>
    row([
      `${title}, ${limit.side === 'at least' ? '>=' : '<='} ${limit.value}`,
      bounded(figure(spread.median), bound),
      rangeOf(range),
      String(spread.count),
      outcome === 'missed' ? '**missed**' : outcome,
    ]),
  );
  const lines = told.map(({ title, spread, bound }) =>
    row([
      title,
      bounded(figure(spread.median), bound),
      rangeOf(rangeToJudge(spread)),
      String(spread.count),
    ]),
  );
  const cell = (metric: string, subject: string): string =>
    figure(measurements.median(metric, subject)) +
    (measurements.atRigCeiling(metric, subject) ? ' \\*' : '');
  const figures = metrics.map((metric) =>
    row([metric, ...subjects.map((subject) => cell(metric, subject))]),
  );
  const floorHead = [
    '## At the floor of the rig, without a verdict',
    '',
    row(['', 'median', 'range', 'repetitions']),
    row(['---', '---:', '---:', '---:']),
  ];
  return [
    `# Benchmark of ${description.date}`,
    '',
    ...facts,
    '',
    '## Targets',
    '',
    'The range is of all repetitions, of eight or more their middle half (but of all where it is the longest that counts).',
    'A verdict is given where the whole of it is on one side of the limit.',
    '',
    row(['target', 'median', 'range', 'repetitions', 'verdict']),
    row(['---', '---:', '---:', '---:', '---']),
    ...targets,
    '',
    ...(lines.length === 0 ? [] : [...floorHead, ...lines, '']),
    '## Medians',
    '',
    '\\*: nothing was lost, in one repetition at least, at the highest rate that the rig could offer with this subject in it.',
    '',
    row(['', ...subjects]),
    row(['---', ...subjects.map(() => '---:')]),
    ...figures,
    '',
  ].join('\n');
}

function rangeOf([low, high]: readonly [number, number]): string {
  return `${figure(low)} to ${figure(high)}`;
}

function bounded(text: string, bound: Finding['bound']): string {
  if (bound === undefined) return text;
  return bound === 'unknown' ? `${text} (both at the rig's ceiling)` : `${bound} ${text}`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Three digits tell all that such figures are good for, but whole numbers are never cut. */
function figure(value: number | undefined): string {
  if (value === undefined) return '';
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
