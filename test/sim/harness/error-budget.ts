/** Where along a chain of boundary clocks the time error comes from. */
import { errorsOf, type ErrorSummary, type TimeError } from './samples.js';

export interface Hop extends ErrorSummary {
  /** From the grandmaster. */
  readonly stepsRemoved: number;
  /** What this hop adds: the root mean square of its clock's error against the clock before it. */
  readonly addedNs: number;
}

/**
 * From the error of each clock against the grandmaster, the nearest first, all looked at in the same moments; from that
 * second on.
 */
export function errorBudget(
  errors: readonly (readonly TimeError[])[],
  fromSecond: number,
): readonly Hop[] {
  return errors.map((ofHop, index) => {
    const before = errors[index - 1];
    const added = ofHop.map(({ seconds, errorNs }, at) => ({
      seconds,
      errorNs: errorNs - (before?.[at]?.errorNs ?? 0),
    }));
    return {
      ...errorsOf(ofHop, fromSecond),
      stepsRemoved: index + 1,
      addedNs: errorsOf(added, fromSecond).rmsNs,
    };
  });
}

/** As a table, for whoever runs the scenario. */
export function printErrorBudget(title: string, hops: readonly Hop[]): void {
  const row = (...cells: readonly string[]) => cells.map((cell) => cell.padStart(9)).join('');
  console.log(
    [
      `error budget, ${title} (ns)`,
      row('hop', 'mean', 'rms', 'worst', 'adds'),
      ...hops.map(({ stepsRemoved, meanNs, rmsNs, worstNs, addedNs }) =>
        row(String(stepsRemoved), ...[meanNs, rmsNs, worstNs, addedNs].map((ns) => ns.toFixed(2))),
      ),
    ].join('\n'),
  );
}
