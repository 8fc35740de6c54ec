import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDurationNs } from '../../../src/config/duration.js';

test.each([
  ['0ns', 0],
  ['-0ns', 0],
  ['-35ns', -35],
  ['+4 ns', 4],
  ['1.2us', 1200],
  ['1.2\u00b5s', 1200],
  ['1.2\u03bcs', 1200],
  ['0', 0],
  ['.5ms', 500_000],
  ['1s', 1e9],
  [' 7ns ', 7],
  ['0.1us', 100],
])('%s is %d ns', (text, ns) => {
  expect(parseDurationNs(text)).toBe(ns);
});

test.each([
  '',
  '35',
  'ns',
  '1.ns',
  '1,2us',
  '1e3ns',
  '0x10ns',
  '3 min',
  '1ns 2ns',
  'NaNns',
  '--1ns',
])('"%s" is not a duration', (text) => {
  expect(parseDurationNs(text)).toBeUndefined();
});

test('whole microseconds stay whole nanoseconds', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e6, max: 1e6 }), (microseconds) => {
      expect(parseDurationNs(`${microseconds}us`)).toBe(microseconds * 1000 + 0);
    }),
  );
});
