/**
 * When a clock follows its grandmaster: the limits on its offsets.
 *
 * A software time stamp is taken some hundred nanoseconds before or after the event it is meant for. Now and then an
 * interrupt, or the stop of a whole virtual machine, falls in between and takes tens of microseconds. One such message says
 * nothing of the clock under test, but it decides a mean, and a standard deviation or an rms even more. So the limits are
 * for the median and for the spread that the median deviation tells. They are those that mean and standard deviation were
 * held to; half of all offsets, and not one, must be wrong to pass by mistake what these would have found. And they
 * are for the first offsets that there are: nobody waits for better ones.
 */

import { expect } from 'vitest';
import type { Ptp4lSettings } from './ptp4l.js';
import { summarizeRobustly, type RobustSummary } from './statistics.js';

/** 64 a second: as many offsets in eight seconds as the default of the tests' peers brings in half a minute. */
const LOG_MESSAGE_INTERVAL = -6;
export const OFFSETS = 480;

const MEDIAN_LIMIT_NS = 1_000;
const SPREAD_LIMIT_NS = 2_000;

/** For a ptp4l whose offsets are judged, and for its master: delays are measured as often as Sync is sent. */
export const frequent: Ptp4lSettings = {
  logSyncInterval: LOG_MESSAGE_INTERVAL,
  logMinDelayReqInterval: LOG_MESSAGE_INTERVAL,
  logMinPdelayReqInterval: LOG_MESSAGE_INTERVAL,
};

/**
 * ptp4l forgets its Pdelay_Req when it becomes a slave. If the answer to it is still under way, that is a "rogue peer delay
 * response" to it, and a fault of its port, which it forgives in 16 s unless told otherwise (2^-2 s).
 */
export const forgivingPeer: Ptp4lSettings = { fault_reset_interval: -2 };

/** As often as the peers, for an instance of ours, in YAML. */
export const frequentClock = Object.entries(frequent)
  .map(([key, value]) => `${key}: ${value}`)
  .join(', ');

/** Where offsets, in nanoseconds, come from. */
export interface OffsetSource {
  /** Resolves with the first `count` of a settled clock. */
  collect(count: number): Promise<readonly number[]>;
}

/** Sources of one kind, with their titles: "L2, slave 1" and so on. */
export function numbered(
  title: string,
  sources: readonly OffsetSource[],
): Record<string, OffsetSource> {
  return Object.fromEntries(sources.map((source, index) => [`${title} ${index + 1}`, source]));
}

/** Holds the first offsets of each source, by its title, to the limits. */
export async function expectFollowing(
  sources: Readonly<Record<string, OffsetSource>>,
): Promise<void> {
  await expectWithin(
    sources,
    OFFSETS,
    ({ median, spread }) => Math.abs(median) < MEDIAN_LIMIT_NS && spread < SPREAD_LIMIT_NS,
  );
}

/**
 * The same for clocks whose path has a bias that none of its clocks can see: the limit on the median is for how far it is from
 * that of a reference, whose path is alike and whose clocks are all linuxptp's, in the same seconds. The reference's spread has
 * no limit.
 */
export async function expectFollowingBeside(
  reference: OffsetSource,
  sources: Readonly<Record<string, OffsetSource>>,
): Promise<void> {
  const [bias, ...found] = await Promise.all([
    summarize('reference', reference, OFFSETS),
    ...Object.entries(sources).map(([title, source]) => summarize(title, source, OFFSETS)),
  ]);
  console.log(bias.told);
  expectEach(
    found,
    ({ median, spread }) =>
      Math.abs(median - bias.summary.median) < MEDIAN_LIMIT_NS && spread < SPREAD_LIMIT_NS,
  );
}

/** The same with a limit on both at once: the root of the mean square that the median and the spread tell. */
export async function expectRms(
  sources: Readonly<Record<string, OffsetSource>>,
  count: number,
  limitNs: number,
): Promise<void> {
  await expectWithin(sources, count, ({ rms }) => rms < limitNs);
}

async function expectWithin(
  sources: Readonly<Record<string, OffsetSource>>,
  count: number,
  holds: (summary: RobustSummary) => boolean,
): Promise<void> {
  const found = Object.entries(sources).map(([title, source]) => summarize(title, source, count));
  expectEach(await Promise.all(found), holds);
}

interface Summarized {
  readonly told: string;
  readonly summary: RobustSummary;
}

async function summarize(title: string, source: OffsetSource, count: number): Promise<Summarized> {
  const summary = summarizeRobustly(await source.collect(count));
  const { median, spread } = summary;
  const told = `${title}: median ${median.toFixed(0)} ns, spread ${spread.toFixed(0)} ns`;
  return { told: `${told} of ${summary.count}`, summary };
}

/** A failure names the figures of those that are beyond. */
function expectEach(
  found: readonly Summarized[],
  holds: (summary: RobustSummary) => boolean,
): void {
  for (const { told } of found) console.log(told);
  const beyond = found.filter(({ summary }) => !holds(summary)).map(({ told }) => told);
  expect(beyond, `beyond the limits: ${beyond.join('; ')}`).toEqual([]);
}
