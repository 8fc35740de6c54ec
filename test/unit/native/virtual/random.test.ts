import { expect, test } from 'vitest';
import { RandomStream } from '../../../../src/native/virtual/random.js';
import { draw } from '../../../../src/native/virtual/spread.js';

const numbers = (count: number, next: () => number) => Array.from({ length: count }, next);

test('a seed and a name repeat their numbers; another seed or name has others', () => {
  const of = (seed: number, name: string) => {
    const stream = new RandomStream(seed, name);
    return numbers(8, () => stream.uniform());
  };
  expect(of(1, 'a')).toEqual(of(1, 'a'));
  expect(of(1, 'a')).not.toEqual(of(2, 'a'));
  expect(of(1, 'a')).not.toEqual(of(1, 'b'));
});

test('uniform numbers fill the range from 0 to 1', () => {
  const stream = new RandomStream(3, 'uniform');
  const counts = new Array<number>(10).fill(0);
  for (const number of numbers(100_000, () => stream.uniform())) {
    const bin = Math.floor(number * 10);
    counts[bin] = (counts[bin] ?? NaN) + 1;
  }
  // Each bin is expected to hold 10,000 with a standard deviation of 95.
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(5 * 95);
});

test('normal numbers have mean 0 and deviation 1', () => {
  const stream = new RandomStream(4, 'normal');
  const sample = numbers(100_000, () => stream.normal());
  const mean = sample.reduce((sum, number) => sum + number, 0) / sample.length;
  const variance = sample.reduce((sum, number) => sum + (number - mean) ** 2, 0) / sample.length;
  expect(Math.abs(mean)).toBeLessThan(0.02);
  expect(Math.abs(variance - 1)).toBeLessThan(0.03);
});

test('chance 0 never happens, chance 1 always', () => {
  const stream = new RandomStream(5, 'chance');
  expect(numbers(100, () => Number(stream.chance(0)))).not.toContain(1);
  expect(numbers(100, () => Number(stream.chance(1)))).not.toContain(0);
});

test('spreads keep to their bounds and their mean', () => {
  const stream = new RandomStream(6, 'spread');
  expect(draw(700, stream)).toBe(700);
  const uniform = numbers(1_000, () => draw({ kind: 'uniform', fromNs: 10, toNs: 20 }, stream));
  expect(Math.min(...uniform)).toBeGreaterThanOrEqual(10);
  expect(Math.max(...uniform)).toBeLessThan(20);
  const queue = { kind: 'exponential', fromNs: 100, meanNs: 300, atMostNs: 1_000 } as const;
  const exponential = numbers(20_000, () => draw(queue, stream));
  expect(Math.min(...exponential)).toBeGreaterThanOrEqual(100);
  expect(Math.max(...exponential)).toBe(1_000);
  const mean = exponential.reduce((sum, ns) => sum + ns, 0) / exponential.length;
  expect(mean).toBeGreaterThan(290); // 300, less what the upper bound cuts off
  expect(mean).toBeLessThan(300);
});
