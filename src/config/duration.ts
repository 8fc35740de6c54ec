/** Durations as people write them: `0ns`, `-35ns`, `1.2us`, and `0`, which is the same in every unit; and rates: `500ppm`. */

/** Both letters that look like it: the micro sign and the Greek mu. */
const nanosecondsPerUnit: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  '\u00b5s': 1e3,
  '\u03bcs': 1e3,
  ms: 1e6,
  s: 1e9,
};

/** @returns nanoseconds, or undefined where the text is not a number with a unit */
export function parseDurationNs(text: string): number | undefined {
  if (/^[+-]?0$/.test(text.trim())) return 0;
  const match = /^([+-]?(?:\d+(?:\.\d+)?|\.\d+))\s*(ns|us|\u00b5s|\u03bcs|ms|s)$/.exec(text.trim());
  const perUnit = nanosecondsPerUnit[match?.[2] ?? ''];
  if (match === null || perUnit === undefined) return undefined;
  // Adding 0 turns the -0 of "-0ns" into 0.
  return Number((Number(match[1]) * perUnit).toPrecision(15)) + 0;
}

const perRateUnit: Readonly<Record<string, number>> = { '%': 1e-2, ppm: 1e-6, ppb: 1e-9 };

/** @returns 1e-6 for 1 ppm, or undefined where the text is not a number with a unit */
export function parseRate(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*(%|ppm|ppb)$/.exec(text.trim());
  const perUnit = perRateUnit[match?.[2] ?? ''];
  if (match === null || perUnit === undefined) return undefined;
  return Number((Number(match[1]) * perUnit).toPrecision(15));
}
