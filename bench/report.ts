/** The results of a run as JSON, for machines, and as Markdown, for people. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { run } from '../test/support/netns/command.js';
import type { Measurements } from './measurements.js';
import type { Verdict } from './targets.js';

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

/** Writes both files and returns the Markdown. */
export function writeReport(
  description: RunDescription,
  measurements: Measurements,
  verdicts: readonly Verdict[],
): string {
  const markdown = asMarkdown(description, measurements, verdicts);
  const name = join(RESULTS, `${description.date.replaceAll(':', '')}-${description.commit}`);
  mkdirSync(RESULTS, { recursive: true });
  const json = { ...description, verdicts, measurements };
  writeFileSync(`${name}.json`, `${JSON.stringify(json, undefined, 2)}\n`);
  writeFileSync(`${name}.md`, markdown);
  return markdown;
}

function asMarkdown(
  description: RunDescription,
  measurements: Measurements,
  verdicts: readonly Verdict[],
): string {
  const { subjects, metrics } = measurements;
  const facts = Object.entries(description).map(([name, value]) => `- ${name}: ${value}`);
  const targets = verdicts.map(({ target, value, reached }) =>
    row([target, figure(value), reached ? 'reached' : '**missed**']),
  );
  const figures = metrics.map((metric) =>
    row([metric, ...subjects.map((subject) => figure(measurements.median(metric, subject)))]),
  );
  return [
    `# Benchmark of ${description.date}`,
    '',
    ...facts,
    '',
    '## Targets',
    '',
    row(['target', 'measured', 'verdict']),
    row(['---', '---:', '---']),
    ...targets,
    '',
    '## Medians',
    '',
    row(['', ...subjects]),
    row(['---', ...subjects.map(() => '---:')]),
    ...figures,
    '',
  ].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Three digits tell all that such figures are good for, but whole numbers are never cut. */
function figure(value: number | undefined): string {
  if (value === undefined) return '';
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
