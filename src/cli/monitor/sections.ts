/** How the lines of a screen are shared among what is to be seen on it. */
import type { Line } from './text.js';

export interface Section {
  /** Of so many lines at most; none of them where there is nothing to show. */
  readonly lines: (height: number) => readonly Line[];
  /** So many are to be seen of it whatever else there is. */
  readonly least: number;
  readonly wanted: number;
}

const blank: Line = [];

/**
 * One below the other with a blank line between them. Each has its least first; what is left goes to the first of them that
 * want more.
 * @returns `height` lines at most
 */
export function stacked(sections: readonly Section[], height: number): readonly Line[] {
  const shown = sections.filter(({ wanted }) => wanted > 0);
  let left = height - Math.max(0, shown.length - 1);
  const heights = shown.map(({ least, wanted }) => {
    const given = Math.max(0, Math.min(least, wanted, left));
    left -= given;
    return given;
  });
  for (const [at, { wanted }] of shown.entries()) {
    const more = Math.max(0, Math.min(wanted - heights[at]!, left));
    heights[at]! += more;
    left -= more;
  }
  return shown
    .flatMap(({ lines }, at) => {
      const part = heights[at]! > 0 ? lines(heights[at]!).slice(0, heights[at]) : [];
      return part.length === 0 ? [] : at === 0 ? part : [blank, ...part];
    })
    .slice(0, height);
}

/** The first of them, and how many more there are. */
export function firstOf(all: readonly Line[], height: number): readonly Line[] {
  if (all.length <= height) return all;
  const rest = all.length - height + 1;
  return [...all.slice(0, height - 1), [{ text: `and ${rest} more` }]];
}
