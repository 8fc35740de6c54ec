/** The interface of a lab to `lab.ts`, which runs it whatever the type of its switch is. */
import type { LabReport } from './report/report.js';

export interface Experiment {
  /** Starts every process; done when every receiver has had a sample, or when stopped. */
  readonly start: () => Promise<void>;
  /** Plays the scenario while the lab measures; resolves when it is over, or with the signal. */
  readonly play: (end: AbortSignal) => Promise<void>;
  /** @param elapsedSeconds since the start was done */
  readonly report: (elapsedSeconds: number) => Promise<LabReport>;
}
