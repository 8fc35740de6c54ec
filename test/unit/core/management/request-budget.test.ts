import { expect, test } from 'vitest';
import { RequestBudget } from '../../../../src/core/management/request-budget.js';
import { instantFromNs } from '../../../../src/core/time/instant.js';

test('so many requests in a second are answered, one burst at once and then as the time goes on', () => {
  let nowNs = 5_000_000_000n;
  const budget = new RequestBudget(
    () => 100,
    () => instantFromNs(nowNs),
  );
  const taken = (asked: number) =>
    Array.from({ length: asked }, () => budget.take()).filter(Boolean).length;
  expect(taken(1000)).toBe(100);
  nowNs += 100_000_000n;
  expect(taken(1000)).toBe(10);
  nowNs += 3_600_000_000_000n;
  expect(taken(1000)).toBe(100);
  nowNs -= 1_000_000_000n;
  expect(taken(1000)).toBe(0);
});
