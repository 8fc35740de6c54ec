/**
 * The rate of a remote clock against the local one, from pairs of readings: a straight line through those of the last
 * seconds, found so that single late time stamps do not bend it. Serves neighborRateRatio (peer delay) and the rate
 * ratio that a transparent clock syntonises to (1588-2019, 10.2.2.2).
 */
import { instantAfter, intervalBetween, type Instant } from '../time/instant.js';
import { rateRatioOfOffset, type RateRatio } from '../time/rate-ratio.js';
import { timeIntervalToNs, type TimeInterval } from '../time/time-interval.js';

/** One event on both clocks. A constant delay between the two readings does not matter; its jitter is the noise. */
export interface ClockReading {
  readonly local: Instant;
  readonly remote: Instant;
}

export interface RateWindowSettings {
  readonly maxReadings: number;
  /** Readings that come closer to the one before are left out: they add work and little else. */
  readonly minSpacing: TimeInterval;
  /** Older ones go: an oscillator does not keep its rate for ever. */
  readonly maxSpan: TimeInterval;
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
  /** remote - local on the line at the newest reading, in ns from that of the oldest. */
  readonly newestNs: number;
}

export interface RateWindow {
  /** In their order. */
  readonly readings: readonly ClockReading[];
  readonly fit?: RateFit;
  /** How many of the latest readings in a row were beyond the tolerance. */
  readonly strays: number;
}

export const emptyRateWindow: RateWindow = { readings: [], strays: 0 };

/** Fewer than this make no line worth the name. */
export const minReadings = 8;

/** Below this nothing is an outlier: it is the granularity of slow time stamp units (25 MHz) and then some. */
const minToleranceNs = 50;

/** Multiples of the median distance from the line; 4.45 is three standard deviations of normal noise. */
const toleranceInMedians = 4.45;

/** One or two late readings are noise; so many in a row are a clock that was set or changed its rate. */
const maxStrays = 4;

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
    // Local time that goes back has been set.
    if (since <= 0n) return { window: { readings: [reading], strays: 0 }, restarted: true };
    if (since < settings.minSpacing) return { window, restarted: false };
  }
  const strays = isStray(window, reading) ? window.strays + 1 : 0;
  const restarted = strays >= maxStrays;
  const readings = [...window.readings, reading]
    .filter(({ local }) => intervalBetween(local, reading.local) <= settings.maxSpan)
    .slice(-(restarted ? maxStrays : settings.maxReadings));
  const fit = fitOf(readings);
  return {
    window: { readings, strays: restarted ? 0 : strays, ...(fit && { fit }) },
    restarted,
  };
}

/** Where the line leads from the newest reading on, `reading` is not. */
function isStray({ readings, fit }: RateWindow, reading: ClockReading): boolean {
  const [oldest] = readings;
  const newest = readings.at(-1);
  if (fit === undefined || oldest === undefined || newest === undefined) return false;
  const aheadNs = timeIntervalToNs(intervalBetween(newest.local, reading.local));
  const expectedNs = fit.newestNs + (fit.rateRatio - 1) * aheadNs;
  const { gainNs } = relativeTo(oldest, reading);
  return Math.abs(gainNs - expectedNs) > fit.toleranceNs + 3 * fit.standardError * aheadNs;
}

interface Point {
  /** Local time since the oldest reading. */
  readonly localNs: number;
  /** How much more time has passed on the remote clock. */
  readonly gainNs: number;
}

function relativeTo(oldest: ClockReading, { local, remote }: ClockReading): Point {
  const elapsed = intervalBetween(oldest.local, local);
  return {
    localNs: timeIntervalToNs(elapsed),
    // Exact, however far apart the clocks are: both differences are taken on one clock each.
    gainNs: timeIntervalToNs(intervalBetween(instantAfter(oldest.remote, elapsed), remote)),
  };
}

function fitOf(readings: readonly ClockReading[]): RateFit | undefined {
  const [oldest] = readings;
  if (oldest === undefined || readings.length < minReadings) return undefined;
  const points = readings.map((reading) => relativeTo(oldest, reading));
  const slope = slopeOfPairs(points);
  const offset = median(points.map(({ localNs, gainNs }) => gainNs - slope * localNs));
  const distance = ({ localNs, gainNs }: Point) => Math.abs(gainNs - offset - slope * localNs);
  const toleranceNs = Math.max(minToleranceNs, toleranceInMedians * median(points.map(distance)));
  const inliers = points.filter((point) => distance(point) <= toleranceNs);
  const line = leastSquares(inliers);
  const newest = points.at(-1) ?? { localNs: 0 };
  return {
    rateRatio: rateRatioOfOffset(line.slope),
    standardError: line.standardError,
    inliers: inliers.length,
    toleranceNs,
    newestNs: line.offset + line.slope * newest.localNs,
  };
}

/** Theil's incomplete method: each of the older half against its counterpart of the newer; a quarter may be wrong. */
function slopeOfPairs(points: readonly Point[]): number {
  const half = Math.floor(points.length / 2);
  const newer = points.slice(points.length - half);
  return median(
    newer.map((late, index) => {
      const early = points[index] ?? late;
      return (late.gainNs - early.gainNs) / (late.localNs - early.localNs);
    }),
  );
}

function median(values: readonly number[]): number {
  const ascending = [...values].sort((a, b) => a - b);
  const middle = ascending.length / 2;
  const upper = ascending[Math.floor(middle)] ?? 0;
  const lower = ascending[Math.ceil(middle) - 1] ?? 0;
  return (lower + upper) / 2;
}

function leastSquares(points: readonly Point[]) {
  const count = points.length;
  const meanLocalNs = points.reduce((sum, { localNs }) => sum + localNs, 0) / count;
  const meanGainNs = points.reduce((sum, { gainNs }) => sum + gainNs, 0) / count;
  let squares = 0;
  let products = 0;
  for (const { localNs, gainNs } of points) {
    squares += (localNs - meanLocalNs) ** 2;
    products += (localNs - meanLocalNs) * (gainNs - meanGainNs);
  }
  const slope = products / squares;
  const offset = meanGainNs - slope * meanLocalNs;
  const residuals = points.reduce(
    (sum, { localNs, gainNs }) => sum + (gainNs - offset - slope * localNs) ** 2,
    0,
  );
  return { slope, offset, standardError: Math.sqrt(residuals / (count - 2) / squares) };
}
