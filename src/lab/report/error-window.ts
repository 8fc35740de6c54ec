/** The latest time errors of a receiver, and their median, 99th percentile and maximum. */

/** Statistics of the absolute values of errors, in nanoseconds. */
export interface ErrorSummary {
  readonly medianNs: number;
  readonly p99Ns: number;
  readonly worstNs: number;
}

/**
 * More than eight minutes at 16 Sync/s. Older errors no longer count, so that a lab without end needs no more memory.
 */
export const maxErrors = 8192;

export class ErrorWindow {
  readonly #sizesNs = new Float64Array(maxErrors);
  #count = 0;

  add(errorNs: number): void {
    this.#sizesNs[this.#count % maxErrors] = Math.abs(errorNs);
    this.#count += 1;
  }

  /** In no particular order. */
  sizesNs(): Float64Array {
    return this.#sizesNs.slice(0, Math.min(this.#count, maxErrors));
  }
}

/** Of several receivers together; null before the first error. Percentiles are errors that occurred: the nearest rank. */
export function summaryOf(windows: readonly ErrorWindow[]): ErrorSummary | null {
  const sizesNs = Float64Array.from(windows.flatMap((window) => [...window.sizesNs()]));
  if (sizesNs.length === 0) return null;
  const sorted = sizesNs.sort();
  const rank = (fraction: number): number => sorted[Math.ceil(fraction * sorted.length) - 1] ?? 0;
  return { medianNs: rank(0.5), p99Ns: rank(0.99), worstNs: rank(1) };
}
