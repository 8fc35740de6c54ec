/** From the four times of a peer delay exchange to meanLinkDelay (clause 11.4.2), and which values a link can have. */
import { intervalBetween } from '../time/instant.js';
import { rateOffsetOf, type RateRatio } from '../time/rate-ratio.js';
import {
  difference,
  half,
  timeInterval,
  timeIntervalFromNs,
  type TimeInterval,
} from '../time/time-interval.js';
import { turnaroundOf, type PeerDelayMeasurement } from './peer-delay-exchange.js';

/** 10 ms: 2,000 km of fibre. A longer "link" is a clock that was set between two of its time stamps. */
export const maxMeanLinkDelay = timeIntervalFromNs(10_000_000);

/**
 * -1 us: no delay is negative, but a short one measured with coarse time stamps, or with latencies that nobody has
 * configured, can come out so. It is used as it is: its error is that of the positive values beside it.
 */
export const minMeanLinkDelay = timeIntervalFromNs(-1_000);

/**
 * 11.4.2: ((t4 - t1) - (t3 - t2) - corrections) / 2, where t3 - t2 is brought from the neighbour's seconds to ours:
 * at 100 ppm a turnaround of 1 ms would else be 100 ns too long.
 *
 * Deviation: delayAsymmetry is neither subtracted from the Pdelay_Req sent (11.6.4) nor added to the Pdelay_Resp received
 * (11.6.5). A responder returns the former, so both cancel out of the mean; one by IEEE 802.1AS does not return it, and
 * would be measured wrong. The asymmetry itself goes where it counts: into the Sync (11.6.2), by the forwarder.
 */
export function meanLinkDelayOf(
  measurement: PeerDelayMeasurement,
  neighborRateRatio: RateRatio,
): TimeInterval {
  const { pdelayReqEventEgressTimestamp, pdelayRespEventIngressTimestamp } = measurement;
  return half(
    difference(
      difference(
        intervalBetween(pdelayReqEventEgressTimestamp, pdelayRespEventIngressTimestamp),
        inLocalSeconds(turnaroundOf(measurement), neighborRateRatio),
      ),
      measurement.correctionField,
    ),
  );
}

/** The difference alone is calculated in floating point: it is small, so nothing of the whole is lost. */
function inLocalSeconds(interval: TimeInterval, neighborRateRatio: RateRatio): TimeInterval {
  const gained = Number(interval) * (rateOffsetOf(neighborRateRatio) / neighborRateRatio);
  return timeInterval(interval - BigInt(Math.round(gained)));
}

export function isPlausible(meanLinkDelay: TimeInterval): boolean {
  return meanLinkDelay >= minMeanLinkDelay && meanLinkDelay <= maxMeanLinkDelay;
}
