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
  expect(outcomeOf(spread, twice, { everyOne: true })).toBe('within noise');
});

test.each([
  ['at least', [2.1, 3, 3.2], 'reached'],
  ['at least', [1.9, 3, 3.2], "at the rig's ceiling"],
  ['at least', [1.1, 1.2, 1.3], "at the rig's ceiling"],
  ['at most', [2.1, 3, 3.2], "at the rig's ceiling"],
  ['at most', [1.1, 1.2, 1.3], 'missed'],
  ['unknown', [2.1, 3, 3.2], "at the rig's ceiling"],
  ['at least', [2.1, 3], 'too few repetitions'],
] as const)('of at least 2, what is %s %j is %s', (bound, values, outcome) => {
  expect(outcomeOf(spreadOf(values), twice, { bound })).toBe(outcome);
});

test('of a limit from above, what is at least so much can only miss it for certain', () => {
  const atMost = { value: 0.8, side: 'at most' } as const;
  const bound = 'at least';
  expect(outcomeOf(spreadOf([0.5, 0.6, 0.7]), atMost, { bound })).toBe("at the rig's ceiling");
  expect(outcomeOf(spreadOf([0.9, 1, 1.1]), atMost, { bound })).toBe('missed');
});

test('the median of an even number is halfway between the two in the middle', () => {
  expect(spreadOf([1, 4, 2, 9]).median).toBe(3);
});

test('of nothing there is no spread', () => {
  expect(() => spreadOf([])).toThrow(RangeError);
});
