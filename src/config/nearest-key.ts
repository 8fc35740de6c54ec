/** Finds what somebody meant who mistyped a name. */

/** More edits than this in a short name is another name, not a slip. */
const maxEdits = 3;

/** @returns the candidate closest to `name`, or undefined when none is close */
export function nearestKey(name: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: editDistance(bare(name), bare(candidate)) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  const limit = Math.min(maxEdits, Math.ceil(name.length / 2));
  return best !== undefined && best.edits <= limit ? best.candidate : undefined;
}

/** `delay_asymmetry`, `delay-asymmetry` and `DelayAsymmetry` count as the same name, written in another way. */
function bare(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}

/** Levenshtein's distance: single-letter insertions, deletions and replacements. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [row, letter] of [...a].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...b].entries()) {
      current.push(
        Math.min(
          (previous[column] ?? 0) + (letter === other ? 0 : 1),
          (previous[column + 1] ?? 0) + 1,
          (current[column] ?? 0) + 1,
        ),
      );
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
