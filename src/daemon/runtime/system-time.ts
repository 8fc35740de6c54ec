/**
 * The system clock beside the common timebase: the one place where it is told how far the two are apart. The timebase is
 * what the system clock would show, had nobody set or slewed it since the data plane was opened.
 */
import { instantFromNs, type Instant } from '../../core/time/instant.js';
import type { DataPlane } from '../../native/data-plane.js';

export interface SystemTime {
  /** What the system clock shows, CLOCK_REALTIME. */
  readonly shown: Instant;
  /** The common timebase at that moment: of the kind that time stamps are. */
  readonly common: Instant;
}

export function systemTimeOf(dataPlane: Pick<DataPlane, 'readClock'>): SystemTime {
  const reading = dataPlane.readClock('system');
  if (reading === null) throw new Error('the system clock can be read at any time');
  return { shown: instantFromNs(reading.clockNs), common: instantFromNs(reading.commonNs) };
}
