import { expect, test } from 'vitest';
import { formatNs, perSecond, thousands } from '../../../../src/cli/formats/numbers.js';

test.each([
  [null, '-'],
  [0, '0 ns'],
  [850.4, '850 ns'],
  [999.4, '999 ns'],
  [999.6, '1.00 us'],
  [9_994, '9.99 us'],
  [9_996, '10.0 us'],
  [123_456, '123 us'],
  [999_600, '1.00 ms'],
  [4_300_000_000, '4.30 s'],
])('%s ns is %s', (ns, text) => {
  expect(formatNs(ns)).toBe(text);
});

test('counts have their thousands apart', () => {
  expect([0, 999, 1000, 1234567, 12345678901].map(thousands)).toEqual([
    ...['0', '999', '1,000', '1,234,567', '12,345,678,901'],
  ]);
});

test.each([
  [0, '0'],
  [0.25, '0.25'],
  [16.02, '16.0'],
  [128.4, '128'],
  [12_345.6, '12,346'],
])('%s a second', (rate, text) => {
  expect(perSecond(rate)).toBe(text);
});
