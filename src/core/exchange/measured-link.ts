/**
 * What the measurements of one link say together (clause 11.4.2): its delay, filtered, and the rate of the neighbour's
 * clock, in whose seconds the neighbour tells its turnaround.
 */
import { medianOf } from '../servo/median.js';
import {
  emptyRateWindow,
  withReading,
  type RateWindow,
  type RateWindowSettings,
} from '../servo/rate-window.js';
import { samePortIdentity, type PortIdentity } from '../time/identity.js';
import { unityRateRatio, type RateRatio } from '../time/rate-ratio.js';
import { timeIntervalFromNs, type TimeInterval } from '../time/time-interval.js';
import {
  delaySampleOf,
  isPlausible,
  linkDelayNsOf,
  type LinkDelayRange,
  type LinkDelaySample,
} from './link-delay.js';
import type { PeerDelayMeasurement } from './peer-delay-exchange.js';

/** The neighbour that answers. It is kept while answers fail to come, because an oscillator keeps its rate meanwhile. */
export interface Neighbor {
  readonly portIdentity: PortIdentity;
  readonly rate: RateWindow;
  /**
   * The latest ratio that was known well enough. It is kept when the neighbour's clock is set, because to use it is nearer
   * the truth than to use none.
   */
  readonly rateRatio?: RateRatio;
}

export interface MeasuredLink {
  readonly neighbor: Neighbor;
  /** Oldest first. */
  readonly samples: readonly LinkDelaySample[];
  /** The median of their delays, all computed with the ratio that is known now, also those measured before it was known. */
  readonly meanLinkDelay: TimeInterval;
}

/** Delays that the median is taken of: at one a second, a change of the path shows after five seconds. */
export const linkDelayMedianLength = 9;

const rateWindowSettings: RateWindowSettings = {
  maxReadings: 32,
  minSpacing: timeIntervalFromNs(100_000_000),
  maxSpan: timeIntervalFromNs(64_000_000_000),
};

/** 1 ppm of a turnaround of 1 ms is 1 ns; a ratio known worse than that is not applied. */
const maxRateRatioError = 1e-6;

/**
 * The link after one more measurement; undefined of one that is not plausible. `neighbor`: who answered last, if anyone;
 * `samples`: of that neighbour's link, none where it is measured anew.
 */
export function withMeasurement(
  plausible: LinkDelayRange,
  neighbor: Neighbor | undefined,
  samples: readonly LinkDelaySample[],
  measurement: PeerDelayMeasurement,
): MeasuredLink | undefined {
  const { responder } = measurement;
  // Another neighbour is at the end of another link, whose measurements do not count.
  const same = neighbor !== undefined && samePortIdentity(neighbor.portIdentity, responder);
  const answering = withNeighborReading(same ? neighbor : newNeighbor(responder), measurement);
  const ratio = answering.rateRatio ?? unityRateRatio;
  const sample = delaySampleOf(measurement);
  if (!isPlausible(plausible, linkDelayNsOf(sample, ratio))) return undefined;
  const latest = same ? [...samples.slice(1 - linkDelayMedianLength), sample] : [sample];
  const medianNs = medianOf(latest.map((each) => linkDelayNsOf(each, ratio)));
  return { neighbor: answering, samples: latest, meanLinkDelay: timeIntervalFromNs(medianNs) };
}

function newNeighbor(portIdentity: PortIdentity): Neighbor {
  return { portIdentity, rate: emptyRateWindow };
}

/** The Pdelay_Resp on both clocks: t3 and t4. */
function withNeighborReading(known: Neighbor, measurement: PeerDelayMeasurement): Neighbor {
  const { neighbor, pdelayRespEventIngressTimestamp } = measurement;
  if (neighbor === undefined) return known;
  const { window: rate } = withReading(rateWindowSettings, known.rate, {
    local: pdelayRespEventIngressTimestamp,
    remote: neighbor.responseOriginTimestamp,
  });
  const rateRatio = rateRatioOf(rate) ?? known.rateRatio;
  return { portIdentity: known.portIdentity, rate, ...(rateRatio !== undefined && { rateRatio }) };
}

/** Undefined while it is not known well enough. */
function rateRatioOf({ fit }: RateWindow): RateRatio | undefined {
  return fit !== undefined && fit.standardError <= maxRateRatioError ? fit.rateRatio : undefined;
}
