import { expect, test } from 'vitest';
import { formatNs, linkText } from '../../../../src/cli/formats/stats.js';

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

test('the link of a port that is kept out is told with the other port of the loop', () => {
  expect(linkText({ link: 'up', isolation: null })).toBe('up');
  expect(linkText({ link: 'up', isolation: { loopWith: 'eth1' } })).toBe(
    'up, isolated: loop with eth1',
  );
});
