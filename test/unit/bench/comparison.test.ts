/** What two builds' figures come to, each having taken part twice. */
import { expect, test } from 'vitest';
import {
  compare,
  FIGURES,
  OTHER,
  OTHER_AGAIN,
  THIS,
  THIS_AGAIN,
} from '../../../bench/comparison.js';
import { Measurements } from '../../../bench/measurements.js';
import { metric } from '../../../bench/metrics.js';

/** Every figure of the other build is 100 and, the second time, `again`; those of this one are `ours`. */
function measured(ours: (figure: (typeof FIGURES)[number]) => number, again = 100): Measurements {
  const measurements = new Measurements();
  for (const figure of FIGURES) {
    for (let round = 0; round < 3; round++) {
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
  const figures = compare(measured(() => 85, 80));
  const capacity = figures.find(({ name }) => name === metric.twoPortPairs);
  expect(capacity).toMatchObject({
    ratio: { median: 0.85 },
    otherToItself: [0.8, 1.25],
    outcome: "within the other's own spread",
  });
});

test('a build that did not tell a figure is an error', () => {
  expect(() => compare(new Measurements())).toThrow(RangeError);
});
