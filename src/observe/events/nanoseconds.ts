/** Lengths of time as an event tells them. */

export function inWords(ns: number): string {
  const size = Math.abs(ns);
  if (size >= 1e9) return `${(ns / 1e9).toPrecision(4)} s`;
  if (size >= 1e6) return `${(ns / 1e6).toPrecision(4)} ms`;
  return size >= 1e4 ? `${(ns / 1e3).toPrecision(4)} us` : `${Math.round(ns)} ns`;
}
