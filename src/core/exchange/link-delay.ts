/** From the four times of a peer delay exchange to meanLinkDelay (clause 11.4.2), and which values a link can have. */
import { intervalBetween } from '../time/instant.js';
import { rateOffsetOf, type RateRatio } from '../time/rate-ratio.js';
import { difference, timeIntervalToNs } from '../time/time-interval.js';
import { turnaroundOf, type PeerDelayMeasurement } from './peer-delay-exchange.js';

/** The delays that a link can have, which is for a profile to say (profile/profile.ts), nanoseconds. */
export interface LinkDelayRange {
  readonly min: number;
  readonly max: number;
}

/** One measurement of a link, without what the rates of its two clocks make of it. */
export interface LinkDelaySample {
  /** What the delay would be if the neighbour's seconds were ours. */
  readonly delayNs: number;
  /** How long the neighbour held the request, by its own clock. */
  readonly turnaroundNs: number;
}

/**
 * 11.4.2: ((t4 - t1) - (t3 - t2) - corrections) / 2.
 *
 * Deviation: delayAsymmetry is neither subtracted from the Pdelay_Req sent (11.6.4) nor added to the Pdelay_Resp received
 * (11.6.5). A responder returns the former, so both cancel out of the mean; one by IEEE 802.1AS does not return it, and
 * would be measured wrong. The asymmetry itself goes where it counts: into the Sync (11.6.2), by the forwarder.
 */
export function delaySampleOf(measurement: PeerDelayMeasurement): LinkDelaySample {
  const { pdelayReqEventEgressTimestamp, pdelayRespEventIngressTimestamp } = measurement;
  const turnaround = turnaroundOf(measurement);
  const thereAndBack = difference(
    difference(
      intervalBetween(pdelayReqEventEgressTimestamp, pdelayRespEventIngressTimestamp),
      turnaround,
    ),
    measurement.correctionField,
  );
  return {
    delayNs: timeIntervalToNs(thereAndBack) / 2,
    turnaroundNs: timeIntervalToNs(turnaround),
  };
}

/** The neighbour's turnaround in our seconds: a turnaround of 1 ms would otherwise be 100 ns too long at 100 ppm. */
export function linkDelayNsOf(
  { delayNs, turnaroundNs }: LinkDelaySample,
  neighborRateRatio: RateRatio,
): number {
  return delayNs + (turnaroundNs * (rateOffsetOf(neighborRateRatio) / neighborRateRatio)) / 2;
}

export function isPlausible({ min, max }: LinkDelayRange, meanLinkDelayNs: number): boolean {
  return meanLinkDelayNs >= min && meanLinkDelayNs <= max;
}
