/** What two builds' figures come to, each having taken part twice. */
import { expect, test } from 'vitest';
import {
  compare,
  comparisonTable,
  FIGURES,
  OTHER,
  OTHER_AGAIN,
  THIS,
  THIS_AGAIN,
} from '../../../bench/comparison.js';
import { Measurements } from '../../../bench/measurements.js';
import { metric } from '../../../bench/metrics.js';

/** Every figure of the other build is 100 and, the second time, `again`; those of this one are `ours`. */
function measured(
  ours: (figure: (typeof FIGURES)[number]) => number,
  again = 100,
  rounds = 3,
): Measurements {
  const measurements = new Measurements();
  for (const figure of FIGURES) {
    for (let round = 0; round < rounds; round++) {
      measurements.add(figure.name, OTHER, 100);
      measurements.add(figure.name, OTHER_AGAIN, again);
      measurements.add(figure.name, THIS, ours(figure));
      measurements.add(figure.name, THIS_AGAIN, ours(figure));
    }
  }
  return measurements;
}

test.each([
  [metric.start, 125, 0.8, 'worse'],
  [metric.start, 80, 1.25, 'as good'],
  [metric.twoPortPairs, 80, 0.8, 'worse'],
  [metric.twoPortPairs, 125, 1.25, 'as good'],
  [metric.twoPortPairs, 97, 0.97, 'as good'],
])('%s of %d for 100 is %d times as good: %s', (name, value, ratio, outcome) => {
  const figures = compare(measured((figure) => (figure.name === name ? value : 100)));
  const comparison = figures.find((figure) => figure.name === name);
  expect(comparison).toMatchObject({ ratio: { median: ratio, count: 6 }, outcome });
  expect(comparison).toMatchObject({ other: 100, this: value, otherToItself: [1, 1] });
});

test('no worse than the other build is than itself, whichever of its two turns was the better', () => {
  for (const again of [80, 125]) {
    const own = compare(measured(() => 100, again)).map(({ otherToItself }) => otherToItself);
    expect(new Set(own.map(String))).toEqual(new Set(['0.8,1.25']));
  }
  const figures = compare(measured(() => 82, 80));
  const capacity = figures.find(({ name }) => name === metric.twoPortPairs);
  expect(capacity).toMatchObject({
    ratio: { minimum: 0.82, median: (0.82 + 82 / 80) / 2, maximum: 82 / 80 },
    otherToItself: [0.8, 1.25],
    outcome: "within the other's own spread",
  });
});

test('of two rounds nobody can tell', () => {
  const outcomes = compare(measured(() => 50, 100, 2)).map(({ outcome }) => outcome);
  expect(new Set(outcomes)).toEqual(new Set(['too few repetitions']));
});

test('the table shows both ranges', () => {
  const table = comparisonTable(compare(measured(() => 125, 80)));
  expect(table).toContain(
    `| ${metric.twoPortPairs} (higher is better) | 90.0 | 125.0 | 1.406 | 1.250 to 1.563 | 0.800 to 1.250 | as good |`,
  );
});

test('only the figures of the suites that were chosen', () => {
  const names = compare(
    measured(() => 100),
    ['two-port-capacity', 'footprint'],
  ).map(({ name }) => name);
  expect(names).toEqual([metric.twoPortPairs, metric.start]);
});

test('a build that did not tell a figure is an error', () => {
  expect(() => compare(new Measurements())).toThrow(RangeError);
});
