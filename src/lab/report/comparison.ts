/** Time errors of receivers with and without the correction, side by side. */
import { ErrorWindow, summaryOf } from './error-window.js';
import type { ErrorComparison } from './report.js';
import type { TimeError } from './time-error.js';

export class CorrectionComparison {
  #samples = 0;
  readonly #corrected = new ErrorWindow();
  readonly #uncorrected = new ErrorWindow();

  add({ correctedNs, uncorrectedNs }: TimeError): void {
    this.#samples += 1;
    this.#corrected.add(correctedNs);
    this.#uncorrected.add(uncorrectedNs);
  }

  get samples(): number {
    return this.#samples;
  }

  /** The summary of several receivers together. */
  static summary(comparisons: readonly CorrectionComparison[]): ErrorComparison {
    return {
      samples: comparisons.reduce((sum, comparison) => sum + comparison.#samples, 0),
      corrected: summaryOf(comparisons.map((comparison) => comparison.#corrected)),
      uncorrected: summaryOf(comparisons.map((comparison) => comparison.#uncorrected)),
    };
  }
}
