/**
 * A servo: from offsets to the rate that makes them vanish. Here is what is common to all kinds: when the clock is stepped,
 * which samples are believed, and what counts as a lock. How an offset becomes a rate is the kind's own law.
 */
import { durationNs, type DurationNs } from '../time/instant.js';
import { beginRegression, linregLaw, type RegressionMemory } from './linreg-servo.js';
import { piLaw } from './pi-servo.js';
import { bounded, type BelievedSample, type Correction } from './rate-law.js';

/** `pi`: proportional-integral; `linreg`: by linear regression. */
export type ServoKind = 'pi' | 'linreg';

export interface ServoSettings {
  readonly kind: ServoKind;
  /** A first offset beyond this is stepped over, not slewed. */
  readonly firstStepThreshold: DurationNs;
  /** The same once there has been a lock, of this master or another; Infinity: never step again. */
  readonly stepThreshold: DurationNs;
  /** The average offset below which the clock counts as locked. */
  readonly lockThreshold: DurationNs;
}

export const defaultServoSettings: ServoSettings = {
  kind: 'pi',
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
  /** What has been learned of the rate: the rate offset of the master against the raw counter, 1e-6 is 1 ppm. */
  readonly learnedRateOffset: number;
  /** Running mean of the offsets' magnitudes since acquiring began; once there has been a lock, from master to master. */
  readonly meanOffset: DurationNs;
  readonly samples: number;
  /** Running mean of the time between samples; 0 before there is one. */
  readonly meanInterval: DurationNs;
  /** There has been a lock: others rely on this time, which is not to jump if that can be helped. */
  readonly hasLocked: boolean;
  /**
   * Outliers in a row, and the time from the latest believed sample to the latest of them. After maxOutliers of them the
   * next sample is believed, whatever it is.
   */
  readonly outliers: number;
  readonly outlierTime: DurationNs;
  /** What the law remembers; undefined between masters, and if it has nothing to remember. */
  readonly memory: RegressionMemory | undefined;
}

export interface ServoSample {
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

/** Weight of the latest sample in the means, and how many samples it takes before it says anything. */
const meanWeight = 1 / 8;
const minSamplesToLock = 8;

/** After a lock, an offset of so many times the mean is an outlier: more than four standard deviations of normal noise. */
const outlierFactor = 5;
/** But none below this, nor what an oscillator gains within an interval whose rate changes by so much (1 ppm). */
const minOutlier = durationNs(1e3);
const rateChange = 1e-6;
/** The most that two oscillators are apart, each within 100 ppm (the tolerance of 802.1AS, annex B). */
const oscillatorTolerance = 200e-6;
/** After so many outliers in a row the offsets are believed: the time of the master has moved. */
export const maxOutliers = 4;

export const initialServoState: ServoState = {
  lockState: 'unlocked',
  learnedRateOffset: 0,
  meanOffset: durationNs(0),
  samples: 0,
  meanInterval: durationNs(0),
  hasLocked: false,
  outliers: 0,
  outlierTime: durationNs(0),
  memory: undefined,
};

/**
 * Another master, or the same one anew: what was learned of the rate is kept, and, if there has been a lock, how large an
 * offset is.
 */
export function reacquire(state: ServoState): ServoState {
  const { learnedRateOffset, hasLocked } = state;
  const meanOffset = hasLocked ? state.meanOffset : initialServoState.meanOffset;
  return { ...initialServoState, learnedRateOffset, hasLocked, meanOffset };
}

/** There is no master any more; the rate that was learned is kept. */
export function holdOver(state: ServoState): ServoState {
  const { lockState } = state;
  if (lockState === 'holdover' || lockState === 'unlocked') return state;
  return { ...reacquire(state), lockState: 'holdover' };
}

export function stepServo(
  settings: ServoSettings,
  state: ServoState,
  { offset, interval }: ServoSample,
): ServoTransition {
  const elapsed = interval ?? durationNs(0);
  if (isWild(state, offset, elapsed)) {
    const outlierTime = durationNs(state.outlierTime + elapsed);
    return {
      state: { ...state, outliers: state.outliers + 1, outlierTime },
      action: { kind: 'none' },
    };
  }
  if (interval === undefined || state.lockState === 'unlocked' || state.lockState === 'holdover') {
    return begin(settings, state, offset);
  }
  if (Math.abs(offset) > settings.stepThreshold) {
    return step(settings, withRateOf(state, offset, interval), offset);
  }
  return slew(settings, state, offset, interval);
}

function begin(settings: ServoSettings, state: ServoState, offset: DurationNs): ServoTransition {
  const { firstStepThreshold, stepThreshold } = settings;
  const threshold = state.hasLocked ? stepThreshold : firstStepThreshold;
  if (Math.abs(offset) > threshold) return step(settings, state, offset);
  // It may be large, and no accident: so are the next ones then.
  const meanOffset = durationNs(Math.max(state.meanOffset, Math.abs(offset)));
  return {
    state: acquiring(settings, { ...state, meanOffset }, offset),
    action: { kind: 'slew', rateOffset: state.learnedRateOffset },
  };
}

function step(settings: ServoSettings, state: ServoState, offset: DurationNs): ServoTransition {
  return {
    // Whatever comes right after it is the rate's doing, and believed.
    state: { ...acquiring(settings, state, durationNs(0)), outliers: maxOutliers },
    action: { kind: 'step', offset, rateOffset: state.learnedRateOffset },
  };
}

/** Right after a step a large offset is what the rate has made of the interval, if an oscillator's rate could. */
function withRateOf(state: ServoState, offset: DurationNs, interval: DurationNs): ServoState {
  const rateError = offset / interval;
  if (state.samples > 0 || Math.abs(rateError) > oscillatorTolerance) return state;
  return { ...state, learnedRateOffset: bounded(state.learnedRateOffset - rateError) };
}

/** @param offset what is left of it */
function acquiring({ kind }: ServoSettings, state: ServoState, offset: DurationNs): ServoState {
  const memory = kind === 'pi' ? undefined : beginRegression(offset, state.learnedRateOffset);
  return { ...reacquire(state), lockState: 'acquiring', memory };
}

function isWild(state: ServoState, offset: DurationNs, interval: DurationNs): boolean {
  if (!state.hasLocked || state.outliers >= maxOutliers) return false;
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
  const { memory, learnedRateOffset, rateOffset } = correction(settings, state, {
    ...{ offset, interval, meanInterval },
    sinceBelieved: durationNs(state.outlierTime + interval),
    locked: state.lockState === 'locked',
    learnedRateOffset: state.learnedRateOffset,
  });
  // So many outliers in a row were none: from here on offsets of this size are usual.
  const meanOffset = durationNs(
    (state.samples === 0 && !state.hasLocked) || state.outliers >= maxOutliers
      ? Math.abs(offset)
      : state.meanOffset + meanWeight * (Math.abs(offset) - state.meanOffset),
  );
  const samples = state.samples + 1;
  const lockState = lockStateOf(settings, state, samples, meanOffset);
  return {
    state: {
      ...initialServoState,
      ...{ lockState, learnedRateOffset, meanOffset, samples, meanInterval, memory },
      hasLocked: state.hasLocked || lockState === 'locked',
    },
    action: { kind: 'slew', rateOffset },
  };
}

function correction(
  { kind }: ServoSettings,
  { memory }: ServoState,
  sample: BelievedSample,
): Correction<RegressionMemory | undefined> {
  switch (kind) {
    case 'pi':
      return piLaw(undefined, sample);
    case 'linreg':
      return linregLaw(memory ?? beginRegression(sample.offset, sample.learnedRateOffset), sample);
  }
}

function withInterval({ samples, meanInterval }: ServoState, interval: DurationNs): DurationNs {
  if (samples === 0) return interval;
  return durationNs(meanInterval + meanWeight * (interval - meanInterval));
}

/** The lock is lost at twice the threshold at which it is reached, so that it does not come and go with the noise. */
function lockStateOf(
  { lockThreshold }: ServoSettings,
  { lockState }: ServoState,
  samples: number,
  meanOffset: DurationNs,
): LockState {
  if (lockState === 'locked') return meanOffset <= 2 * lockThreshold ? 'locked' : 'acquiring';
  return samples >= minSamplesToLock && meanOffset <= lockThreshold ? 'locked' : 'acquiring';
}
