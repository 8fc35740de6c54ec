/** A series as a row of bars, one character each. */
import type { Series } from './observation.js';

const blocks = '▁▂▃▄▅▆▇█';
const letters = '_.-:=+*#';

/**
 * The latest `width` values, the newest at the right, from zero to the largest magnitude among them; what was not measured
 * is a gap.
 */
export function sparkline(series: Series, width: number, hasBlocks: boolean): string {
  const latest = series.slice(-width);
  const largest = Math.max(...latest.map((value) => Math.abs(value ?? 0)));
  const levels = hasBlocks ? blocks : letters;
  const bars = latest.map((value) => {
    if (value === null) return ' ';
    const share = largest === 0 ? 0 : Math.abs(value) / largest;
    return levels[Math.min(levels.length - 1, Math.floor(share * levels.length))]!;
  });
  return bars.join('').padStart(width);
}
