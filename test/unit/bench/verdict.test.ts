/** What repetitions allow to be said of a target. */
import { expect, test } from 'vitest';
import { outcomeOf, rangeToJudge, spreadOf } from '../../../bench/verdict.js';

const twice = { value: 2, side: 'at least' } as const;

test.each([
  [[2, 3.9, 4], 'reached'],
  [[1.2, 1.5, 1.99], 'missed'],
  [[1.99, 3.9, 4], 'within noise'],
  [[3.9, 4], 'too few repetitions'],
] as const)('of at least 2, %j is %s', (values, outcome) => {
  expect(outcomeOf(spreadOf(values), twice)).toBe(outcome);
});

test('of a limit from above the largest is the worst', () => {
  const atMost = { value: 0.8, side: 'at most' } as const;
  expect(outcomeOf(spreadOf([0.7, 0.75, 0.8]), atMost)).toBe('reached');
  expect(outcomeOf(spreadOf([0.7, 0.75, 0.81]), atMost)).toBe('within noise');
  expect(outcomeOf(spreadOf([0.9, 0.95, 0.81]), atMost)).toBe('missed');
});

test('of eight or more the middle half decides, unless every one must hold', () => {
  const spread = spreadOf([1, 3, 3, 3, 3, 3, 3, 9]);
  expect(rangeToJudge(spread)).toEqual([3, 3]);
  expect(outcomeOf(spread, twice)).toBe('reached');
  expect(outcomeOf(spread, twice, true)).toBe('within noise');
});

test('of nothing there is no spread', () => {
  expect(() => spreadOf([])).toThrow(RangeError);
});
