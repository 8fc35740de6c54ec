/** From the four times of a Sync and a delay exchange to meanPathDelay and offsetFromMaster: clauses 11.2, 11.3.2. */
import { intervalBetween } from '../time/instant.js';
import { difference, half, sumOf, type TimeInterval } from '../time/time-interval.js';
import type { DelayMeasurement } from './delay-exchange.js';
import type { SyncMeasurement } from './sync-exchange.js';

/**
 * 11.3.2: ((t2 - t3) + (t4 - t1) - corrections) / 2. In this order each difference is taken on one clock, so it is
 * small and exact however far the two clocks are apart; t2 - t1 would saturate on clocks that are days apart.
 */
export function meanPathDelay(sync: SyncMeasurement, delay: DelayMeasurement): TimeInterval {
  return half(
    difference(
      sumOf(
        intervalBetween(delay.delayReqEventEgressTimestamp, sync.syncEventIngressTimestamp),
        intervalBetween(sync.originTimestamp, delay.receiveTimestamp),
      ),
      sumOf(sync.correctionField, delay.correctionField),
    ),
  );
}

/** 11.2: t2 - t1 - meanPathDelay - corrections; positive when the slave is ahead. */
export function offsetFromMaster(sync: SyncMeasurement, delay: TimeInterval): TimeInterval {
  return difference(
    intervalBetween(sync.originTimestamp, sync.syncEventIngressTimestamp),
    sumOf(delay, sync.correctionField),
  );
}
