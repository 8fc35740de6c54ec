/** What a port of a boundary or ordinary clock is configured to do. */
import type { PortDS } from '../datasets/data-sets.js';
import type { Transport } from '../io.js';
import type { TimeInterval } from '../time/time-interval.js';
import type { Dialect } from './peer-delay.js';

/** Names and meaning as in portDS (8.2.15). */
export type ClockPortSettings = Omit<PortDS, 'portIdentity' | 'portState' | 'meanLinkDelay'> & {
  /** Index of the port in the data plane. */
  readonly port: number;
  readonly transport: Transport;
  /** Of its link, positive when the way in is the longer (7.4.2). */
  readonly delayAsymmetry: TimeInterval;
  /**
   * Of which other domains and sdoIds the link takes peer delay messages as long as nobody answers in the clock's own; of none unless
   * set. The delay of a link is the same in all of them.
   */
  readonly linkServes?: (dialect: Pick<Dialect, 'sdoId' | 'domainNumber'>) => boolean;
};
