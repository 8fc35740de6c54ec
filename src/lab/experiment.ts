/** What `lab.ts` runs, whatever the type of the switch is, and how long both kinds wait for that switch. */
import type { LabReport } from './report/report.js';

/** All stations of a lab share the machine's processors with whatever else runs there: an answer may take a while. */
export const switchAnswerTimeoutMs = 30_000;

export interface Experiment {
  /** Starts every process; done when every receiver has had a sample, or when stopped. */
  readonly start: () => Promise<void>;
  /** Plays the scenario while the lab measures; resolves when it is over, or with the signal. */
  readonly play: (end: AbortSignal) => Promise<void>;
  /** @param elapsedSeconds since the start was done */
  readonly report: (elapsedSeconds: number) => Promise<LabReport>;
}
