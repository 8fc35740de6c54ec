/** Durations as people write them: `0ns`, `-35ns`, `1.2us`. */

const nanosecondsPerUnit: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
};

/** @returns nanoseconds, or undefined where the text is not a number with a unit */
export function parseDurationNs(text: string): number | undefined {
  const match = /^([+-]?(?:\d+(?:\.\d+)?|\.\d+))\s*(ns|us|µs|ms|s)$/.exec(text.trim());
  const perUnit = nanosecondsPerUnit[match?.[2] ?? ''];
  if (match === null || perUnit === undefined) return undefined;
  // Adding 0 turns the -0 of "-0ns" into 0.
  return Number((Number(match[1]) * perUnit).toPrecision(15)) + 0;
}
