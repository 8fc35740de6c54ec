/** What a port of a boundary or ordinary clock is configured to do. */
import type { PortDS } from '../datasets/data-sets.js';
import type { Transport } from '../io.js';
import type { TimeInterval } from '../time/time-interval.js';

/** Names and meaning as in portDS (8.2.15). */
export type ClockPortSettings = Omit<PortDS, 'portIdentity' | 'portState' | 'meanLinkDelay'> & {
  /** Index of the port in the data plane. */
  readonly port: number;
  readonly transport: Transport;
  /** Of its link, positive when the way in is the longer (7.4.2). */
  readonly delayAsymmetry: TimeInterval;
};
