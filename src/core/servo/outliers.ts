/** Offsets that are not believed one by one, and what they say in a row. */
import type { DurationNs } from '../time/instant.js';

export interface Outlier {
  readonly offset: DurationNs;
  /** Since the sample before it. */
  readonly elapsed: DurationNs;
}

/** So many of one sign, each by about as much further off as the one before, are no late messages but a rate. */
const enoughForRamp = 3;
/** Of the mean growth, what each must have at least; and the most that the first may have: a ramp begins where the clock was. */
const evenGrowth = 1 / 2;
const mostAtFirst = 3 / 2;

/** The rate at which they grow, if they do so evenly: clock seconds a second. */
export function rampOf(outliers: readonly Outlier[]): number | undefined {
  const latest = outliers.slice(-enoughForRamp);
  const [first, ...others] = latest;
  const last = others.at(-1);
  if (first === undefined || last === undefined || latest.length < enoughForRamp) return undefined;
  const span = others.reduce((sum, { elapsed }) => sum + elapsed, 0);
  const rate = (last.offset - first.offset) / span;
  const isEven = others.every(({ offset, elapsed }, index) => {
    const growth = (offset - (latest[index]?.offset ?? offset)) / elapsed;
    return growth / rate >= evenGrowth;
  });
  const before = outliers.slice(0, -latest.length).reduce((sum, { elapsed }) => sum + elapsed, 0);
  const grownAtFirst = first.offset / (rate * (before + first.elapsed));
  return isEven && grownAtFirst > 0 && grownAtFirst <= mostAtFirst ? rate : undefined;
}
