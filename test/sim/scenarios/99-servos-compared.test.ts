/**
 * Servos alone, in a loop of arithmetic: a clock whose oscillator, noise and Sync interval are given, steered by ours and by an
 * independent model of linuxptp's PI servo. Prints the table of docs/servo.md, each figure the median of twenty seeds, or the
 * worst where that is said. PTP_SWITCH_SERVO_PLOT=docs/servo.svg has its plot written.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  defaultServoSettings,
  initialServoState,
  stepServo,
  type ServoKind,
} from '../../../src/core/servo/servo.js';
import { durationNs } from '../../../src/core/time/instant.js';
import { logPlot } from '../../support/log-plot.js';
import { seededRandom } from '../../support/random.js';
import { ReferencePiServo, type ReferenceAction } from '../../support/reference-pi-servo.js';

type Feed = (offsetNs: number, intervalNs: number | undefined) => ReferenceAction;
type Random = () => number;

function ours(kind: ServoKind): Feed {
  let state = initialServoState;
  return (offsetNs, intervalNs) => {
    const transition = stepServo({ ...defaultServoSettings, kind }, state, {
      offset: durationNs(offsetNs),
      interval: intervalNs === undefined ? undefined : durationNs(intervalNs),
    });
    ({ state } = transition);
    const { action } = transition;
    return action.kind === 'step'
      ? { kind: 'step', offsetNs: action.offset, rateOffset: action.rateOffset }
      : action;
  };
}

function reference(): Feed {
  const servo = new ReferencePiServo();
  return (offsetNs, intervalNs) => servo.sample(offsetNs, intervalNs ?? 0);
}

const servos = { pi: () => ours('pi'), linreg: () => ours('linreg'), reference } as const;
type ServoName = keyof typeof servos;
const names = Object.keys(servos) as ServoName[];

interface Circumstances {
  readonly intervalNs: number;
  readonly seconds: number;
  readonly offsetNs?: number;
  /** Of the oscillator, at that second. */
  readonly rateAt?: (second: number, random: Random) => number;
  readonly noiseNs: (random: Random) => number;
}

interface Moment {
  readonly second: number;
  readonly offsetNs: number;
}

function run(name: ServoName, seed: number, circumstances: Circumstances): readonly Moment[] {
  const { intervalNs, seconds, rateAt = () => 10e-6, noiseNs } = circumstances;
  const random = seededRandom(seed);
  const feed = servos[name]();
  let offsetNs = circumstances.offsetNs ?? 0;
  let rateOffset = 0;
  return Array.from({ length: Math.round((seconds * 1e9) / intervalNs) }, (_, index) => {
    const second = (index * intervalNs) / 1e9;
    if (index > 0) offsetNs += (rateOffset + rateAt(second, random)) * intervalNs;
    const moment = { second, offsetNs };
    const action = feed(offsetNs + noiseNs(random), index === 0 ? undefined : intervalNs);
    if (action.kind !== 'none') ({ rateOffset } = action);
    if (action.kind === 'step') offsetNs -= action.offsetNs;
    return moment;
  });
}

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);
const uniform = (random: Random, width: number) => width * (random() - 0.5);
const stamps = (random: Random) => uniform(random, 8) + uniform(random, 8);

const runs = (name: ServoName, circumstances: Circumstances) =>
  seeds.map((seed) => run(name, seed, circumstances));

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

function rmsFrom(moments: readonly Moment[], from: number): number {
  const squares = moments.filter(({ second }) => second >= from).map((m) => m.offsetNs ** 2);
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
}

/** Seconds after `from` until all offsets are below the limit for good. */
function settled(moments: readonly Moment[], limitNs: number, from = 0): number {
  const last = moments.findLast((m) => m.second >= from && Math.abs(m.offsetNs) > limitNs);
  return last === undefined ? 0 : last.second - from;
}

function worst(moments: readonly Moment[], from: number): number {
  return Math.max(...moments.filter((m) => m.second >= from).map((m) => Math.abs(m.offsetNs)));
}

function afterRateStep(name: ServoName, intervalNs: number) {
  const all = runs(name, {
    ...{ intervalNs, seconds: 500, noiseNs: (random) => uniform(random, 20) },
    rateAt: (second) => (second < 300.2 ? -10e-6 : 10e-6),
  });
  return {
    worstNs: Math.max(...all.map((moments) => worst(moments, 299))),
    seconds: Math.max(...all.map((moments) => settled(moments, 100, 300))),
  };
}

/** A random walk of the rate by 5 ppb in a second. */
function wandering(): (second: number, random: Random) => number {
  let rate = 10e-6;
  return (_, random) => {
    rate += uniform(random, 5e-9 * Math.sqrt(12));
    return rate;
  };
}

const columns: readonly (readonly [string, (name: ServoName) => string])[] = [
  [
    '1/s, 40 ppm: s to 1 us, 100 ns (worst)',
    (name) => {
      const all = runs(name, {
        ...{ intervalNs: 1e9, seconds: 60, offsetNs: 37e9, noiseNs: stamps },
        rateAt: () => 40e-6,
      });
      const slowest = (limitNs: number) => Math.max(...all.map((m) => settled(m, limitNs) + 1));
      return `${slowest(1e3).toFixed(0)}, ${slowest(100).toFixed(0)}`;
    },
  ],
  [
    '1/s, 20 ppm step: worst us, s to 100 ns',
    (name) => {
      const { worstNs, seconds } = afterRateStep(name, 1e9);
      return `${(worstNs / 1e3).toFixed(1)}, ${seconds.toFixed(0)}`;
    },
  ],
  [
    '1/s, jitter 200 us: rms us',
    (name) => {
      const noiseNs = (random: Random) => uniform(random, 200e3);
      const all = runs(name, { intervalNs: 1e9, seconds: 900, noiseNs });
      return (median(all.map((moments) => rmsFrom(moments, 300))) / 1e3).toFixed(1);
    },
  ],
  [
    '8/s, noise 577 ns: rms ns',
    (name) => {
      const noiseNs = (random: Random) => uniform(random, 2e3);
      const all = runs(name, { intervalNs: 125e6, seconds: 300, noiseNs });
      return median(all.map((moments) => rmsFrom(moments, 100))).toFixed(0);
    },
  ],
  [
    '1/s, wander 5 ppb: rms ns',
    (name) => {
      const all = seeds.map((seed) =>
        run(name, seed, {
          ...{ intervalNs: 1e9, seconds: 900, noiseNs: stamps },
          rateAt: wandering(),
        }),
      );
      return median(all.map((moments) => rmsFrom(moments, 200))).toFixed(1);
    },
  ],
];

test('the table', { timeout: 60_000 }, () => {
  const rows = names.map((name) => [name, ...columns.map(([, figure]) => figure(name))]);
  const head = ['servo', ...columns.map(([title]) => title)];
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  console.log(lines.join('\n'));
  // What is written of them is so.
  const written = readFileSync('docs/servo.md', 'utf8').replaceAll('**', '');
  for (const line of lines.slice(2)) expect(written).toContain(line);
});

const colours: Readonly<Record<ServoName, string>> = {
  ...{ pi: '#0060c0', linreg: '#c05000', reference: '#888' },
};

function plot(): string {
  const curves = names.map((name) => ({
    ...{ name, colour: colours[name] },
    points: run(name, 1, {
      ...{ intervalNs: 1e9, seconds: 200, offsetNs: 37e9, noiseNs: stamps },
      rateAt: (second) => (second < 100 ? 40e-6 : 60e-6),
    }).map(({ second, offsetNs }) => [second, Math.abs(offsetNs)] as const),
  }));
  const title =
    'magnitude of the offset: 1 Sync/s, from 40 ppm; after 100 s the rate changes by 20 ppm';
  return logPlot(title, curves, { seconds: 200, decades: [0, 6] });
}

test('the plot', () => {
  const svg = plot();
  const file = process.env['PTP_SWITCH_SERVO_PLOT'];
  if (file !== undefined) writeFileSync(file, svg);
  expect(readFileSync('docs/servo.svg', 'utf8')).toBe(svg);
});

describe.each([1e9, 125e6])(
  'a rate that changes by 20 ppm in lock, Syncs %d ns apart',
  (interval) => {
    test('is no worse and no slower than by the reference', () => {
      const own = afterRateStep('pi', interval);
      const other = afterRateStep('reference', interval);
      expect(own.worstNs).toBeLessThanOrEqual(1.2 * other.worstNs);
      expect(own.seconds).toBeLessThanOrEqual(other.seconds);
    });
  },
);
