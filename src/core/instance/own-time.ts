/**
 * What a clock goes by while it is the grandmaster: the source of its time, which the world around the core reads for it, and
 * what may be said of that time (9.4).
 */
import type { TimePropertiesDS } from '../datasets/data-sets.js';
import type { Instant } from '../time/instant.js';

/** What the source showed, in the timescale that is told. */
export interface SourceReading {
  /** Raw time stamp of the reading. */
  readonly raw: Instant;
  readonly time: Instant;
  /** Seconds of the source per raw second, minus 1. */
  readonly rateOffset: number;
}

export interface OwnTime {
  /** Now, as a raw time stamp. */
  readonly now: Instant;
  /** Absent: there is no source, or it cannot be read now; the clock goes on at the rate that it has. */
  readonly reading?: SourceReading;
  readonly timePropertiesDS: TimePropertiesDS;
}

/** The time with which a clock begins that has known it before. */
export interface StartingPoint {
  /** Seconds of its time per raw second, minus 1, as a master has taught it. */
  readonly rateOffset: number;
  /** The time itself, where something has kept it; ptpTimescale and currentUtcOffset are those of the grandmaster that was lost. */
  readonly kept?: Omit<SourceReading, 'rateOffset'> &
    Pick<TimePropertiesDS, 'ptpTimescale' | 'currentUtcOffset'>;
}
