/**
 * A proportional-integral servo whose gains follow from what it has seen. Right after it begins they are those of a straight
 * line through all samples so far, so that two samples give the rate; with every sample they become smaller, down to a
 * narrow loop that averages the noise. Offsets that their own noise does not explain make them larger again: all at once
 * where one stands out, bit by bit where they lean to one side.
 */
import {
  expectedInterval,
  maxSlew,
  possibleRateChange,
  within,
  type BelievedSample,
  type Correction,
} from './rate-law.js';

/** What one offset has been taken for until the next one shows what it was. */
interface Doubt {
  /** By how much it was off what was expected, ns. */
  readonly surprise: number;
  /** What it is slewed by, so that the clock goes no further if it was the rate. */
  readonly slew: number;
}

export interface PiMemory {
  readonly kind: 'pi';
  /** What the offset is thought to have been at the latest believed sample, and at what rate it is brought down since. */
  readonly remainingNs: number;
  readonly slew: number;
  /** The samples that the gains are those of. */
  readonly length: number;
  /** Samples that the noise is known from, `enoughForNoise` at most; their standard deviation, ns. */
  readonly noiseSamples: number;
  readonly noiseNs: number;
  /** The latest sample against what was expected, ns. */
  readonly latestError: number;
  /** Running mean of what samples are off what was expected, in standard deviations. */
  readonly leaning: number;
  readonly doubt: Doubt | undefined;
  /** So many samples more, an offset that stands out is rather a late message than a rate that has changed. */
  readonly distrust: number;
}

/** The gains of the narrow loop, critically damped: in a row of clocks none amplifies what the one before it wavers by. */
const narrow = { offset: 0.1, rate: 0.0025 } as const;
/** At this length the line's gains have come down to them. */
const maxLength = 50;
/** Samples further apart than this leave an oscillator so much time to wander that fewer count, ns. */
const maxInterval = 4e9;
const minLength = 4;
/** Before a lock it grows no further: the master may still be on its own way to a time, and is to be kept up with. */
const acquiringLength = 12;
/** Of an oscillator that is no worse than the cheapest: its rate changes by 20 ppb in a second. */
const maxWander = 20e-9;

/** Known of a rate that comes from two Syncs, and of one that was learned of a master before. */
export const lengthKnown = { nothing: 1, rateOfTwo: 2, rateLearned: 8 } as const;

/** What was noisy while nothing was known yet is forgotten the sooner. */
const noiseWeight = { rising: 1 / 8, falling: 1 / 4 } as const;
const enoughForNoise = 8;
/** The granularity of the best time stamps. */
const leastNoiseNs = 1;
/** Of normal noise, from that mean of the magnitudes of differences to the standard deviation of one sample. */
const deviationOfDifferences = 1.1;
/** In standard deviations: what no noise does; and more than this of one sample does not count as noise. */
const standsOut = 10;
const mostNoise = 4;
/** A mean of samples that leans this far, in standard deviations of one sample, is three of its own. */
const leansFar = 0.78;
const leaningWeight = 1 / 8;
const shortening = 0.75;

/** After an offset that was nothing but a late message. */
const distrustSamples = 256;
/** In multiples of what was off: less was a late message, more a rate; between them the time itself has moved. */
const wasLate = 0.5;
const wasRate = 1.5;

/** @param offset what is left of it @param length from lengthKnown */
export function beginPi(offset: number, length: number): PiMemory {
  return {
    kind: 'pi',
    remainingNs: offset,
    slew: 0,
    length,
    ...{ noiseSamples: 0, noiseNs: 0, latestError: 0, leaning: 0, doubt: undefined, distrust: 0 },
  };
}

/** @param ramp the rate that outliers in a row have told of, if they did */
export function piLaw(
  memory: PiMemory,
  sample: BelievedSample,
  ramp?: number,
): Correction<PiMemory> {
  const { offset, interval, sinceBelieved } = sample;
  if (ramp !== undefined) return begunAnew(memory, sample, ramp);
  const expected = memory.remainingNs - memory.slew * sinceBelieved;
  const { doubt } = memory;
  if (doubt !== undefined) return resolved(memory, sample, expected, doubt);
  if (isSurprising(memory, offset - expected, interval)) return doubted(memory, sample, expected);
  return followed(memory, sample, expected);
}

/** By the line through the latest `length` samples, this one included, at its end. */
function gainsAt(length: number): { readonly offset: number; readonly rate: number } {
  const line = length * (length + 1);
  return {
    offset: Math.max(narrow.offset, Math.min(1, (2 * (2 * length - 1)) / line)),
    rate: length === 1 ? 0 : Math.max(narrow.rate, 6 / line),
  };
}

/** How far samples are off what is expected of them, against their noise: the expectation is off as well. */
function spread(length: number): number {
  return Math.sqrt(1 - Math.min(0.9, gainsAt(length).offset));
}

function isSurprising(
  { length, noiseSamples, noiseNs, latestError }: PiMemory,
  surprise: number,
  interval: number,
): boolean {
  if (noiseSamples < enoughForNoise) return false;
  if (Math.abs(surprise) > possibleRateChange * interval) return false;
  const error = Math.abs(surprise) * spread(length);
  // What has been off for longer is being brought down.
  if (error < 2 * Math.abs(latestError)) return false;
  return error > standsOut * Math.max(leastNoiseNs, noiseNs);
}

function followed(
  memory: PiMemory,
  sample: BelievedSample,
  expected: number,
): Correction<PiMemory> {
  const surprise = sample.offset - expected;
  const length = nextLength(memory, sample);
  const gains = gainsAt(length);
  return steered(
    {
      ...memory,
      ...withNoise(memory, surprise * spread(length), length),
      length,
      distrust: Math.max(0, memory.distrust - 1),
    },
    sample,
    {
      remainingNs: expected + gains.offset * surprise,
      rateChange: (-gains.rate * surprise) / expectedInterval(sample),
    },
  );
}

function nextLength(memory: PiMemory, sample: BelievedSample): number {
  const { length, leaning } = memory;
  const shortest = shortestLength(memory, sample);
  if (Math.abs(leaning) > leansFar && length > shortest) {
    return Math.max(shortest, Math.round(length * shortening));
  }
  return Math.min(longestLength(sample), length + 1);
}

function longestLength({ meanInterval, locked }: BelievedSample): number {
  if (!locked) return acquiringLength;
  const few = (maxLength * maxInterval) / Math.max(maxInterval, meanInterval);
  return Math.max(minLength, Math.round(few));
}

/**
 * By what an oscillator may wander between two samples, against the noise of one: offsets that lean further than such a line
 * lags behind lean for another reason, as the path delay does that they have in common.
 */
function shortestLength({ noiseNs }: PiMemory, sample: BelievedSample): number {
  const { meanInterval } = sample;
  const wandered = maxWander * Math.sqrt(meanInterval / 1e9) * meanInterval;
  const length = 4 / Math.sqrt((2 * wandered) / Math.max(leastNoiseNs, noiseNs));
  return Math.min(longestLength(sample), Math.max(minLength, Math.round(length)));
}

/** @param error of a sample against what was expected, as its noise alone would make it */
function withNoise(
  { noiseSamples, noiseNs, latestError, leaning }: PiMemory,
  error: number,
  length: number,
): Pick<PiMemory, 'noiseSamples' | 'noiseNs' | 'latestError' | 'leaning'> {
  // The first two give offset and rate, whatever they are.
  if (length < 3) return { noiseSamples, noiseNs, latestError: error, leaning };
  const samples = Math.min(enoughForNoise, noiseSamples + 1);
  const settled = noiseSamples >= enoughForNoise;
  const magnitude = deviationOfDifferences * Math.abs(error - latestError);
  const counted = settled
    ? Math.min(magnitude, mostNoise * Math.max(leastNoiseNs, noiseNs))
    : magnitude;
  const weight = noiseWeight[counted > noiseNs ? 'rising' : 'falling'];
  const noise = noiseNs + Math.max(weight, 1 / samples) * (counted - noiseNs);
  const deviations = within(mostNoise, error / Math.max(leastNoiseNs, noise));
  return {
    noiseSamples: samples,
    noiseNs: noise,
    latestError: error,
    leaning: settled ? leaning + leaningWeight * (deviations - leaning) : 0,
  };
}

/** Until the next sample the clock is kept where it is, whether its rate has changed or its offset. */
function doubted(memory: PiMemory, sample: BelievedSample, expected: number): Correction<PiMemory> {
  const surprise = sample.offset - expected;
  const slew = within(maxSlew, surprise / expectedInterval(sample));
  const {
    memory: steady,
    learnedRateOffset,
    rateOffset,
  } = steered(memory, sample, {
    remainingNs: expected,
    rateChange: 0,
  });
  return {
    memory: { ...steady, doubt: { surprise, slew } },
    learnedRateOffset,
    rateOffset: rateOffset - slew,
  };
}

function resolved(
  memory: PiMemory,
  sample: BelievedSample,
  expected: number,
  { surprise, slew }: Doubt,
): Correction<PiMemory> {
  const { offset, sinceBelieved } = sample;
  const slewed = slew * sinceBelieved;
  const certain = { ...memory, doubt: undefined };
  /** What the clock would be off now, had it not been slewed. */
  const since = offset + slewed - expected;
  const share = since / surprise;
  if (share < wasLate) {
    return followed({ ...certain, distrust: distrustSamples }, sample, expected - slewed);
  }
  if (share > wasRate) return begunAnew(certain, sample, (since - surprise) / sinceBelieved);
  const length = Math.min(memory.length, lengthKnown.rateLearned);
  return steered({ ...certain, length, leaning: 0 }, sample, {
    remainingNs: offset,
    rateChange: 0,
  });
}

/** The rate is off by that much: two samples have said so. */
function begunAnew(memory: PiMemory, sample: BelievedSample, rate: number): Correction<PiMemory> {
  return steered(
    { ...memory, length: lengthKnown.rateOfTwo, leaning: 0, doubt: undefined },
    sample,
    {
      remainingNs: sample.offset,
      rateChange: -rate,
    },
  );
}

function steered(
  memory: PiMemory,
  sample: BelievedSample,
  { remainingNs, rateChange }: { readonly remainingNs: number; readonly rateChange: number },
): Correction<PiMemory> {
  const learnedRateOffset = within(sample.maxRate, sample.learnedRateOffset + rateChange);
  const slew = within(maxSlew, remainingNs / expectedInterval(sample));
  return {
    memory: { ...memory, remainingNs, slew },
    learnedRateOffset,
    rateOffset: within(sample.maxRate, learnedRateOffset - slew),
  };
}
