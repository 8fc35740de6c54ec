/**
 * A servo by linear regression: a straight line through the latest offsets, as they would be had the clock not been
 * steered meanwhile. Its slope is the rate that the clock lacks, its end is the offset with the noise of single samples
 * averaged. How many samples it takes in, it finds out: many where the samples are noisy, few where the oscillator wanders.
 */
import type { DurationNs } from '../../time/instant.js';
import { expectedInterval, maxSlew, within, type RateLaw } from './rate-law.js';

/** Lengths of the lines that it tries, in samples, the shortest first. */
export const windowLengths = [4, 8, 16, 32, 64] as const;
const [minPoints] = windowLengths;
const maxPoints = 64;

/**
 * Of the offset at the end of the line, what is brought down until the next sample: much of one that stands out from the
 * noise, by so many times what lines miss samples by; little of any other, the less the longer the line is. Else a row
 * of such clocks would amplify, each what the one before it wavers by: by 1.5 with a gain of 1/4, by 1.17, as critically
 * damped PI servos do, with 1/2 by the length of the line.
 */
const offsetGain = { standingOut: 1 / 4, byLength: 1 / 2 } as const;
const standsOut = 3;
/** The granularity of the best time stamps. */
const leastNoiseNs = 1;

/** Weight of the latest in how far each line is off its next sample. */
const missWeight = 1 / 32;

/** A longer line is preferred to one that misses by so little less: its slope is the steadier. */
const alike = 1.1;

/**
 * When an offset was measured, from the newest on, and what it would have been had the clock run free ever since, but for
 * the sum of what it was corrected by. So the points of an even oscillator lie on a line, whatever the servo has done.
 */
interface Point {
  readonly timeNs: number;
  readonly offsetNs: number;
}

export interface RegressionMemory {
  readonly kind: 'linreg';
  /** Oldest first, `maxPoints` at most. */
  readonly points: readonly Point[];
  /** In force since the newest of them. */
  readonly rateOffset: number;
  /** By how much the line of each length has missed the sample after it, on average; undefined: not tried yet. */
  readonly misses: readonly (number | undefined)[];
}

/** After the sample that begins it: what is left of its offset, and the rate until the next. */
export function beginRegression(offset: DurationNs, rateOffset: number): RegressionMemory {
  return {
    kind: 'linreg',
    points: [{ timeNs: 0, offsetNs: offset }],
    rateOffset,
    misses: windowLengths.map(() => undefined),
  };
}

/** The rate has changed, as outliers in a row have told: what was measured before says no more than what the noise is. */
export function withoutPoints(memory: RegressionMemory, offset: DurationNs): RegressionMemory {
  return { ...memory, points: [{ timeNs: 0, offsetNs: offset }] };
}

export const linregLaw: RateLaw<RegressionMemory> = (memory, sample) => {
  const { offset } = sample;
  const before = movedOn(memory, sample.sinceBelieved);
  const misses = windowLengths.map((length, index) =>
    withMiss(memory.misses[index], before, length, offset),
  );
  const points = [...before, { timeNs: 0, offsetNs: offset }].slice(-maxPoints);
  const best = bestOf(misses);
  const line = lineThrough(points.slice(-(windowLengths[best] ?? maxPoints)));
  const learnedRateOffset =
    line === undefined ? sample.learnedRateOffset : within(sample.maxRate, -line.slope);
  const gain = line === undefined ? offsetGain.standingOut : gainFor(line, misses[best]);
  const slew = within(maxSlew, (gain * (line?.endNs ?? offset)) / expectedInterval(sample));
  const rateOffset = within(sample.maxRate, learnedRateOffset - slew);
  return { memory: { kind: 'linreg', points, rateOffset, misses }, learnedRateOffset, rateOffset };
};

/** @param miss by how much lines as long have missed on average; undefined: not tried yet */
function gainFor({ endNs, length }: Line, miss: number | undefined): number {
  const { standingOut, byLength } = offsetGain;
  const least = byLength / length;
  const share =
    miss === undefined ? 1 : Math.min(1, (endNs / (standsOut * Math.max(leastNoiseNs, miss))) ** 2);
  return least + (standingOut - least) * share;
}

function movedOn({ points, rateOffset }: RegressionMemory, elapsedNs: number): readonly Point[] {
  return points.map(({ timeNs, offsetNs }) => ({
    timeNs: timeNs - elapsedNs,
    offsetNs: offsetNs + rateOffset * elapsedNs,
  }));
}

/** The line of that length led past the sample that has come by so much. */
function withMiss(
  mean: number | undefined,
  before: readonly Point[],
  length: number,
  offsetNs: number,
): number | undefined {
  if (before.length < length) return mean;
  const line = lineThrough(before.slice(-length));
  if (line === undefined) return mean;
  const miss = Math.abs(offsetNs - line.endNs);
  return mean === undefined ? miss : mean + missWeight * (miss - mean);
}

/** Index of the best length; -1 before any has been tried. */
function bestOf(misses: readonly (number | undefined)[]): number {
  const least = Math.min(...misses.map((miss) => miss ?? Infinity));
  return misses.findLastIndex((miss) => miss !== undefined && miss <= alike * least);
}

interface Line {
  readonly slope: number;
  /** At the time 0. */
  readonly endNs: number;
  /** Points. */
  readonly length: number;
}

/** By least squares. Too few points: undefined. */
function lineThrough(points: readonly Point[]): Line | undefined {
  if (points.length < minPoints) return undefined;
  let meanTime = 0;
  let meanOffset = 0;
  for (const { timeNs, offsetNs } of points) {
    meanTime += timeNs / points.length;
    meanOffset += offsetNs / points.length;
  }
  let squares = 0;
  let products = 0;
  for (const { timeNs, offsetNs } of points) {
    squares += (timeNs - meanTime) ** 2;
    products += (timeNs - meanTime) * (offsetNs - meanOffset);
  }
  const slope = products / squares;
  return { slope, endNs: meanOffset - slope * meanTime, length: points.length };
}
