/**
 * The rate of one domain's grandmaster against the local clock, from the Syncs that pass: what a transparent clock
 * multiplies its residence times with (1588-2019, 10.2.2.2). Pure; instance/syntoniser.ts keeps one for each domain.
 */
import { comparePortIdentity, type PortIdentity } from '../time/identity.js';
import { instantAfter, intervalBetween, type Instant } from '../time/instant.js';
import { rateOffsetOf, type RateRatio } from '../time/rate-ratio.js';
import {
  isTooBig,
  timeInterval,
  timeIntervalFromNs,
  type TimeInterval,
} from '../time/time-interval.js';
import {
  emptyRateWindow,
  withReading,
  type RateFit,
  type RateWindow,
  type RateWindowSettings,
} from './rate-window.js';

/** A Sync with its Follow_Up. */
export interface SyncReading {
  /** Where it came in: another port is another path. */
  readonly port: number;
  readonly source: PortIdentity;
  readonly syncEventIngressTimestamp: Instant;
  readonly preciseOriginTimestamp: Instant;
  /** Residence times and link delays before this clock. */
  readonly correctionField: TimeInterval;
}

/** The sender that is followed. */
interface Following {
  readonly port: number;
  readonly source: PortIdentity;
  readonly latest: Instant;
  /** Between its latest two readings; absent before the second. */
  readonly interval?: TimeInterval;
}

export type SyntonisationState =
  | { readonly kind: 'unlocked'; readonly following: Following; readonly window: RateWindow }
  | {
      readonly kind: 'acquiring' | 'locked';
      readonly following: Following;
      readonly window: RateWindow;
      readonly rateRatio: RateRatio;
      readonly standardError: number;
    };

/** Four readings a second for 16 s; at one a second, half a minute. */
const rateWindowSettings: RateWindowSettings = {
  maxReadings: 64,
  minSpacing: timeIntervalFromNs(240_000_000),
  maxSpan: timeIntervalFromNs(32_000_000_000),
};

/** 0.2 ppm of a residence of 10 ms is 2 ns: below that the correction does more good than its noise does harm. */
export const maxErrorToLock = 2e-7;

/** Once locked, it takes a little more to let go: a ratio that comes and goes is a noise of its own. */
export const maxErrorToStayLocked = 5e-7;

/** Clocks of 1588 keep to 100 ppm, crystals to 200; beyond 1000 ppm it is no clock, or no time, that is being sent. */
export const maxGrandmasterRateOffset = 1e-3;

/** A sender that stays away for so many of its intervals has gone when another is heard. */
const maxMissedIntervals = 4;

/** Before its interval is known. */
const initialPatience = timeIntervalFromNs(5_000_000_000);

export function stepSyntonisation(
  state: SyntonisationState | undefined,
  reading: SyncReading,
): SyntonisationState | undefined {
  // 13.3.2.9: the time it left its origin is not known.
  if (isTooBig(reading.correctionField)) return state;
  if (state === undefined) return startedWith(reading);
  const { following, window } = state;
  if (!isOf(following, reading)) {
    return hasGone(following, reading) ? startedWith(reading) : state;
  }
  const next = withReading(rateWindowSettings, window, clockReadingOf(reading));
  const latest = reading.syncEventIngressTimestamp;
  const interval = intervalBetween(following.latest, latest);
  const followed = { ...following, latest, ...(interval > 0n && { interval }) };
  return judged(next.restarted ? undefined : state.kind, followed, next.window);
}

function startedWith(reading: SyncReading): SyntonisationState {
  const { port, source, syncEventIngressTimestamp: latest } = reading;
  const { window } = withReading(rateWindowSettings, emptyRateWindow, clockReadingOf(reading));
  return { kind: 'unlocked', following: { port, source, latest }, window };
}

function clockReadingOf(reading: SyncReading) {
  return {
    local: reading.syncEventIngressTimestamp,
    remote: instantAfter(reading.preciseOriginTimestamp, reading.correctionField),
  };
}

function isOf({ port, source }: Following, reading: SyncReading): boolean {
  return port === reading.port && comparePortIdentity(source, reading.source) === 0;
}

/** Two senders in one domain, by turns, are not followed by turns. */
function hasGone({ latest, interval }: Following, reading: SyncReading): boolean {
  const silence = intervalBetween(latest, reading.syncEventIngressTimestamp);
  const patience =
    interval === undefined ? initialPatience : timeInterval(interval * BigInt(maxMissedIntervals));
  return silence < 0n || silence > patience;
}

function judged(
  before: SyntonisationState['kind'] | undefined,
  following: Following,
  window: RateWindow,
): SyntonisationState {
  const { fit } = window;
  if (fit === undefined) return { kind: 'unlocked', following, window };
  const { rateRatio, standardError } = fit;
  const kind = isGood(fit, before === 'locked') ? 'locked' : 'acquiring';
  return { kind, following, window, rateRatio, standardError };
}

function isGood({ rateRatio, standardError }: RateFit, locked: boolean): boolean {
  if (Math.abs(rateOffsetOf(rateRatio)) > maxGrandmasterRateOffset) return false;
  return standardError <= (locked ? maxErrorToStayLocked : maxErrorToLock);
}
