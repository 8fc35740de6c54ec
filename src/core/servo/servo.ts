/**
 * A servo: from offsets to the rate that makes them vanish. Here is what is common to all kinds: when the clock is stepped,
 * which samples are believed, and what counts as a lock. How an offset becomes a rate is the kind's own law.
 */
import { durationNs, type DurationNs } from '../time/instant.js';
import {
  beginRegression,
  linregLaw,
  withoutPoints,
  type RegressionMemory,
} from './laws/linreg-servo.js';
import { oscillatorTolerance } from './first-rate.js';
import { isLockedBy, noTrend, withTrend, type Trend } from './lock.js';
import { rampOf, type Outlier } from './outliers.js';
import { beginPi, lengthKnown, piLaw, type PiMemory } from './laws/pi-servo.js';
import {
  possibleRateChange,
  within,
  type BelievedSample,
  type Correction,
} from './laws/rate-law.js';

/** `pi`: proportional-integral; `linreg`: by linear regression. */
export type ServoKind = 'pi' | 'linreg';

export interface ServoSettings {
  readonly kind: ServoKind;
  /** A first offset beyond this is stepped over, not slewed. */
  readonly firstStepThreshold: DurationNs;
  /** The same once there has been a lock, of this master or another; Infinity: never step again. */
  readonly stepThreshold: DurationNs;
  /** The average offset below which the clock counts as locked; `auto`: where their noise explains the offsets. */
  readonly lockThreshold: DurationNs | 'auto';
  /** No rate beyond this is learned, 1e-6 is 1 ppm. A clock that is arithmetic knows no bound but what is absurd. */
  readonly maxRate: number;
}

export const defaultServoSettings: ServoSettings = {
  kind: 'pi',
  firstStepThreshold: durationNs(20e3),
  stepThreshold: durationNs(1e6),
  lockThreshold: 'auto',
  maxRate: 0.1,
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
  /** The rate has been learned of a master: of two Syncs at least. */
  readonly rateKnown: boolean;
  /** In a row. After maxOutliers of them the next sample is believed, whatever it is; so it is right after a step. */
  readonly outliers: readonly Outlier[];
  readonly believesNext: boolean;
  /** Running mean of how many offsets are outliers, of all there have been in lock: 0 to 1. */
  readonly refusedShare: number;
  /** To which side the offsets lean, and their noise. */
  readonly trend: Trend;
  /** What the law remembers; undefined between masters. */
  readonly memory: PiMemory | RegressionMemory | undefined;
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

/** Weight of the latest sample in the means. */
const meanWeight = 1 / 8;

/** After a lock, an offset of so many times the mean is an outlier: more than four standard deviations of normal noise. */
const outlierFactor = 5;
/**
 * But none below this, nor what an oscillator gains within an interval whose rate changes as much as possible, or by 1 ppm
 * where such offsets have turned out to be late messages, or where the law cannot tell the one from the other.
 */
const minOutlier = durationNs(1e3);
const usualRateChange = 1e-6;
/** Weight of the latest offset in the share of those that are refused; and at which share there is no lock, or again one. */
const refusedWeight = 1 / 16;
const mostRefused = { inLock: 1 / 2, forLock: 1 / 4 } as const;
/** After so many outliers in a row the offsets are believed: the time of the master has moved. */
export const maxOutliers = 4;

export const initialServoState: ServoState = {
  lockState: 'unlocked',
  learnedRateOffset: 0,
  meanOffset: durationNs(0),
  samples: 0,
  meanInterval: durationNs(0),
  hasLocked: false,
  rateKnown: false,
  outliers: [],
  believesNext: false,
  refusedShare: 0,
  trend: noTrend,
  memory: undefined,
};

/**
 * Another master, or the same one anew: what was learned of the rate is kept, and, if there has been a lock, how large an
 * offset is.
 */
export function reacquire(state: ServoState): ServoState {
  const { learnedRateOffset, hasLocked, rateKnown } = state;
  const meanOffset = hasLocked ? state.meanOffset : initialServoState.meanOffset;
  return { ...initialServoState, learnedRateOffset, rateKnown, hasLocked, meanOffset };
}

/**
 * There is no time to follow; the rate that was learned is kept. So is what was ignored last: if it is the master's time that
 * has moved, it is believed after as many offsets as it would have been.
 */
export function holdOver(state: ServoState): ServoState {
  const { lockState, outliers } = state;
  if (lockState === 'holdover' || lockState === 'unlocked') return state;
  return { ...reacquire(state), lockState: 'holdover', outliers };
}

/** Two Syncs have told the rate before any offset was known. */
export function withFirstRate(
  { maxRate }: ServoSettings,
  state: ServoState,
  rateOffset: number,
): ServoState {
  return { ...state, learnedRateOffset: within(maxRate, rateOffset), rateKnown: true };
}

export function stepServo(
  settings: ServoSettings,
  state: ServoState,
  { offset, interval }: ServoSample,
): ServoTransition {
  const elapsed = interval ?? durationNs(0);
  if (isWild(state, offset, elapsed)) {
    const outliers = [...state.outliers, { offset, elapsed }];
    const ramp = rampOf(outliers);
    if (ramp === undefined || interval === undefined || state.memory === undefined) {
      return { state: withRefused({ ...state, outliers }), action: { kind: 'none' } };
    }
    if (Math.abs(offset) <= settings.stepThreshold) {
      return slew(settings, state, offset, interval, ramp);
    }
    const rateOffset = state.learnedRateOffset - ramp;
    return step(settings, withFirstRate(settings, state, rateOffset), offset);
  }
  if (interval === undefined || state.lockState === 'unlocked' || state.lockState === 'holdover') {
    return begin(settings, state, offset);
  }
  if (Math.abs(offset) > settings.stepThreshold) {
    return step(settings, withRateOf(settings, state, offset, interval), offset);
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
    state: { ...acquiring(settings, state, durationNs(0)), believesNext: true },
    action: { kind: 'step', offset, rateOffset: state.learnedRateOffset },
  };
}

/**
 * Right after a step a large offset is what the rate has made of the interval. One that is known already and has changed by no
 * more than what two crystals are apart is known again by that; one that has changed by more is not known any more, and
 * learned like the first one: the time of the master may have been set once more.
 */
function withRateOf(
  settings: ServoSettings,
  state: ServoState,
  offset: DurationNs,
  interval: DurationNs,
): ServoState {
  const rateError = offset / interval;
  if (state.samples > 0) return state;
  if (state.rateKnown && Math.abs(rateError) > oscillatorTolerance) {
    return { ...state, rateKnown: false };
  }
  if (Math.abs(rateError) > settings.maxRate) return state;
  return withFirstRate(settings, state, state.learnedRateOffset - rateError);
}

/** Who refuses every other offset of a master does not know its time. */
function withRefused(state: ServoState): ServoState {
  const refusedShare = state.refusedShare + refusedWeight * (1 - state.refusedShare);
  const isLost = state.lockState === 'locked' && refusedShare > mostRefused.inLock;
  return { ...state, refusedShare, ...(isLost && { lockState: 'acquiring' }) };
}

/** @param offset what is left of it */
function acquiring({ kind }: ServoSettings, state: ServoState, offset: DurationNs): ServoState {
  const { hasLocked, rateKnown, learnedRateOffset } = state;
  const known = hasLocked ? 'rateLearned' : rateKnown ? 'rateOfTwo' : 'nothing';
  const memory =
    kind === 'pi'
      ? beginPi(offset, lengthKnown[known])
      : beginRegression(offset, learnedRateOffset);
  return { ...reacquire(state), lockState: 'acquiring', memory };
}

function isWild(state: ServoState, offset: DurationNs, interval: DurationNs): boolean {
  const { hasLocked, believesNext, outliers, memory, meanOffset } = state;
  if (!hasLocked || believesNext || outliers.length >= maxOutliers) return false;
  const isTrusted = memory?.kind === 'pi' && memory.distrust === 0;
  const floor = minOutlier + (isTrusted ? possibleRateChange : usualRateChange) * interval;
  return Math.abs(offset) > Math.max(floor, outlierFactor * meanOffset);
}

/** @param ramp the rate that a row of outliers has told of, this one the last of them */
function slew(
  settings: ServoSettings,
  state: ServoState,
  offset: DurationNs,
  interval: DurationNs,
  ramp?: number,
): ServoTransition {
  const meanInterval = withInterval(state, interval);
  const ignoredTime = state.outliers.reduce((sum, { elapsed }) => sum + elapsed, 0);
  const { memory, learnedRateOffset, rateOffset } = correction(
    settings,
    state,
    {
      ...{ offset, interval, meanInterval, maxRate: settings.maxRate },
      sinceBelieved: durationNs(ignoredTime + interval),
      locked: state.lockState === 'locked',
      learnedRateOffset: state.learnedRateOffset,
    },
    ramp,
  );
  // So many outliers in a row were none: from here on offsets of this size are usual.
  const wasOutlier = ramp !== undefined || state.outliers.length >= maxOutliers;
  const isFirst = (state.samples === 0 && !state.hasLocked) || state.believesNext || wasOutlier;
  const meanOffset = durationNs(
    isFirst
      ? Math.abs(offset)
      : state.meanOffset + meanWeight * (magnitudeOf(state, offset) - state.meanOffset),
  );
  const samples = state.samples + 1;
  const trend = withTrend(state.trend, offset);
  const refusedShare = (1 - refusedWeight) * state.refusedShare;
  const wasLocked = state.lockState === 'locked';
  const isLocked =
    refusedShare <= mostRefused[wasLocked ? 'inLock' : 'forLock'] &&
    isLockedBy(settings.lockThreshold, { ...{ trend, meanOffset, samples }, wasLocked });
  return {
    state: {
      ...initialServoState,
      ...{ learnedRateOffset, meanOffset, samples, meanInterval, memory, trend, refusedShare },
      lockState: isLocked ? 'locked' : 'acquiring',
      rateKnown: true,
      hasLocked: state.hasLocked || isLocked,
    },
    action: { kind: 'slew', rateOffset },
  };
}

/** One that stands out in lock, and is believed all the same, does not make others of its size usual. */
function magnitudeOf({ lockState, meanOffset }: ServoState, offset: DurationNs): number {
  const magnitude = Math.abs(offset);
  if (lockState !== 'locked') return magnitude;
  return Math.min(magnitude, Math.max(minOutlier, outlierFactor * meanOffset));
}

function correction(
  { kind }: ServoSettings,
  { memory, learnedRateOffset }: ServoState,
  sample: BelievedSample,
  ramp: number | undefined,
): Correction<PiMemory | RegressionMemory> {
  switch (kind) {
    case 'pi':
      return piLaw(
        memory?.kind === 'pi' ? memory : beginPi(sample.offset, lengthKnown.nothing),
        sample,
        ramp,
      );
    case 'linreg': {
      const points =
        memory?.kind === 'linreg' ? memory : beginRegression(sample.offset, learnedRateOffset);
      if (ramp === undefined) return linregLaw(points, sample);
      const known = within(sample.maxRate, learnedRateOffset - ramp);
      return linregLaw(withoutPoints({ ...points, rateOffset: known }, sample.offset), {
        ...sample,
        learnedRateOffset: known,
        sinceBelieved: durationNs(0),
      });
    }
  }
}

function withInterval({ samples, meanInterval }: ServoState, interval: DurationNs): DurationNs {
  if (samples === 0) return interval;
  return durationNs(meanInterval + meanWeight * (interval - meanInterval));
}
