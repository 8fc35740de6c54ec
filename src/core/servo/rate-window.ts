/**
 * The rate of a remote clock against the local one, from pairs of readings: a straight line through those of the last
 * seconds, found so that single late time stamps do not bend it. Serves neighborRateRatio (peer delay) and the rate
 * ratio that a transparent clock syntonises to (1588-2019, 10.2.2.2).
 */
import { instantAfter, intervalBetween, type Instant } from '../time/instant.js';
import { rateRatioOfOffset, type RateRatio } from '../time/rate-ratio.js';
import { timeIntervalToNs, type TimeInterval } from '../time/time-interval.js';
import { medianOf } from './median.js';

/** One event on both clocks. A constant delay between the two readings does not matter; its jitter is the noise. */
export interface ClockReading {
  readonly local: Instant;
  readonly remote: Instant;
}

export interface RateWindowSettings {
  readonly maxReadings: number;
  /** Readings that come closer to the one before are left out: they add work and little else. */
  readonly minSpacing: TimeInterval;
  /** Readings older than this are left out, because an oscillator does not keep its rate for ever. */
  readonly maxSpan: TimeInterval;
}

/** A reading, and where it lies from the anchor of its window. */
export interface KeptReading extends ClockReading {
  /** Local time since then. */
  readonly localNs: number;
  /** How much more time has passed on the remote clock. */
  readonly gainNs: number;
}

/** The line through the readings of a window. */
export interface RateFit {
  readonly rateRatio: RateRatio;
  /** Standard error of rateRatio: 1e-7 is a tenth of a part per million. */
  readonly standardError: number;
  /** How many readings agree with it. */
  readonly inliers: number;
  /** How far from the line a reading may lie and still be believed. */
  readonly toleranceNs: number;
  /** remote - local on the line at the newest reading, in ns from that of the anchor. */
  readonly newestNs: number;
}

export interface RateWindow {
  /** What the points of the readings are relative to; absent while there are none. */
  readonly anchor?: ClockReading;
  /** In their order. */
  readonly readings: readonly KeptReading[];
  readonly fit?: RateFit;
  /** How many of the latest readings in a row were beyond the tolerance. */
  readonly strays: number;
}

export const emptyRateWindow: RateWindow = { readings: [], strays: 0 };

/** With fewer readings than this no line is drawn: its slope would say little. */
export const minReadings = 8;

/** Below this nothing is an outlier: it is the granularity of slow time stamp units (25 MHz) and then some. */
const minToleranceNs = 50;

/** Multiples of the median distance from the line; 4.45 is three standard deviations of normal noise. */
const toleranceInMedians = 4.45;

/** A number holds 2^53 units of 2^-16 ns, 137 s; windows are shorter than the rest of that. */
const maxAnchorDistanceNs = 60e9;

/** One or two late readings are noise; so many in a row are a clock that was set or changed its rate. */
const maxStrays = 4;

/** By how much the rate of an oscillator changes within the seconds of a window; a clock that was set seems to by more. */
const maxBend = 5e-7;

/**
 * The window after one more reading. Clocks that jumped against each other leave a window of the readings since;
 * `restarted` tells.
 */
export function withReading(
  settings: RateWindowSettings,
  window: RateWindow,
  reading: ClockReading,
): { readonly window: RateWindow; readonly restarted: boolean } {
  const latest = window.readings.at(-1);
  if (latest !== undefined) {
    const since = intervalBetween(latest.local, reading.local);
    // Local time has gone back, so the local clock was set.
    if (since <= 0n) return { window: startedWith(reading), restarted: true };
    if (since < settings.minSpacing) return { window, restarted: false };
  }
  if (window.anchor === undefined) return { window: startedWith(reading), restarted: false };
  const kept = relativeTo(window.anchor, reading);
  const strays = isStray(window, kept) ? window.strays + 1 : 0;
  const earliestNs = kept.localNs - timeIntervalToNs(settings.maxSpan);
  const beyondMax = window.readings.length + 1 - settings.maxReadings;
  const inSpan = window.readings.findIndex(({ localNs }) => localNs >= earliestNs);
  const readings = inSpan === -1 ? [] : window.readings.slice(Math.max(inSpan, beyondMax));
  readings.push(kept);
  if (strays < maxStrays) {
    return { window: fitted(window.anchor, readings, strays), restarted: false };
  }
  const bent = fitted(window.anchor, readings.slice(-minReadings));
  const restarted = !isBend(window.fit, bent.fit);
  return {
    window: restarted ? fitted(window.anchor, readings.slice(-maxStrays)) : bent,
    restarted,
  };
}

/** An oscillator that warms up leaves its line slowly: the latest readings lie on one of nearly the same rate. */
function isBend(before: RateFit | undefined, after: RateFit | undefined): boolean {
  if (before === undefined || after === undefined) return false;
  return Math.abs(after.rateRatio - before.rateRatio) <= maxBend;
}

function startedWith(reading: ClockReading): RateWindow {
  return { anchor: reading, readings: [relativeTo(reading, reading)], strays: 0 };
}

function fitted(anchor: ClockReading, readings: readonly KeptReading[], strays = 0): RateWindow {
  const window = anchored(anchor, readings);
  const fit = fitOf(window.readings);
  if (fit === undefined) return { anchor: window.anchor, readings: window.readings, strays };
  return { anchor: window.anchor, readings: window.readings, strays, fit };
}

/** The readings move on, and the anchor after them, before what lies between has more digits than a number holds. */
function anchored(anchor: ClockReading, readings: readonly KeptReading[]) {
  const [oldest] = readings;
  if (oldest === undefined || oldest.localNs < maxAnchorDistanceNs) return { anchor, readings };
  return { anchor: oldest, readings: readings.map((reading) => relativeTo(oldest, reading)) };
}

/** True of a reading that does not lie on the line continued from the newest reading. */
function isStray({ readings, fit }: RateWindow, reading: KeptReading): boolean {
  const newest = readings.at(-1);
  if (fit === undefined || newest === undefined) return false;
  const aheadNs = reading.localNs - newest.localNs;
  const expectedNs = fit.newestNs + (fit.rateRatio - 1) * aheadNs;
  return Math.abs(reading.gainNs - expectedNs) > fit.toleranceNs + 3 * fit.standardError * aheadNs;
}

type Point = Pick<KeptReading, 'localNs' | 'gainNs'>;

function relativeTo(anchor: ClockReading, { local, remote }: ClockReading): KeptReading {
  const elapsed = intervalBetween(anchor.local, local);
  return {
    local,
    remote,
    localNs: timeIntervalToNs(elapsed),
    // Exact, however far apart the clocks are: both differences are taken on one clock each.
    gainNs: timeIntervalToNs(intervalBetween(instantAfter(anchor.remote, elapsed), remote)),
  };
}

/** Written with loops: with map and filter, half of the time that a Sync costs a transparent clock would be theirs. */
function fitOf(points: readonly Point[]): RateFit | undefined {
  const newest = points.at(-1);
  if (newest === undefined || points.length < minReadings) return undefined;
  const slope = slopeOfPairs(points);
  const scratch: number[] = [];
  for (const { localNs, gainNs } of points) scratch.push(gainNs - slope * localNs);
  const offset = medianOf(scratch);
  for (const [index, point] of points.entries()) scratch[index] = distance(point, slope, offset);
  const toleranceNs = Math.max(minToleranceNs, toleranceInMedians * medianOf(scratch));
  const inliers: Point[] = [];
  for (const point of points) {
    if (distance(point, slope, offset) <= toleranceNs) inliers.push(point);
  }
  const line = leastSquares(inliers);
  return {
    rateRatio: rateRatioOfOffset(line.slope),
    standardError: line.standardError,
    inliers: inliers.length,
    toleranceNs,
    newestNs: line.offset + line.slope * newest.localNs,
  };
}

function distance({ localNs, gainNs }: Point, slope: number, offset: number): number {
  return Math.abs(gainNs - offset - slope * localNs);
}

/** Theil's incomplete method: each of the older half against its counterpart of the newer; a quarter may be wrong. */
function slopeOfPairs(points: readonly Point[]): number {
  const half = Math.floor(points.length / 2);
  const newer = points.length - half;
  const slopes: number[] = [];
  for (let index = 0; index < half; index++) {
    const early = points[index];
    const late = points[newer + index];
    if (early === undefined || late === undefined) break;
    slopes.push((late.gainNs - early.gainNs) / (late.localNs - early.localNs));
  }
  return medianOf(slopes);
}

function leastSquares(points: readonly Point[]) {
  const count = points.length;
  let meanLocalNs = 0;
  let meanGainNs = 0;
  for (const { localNs, gainNs } of points) {
    meanLocalNs += localNs / count;
    meanGainNs += gainNs / count;
  }
  let squares = 0;
  let products = 0;
  for (const { localNs, gainNs } of points) {
    squares += (localNs - meanLocalNs) ** 2;
    products += (localNs - meanLocalNs) * (gainNs - meanGainNs);
  }
  const slope = products / squares;
  const offset = meanGainNs - slope * meanLocalNs;
  let residuals = 0;
  for (const { localNs, gainNs } of points) residuals += (gainNs - offset - slope * localNs) ** 2;
  return { slope, offset, standardError: Math.sqrt(residuals / (count - 2) / squares) };
}
