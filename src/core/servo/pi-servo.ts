/**
 * A proportional-integral servo: from offsets to the rate that makes them vanish. The gains follow from the interval
 * between samples, so that the loop behaves alike at every Sync rate: with an offset x and a natural frequency w,
 * rate = -(2 w x + w^2 * integral of x), which is critically damped.
 */
import { durationNs, type DurationNs } from '../time/instant.js';

export interface ServoSettings {
  /** A first offset beyond this is stepped over, not slewed. */
  readonly firstStepThreshold: DurationNs;
  /** The same once there has been a lock, of this master or another; Infinity: never step again. */
  readonly stepThreshold: DurationNs;
  /** The average offset below which the clock counts as locked. */
  readonly lockThreshold: DurationNs;
}

export const defaultServoSettings: ServoSettings = {
  firstStepThreshold: durationNs(20e3),
  stepThreshold: durationNs(1e6),
  lockThreshold: durationNs(20e3),
};

/**
 * `unlocked`: nothing is known of a master; `acquiring`: drawing near; `locked`: there; `holdover`: there is no master,
 * the rate that was learned is kept.
 */
export type LockState = 'unlocked' | 'acquiring' | 'locked' | 'holdover';

export interface ServoState {
  readonly lockState: LockState;
  /** What the integral has learned: the rate offset of the master against the raw counter, 1e-6 is 1 ppm. */
  readonly learnedRateOffset: number;
  /** Running mean of the offsets' magnitudes since acquiring began. */
  readonly meanOffset: DurationNs;
  readonly samples: number;
  /** Running mean of the time between samples; 0 before there is one. */
  readonly meanInterval: DurationNs;
  /** There has been a lock: others rely on this time, which is not to jump if that can be helped. */
  readonly hasLocked: boolean;
  /** Wild ones in a row. */
  readonly outliers: number;
}

export interface OffsetSample {
  /** Positive when the clock is ahead of its master. */
  readonly offset: DurationNs;
  /** Since the sample before; undefined for the first of a master. */
  readonly interval: DurationNs | undefined;
}

export type ServoAction =
  | { readonly kind: 'none' }
  /** Set the clock back by `offset`. */
  | { readonly kind: 'step'; readonly offset: DurationNs; readonly rateOffset: number }
  | { readonly kind: 'slew'; readonly rateOffset: number };

export interface ServoTransition {
  readonly state: ServoState;
  readonly action: ServoAction;
}

/** w times the sample interval: wide while acquiring, narrow in lock, where it averages the noise of the samples. */
const bandwidth = { acquiring: 0.3, locked: 0.06 } as const;

/** Slower samples make the loop no slower than this many seconds between them would. */
const maxInterval = durationNs(4e9);

/** 500 ppm: more than any oscillator that is in order needs. */
export const maxRateOffset = 500e-6;

/**
 * Of the mean interval: samples that come closer together count as so far apart. What follows from one lasts until the next,
 * and the one after a burst is no nearer than usual.
 */
const shortestInterval = 1 / 2;

/** Weight of the latest sample in the means, and how many samples it takes before it says anything. */
const meanWeight = 1 / 8;
const minSamplesToLock = 8;

/** In lock: an offset so many times the mean is a wild one: beyond four standard deviations of normal noise. */
const outlierFactor = 5;
/** But none below this, nor what an oscillator gains within an interval whose rate changes by so much (1 ppm). */
const minOutlier = durationNs(1e3);
const rateChange = 1e-6;
/** So many in a row are no accident: the master has moved. */
export const maxOutliers = 4;

export const initialServoState: ServoState = {
  lockState: 'unlocked',
  learnedRateOffset: 0,
  meanOffset: durationNs(0),
  samples: 0,
  meanInterval: durationNs(0),
  hasLocked: false,
  outliers: 0,
};

/** Another master, or the same one anew: what was learned of the rate is kept, what was learned of the offset is not. */
export function reacquire(state: ServoState): ServoState {
  const { learnedRateOffset, hasLocked } = state;
  return { ...initialServoState, learnedRateOffset, hasLocked };
}

/** There is no master. */
export function holdOver(state: ServoState): ServoState {
  const { lockState } = state;
  if (lockState === 'holdover' || lockState === 'unlocked') return state;
  return { ...reacquire(state), lockState: 'holdover' };
}

export function stepServo(
  settings: ServoSettings,
  state: ServoState,
  { offset, interval }: OffsetSample,
): ServoTransition {
  if (interval === undefined || state.lockState === 'unlocked' || state.lockState === 'holdover') {
    return begin(settings, state, offset);
  }
  if (isWild(state, offset, interval)) {
    return { state: { ...state, outliers: state.outliers + 1 }, action: { kind: 'none' } };
  }
  if (Math.abs(offset) > settings.stepThreshold) return step(state, offset);
  return slew(settings, state, offset, interval);
}

function begin(settings: ServoSettings, state: ServoState, offset: DurationNs): ServoTransition {
  const { firstStepThreshold, stepThreshold } = settings;
  const threshold = state.hasLocked ? stepThreshold : firstStepThreshold;
  if (Math.abs(offset) > threshold) return step(state, offset);
  return {
    state: { ...reacquire(state), lockState: 'acquiring' },
    action: { kind: 'slew', rateOffset: state.learnedRateOffset },
  };
}

function step(state: ServoState, offset: DurationNs): ServoTransition {
  return {
    state: { ...reacquire(state), lockState: 'acquiring' },
    action: { kind: 'step', offset, rateOffset: state.learnedRateOffset },
  };
}

function isWild(state: ServoState, offset: DurationNs, interval: DurationNs): boolean {
  if (state.lockState !== 'locked' || state.outliers >= maxOutliers) return false;
  const floor = minOutlier + rateChange * interval;
  return Math.abs(offset) > Math.max(floor, outlierFactor * state.meanOffset);
}

function slew(
  settings: ServoSettings,
  state: ServoState,
  offset: DurationNs,
  interval: DurationNs,
): ServoTransition {
  const meanInterval = withInterval(state, interval);
  const period = Math.min(Math.max(interval, shortestInterval * meanInterval), maxInterval);
  const gain = bandwidth[state.lockState === 'locked' ? 'locked' : 'acquiring'];
  // Per nanosecond of offset and nanosecond of interval: w = gain / period.
  const proportional = (2 * gain * offset) / period;
  // While as much is slewed as may be, the offset says nothing of the rate.
  const saturated = Math.abs(state.learnedRateOffset - proportional) > maxRateOffset;
  const learnedRateOffset = saturated
    ? state.learnedRateOffset
    : bounded(state.learnedRateOffset - (gain * gain * offset) / period);
  // So many wild ones were none: from here on this is what an offset is like.
  const meanOffset = durationNs(
    state.samples === 0 || state.outliers >= maxOutliers
      ? Math.abs(offset)
      : state.meanOffset + meanWeight * (Math.abs(offset) - state.meanOffset),
  );
  const samples = state.samples + 1;
  const lockState = lockStateOf(settings, state, samples, meanOffset);
  const hasLocked = state.hasLocked || lockState === 'locked';
  return {
    state: {
      lockState,
      learnedRateOffset,
      meanOffset,
      samples,
      meanInterval,
      hasLocked,
      outliers: 0,
    },
    action: { kind: 'slew', rateOffset: bounded(learnedRateOffset - proportional) },
  };
}

function withInterval({ samples, meanInterval }: ServoState, interval: DurationNs): DurationNs {
  if (samples === 0) return interval;
  return durationNs(meanInterval + meanWeight * (interval - meanInterval));
}

/** It takes twice the threshold to let go: a lock that comes and goes is of no use. */
function lockStateOf(
  { lockThreshold }: ServoSettings,
  { lockState }: ServoState,
  samples: number,
  meanOffset: DurationNs,
): LockState {
  if (lockState === 'locked') return meanOffset <= 2 * lockThreshold ? 'locked' : 'acquiring';
  return samples >= minSamplesToLock && meanOffset <= lockThreshold ? 'locked' : 'acquiring';
}

function bounded(rateOffset: number): number {
  return Math.min(maxRateOffset, Math.max(-maxRateOffset, rateOffset));
}
