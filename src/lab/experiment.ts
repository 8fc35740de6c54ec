/** What a lab consists of, whatever its switch is: `lab.ts` runs it, and knows no more of it than this. */
import type { LabReport } from './report/report.js';

export interface Experiment {
  /** Starts every process; done when every receiver has had a sample, or when stopped. */
  readonly start: () => Promise<void>;
  /** Makes happen what is to happen while it is measured; done when all has, or with the signal. */
  readonly play: (end: AbortSignal) => Promise<void>;
  /** @param elapsedSeconds since the start was done */
  readonly report: (elapsedSeconds: number) => Promise<LabReport>;
}
