/** The list of leap seconds, as the IERS publishes it. */
import { expect, test } from 'vitest';
import { leapSecondAt } from '../../../../src/core/datasets/leap-second.js';
import { listedAt, parseLeapSecondsList } from '../../../../src/core/datasets/leap-seconds-list.js';
import { instantFromNs } from '../../../../src/core/time/instant.js';

/** The end of the list of July 2025. */
const text = `#	ATOMIC TIME
#	3 $	3960835200
#$	3960835200
#@	3991593600
#
3550089600      35      # 1 Jul 2012
3644697600      36      # 1 Jul 2015
3692217600      37      # 1 Jan 2017
#h	49db2447 571e5e1b 2f002a53 9c8da8e4 39b8e49e
`;

const utc = (date: string) => BigInt(Date.parse(date)) / 1_000n;
const tai = (date: string, offset: bigint) => instantFromNs((utc(date) + offset) * 1_000_000_000n);

test('the offset of a time is that of the latest leap second, and the next one is known', () => {
  const list = parseLeapSecondsList(text)!;
  expect(list.expires).toBe(utc('2026-06-28T00:00:00Z'));
  const of2017 = leapSecondAt(utc('2017-01-01T00:00:00Z'), 36, 1);
  expect(listedAt(list, tai('2016-12-31T23:59:59Z', 36n))).toEqual({ utcOffset: 36, next: of2017 });
  // The inserted second, 23:59:60.
  expect(listedAt(list, tai('2017-01-01T00:00:00Z', 36n)).utcOffset).toBe(37);
  expect(listedAt(list, tai('2025-09-01T00:00:00Z', 37n))).toEqual({
    ...{ utcOffset: 37, next: undefined },
  });
  expect(listedAt(list, tai('2000-01-01T00:00:00Z', 32n)).utcOffset).toBe(35);
});

test.each([
  ['', 'nothing'],
  ['<html>404</html>', 'something else'],
  ['3692217600 37\n', 'no date of expiry'],
  ['#@ 3991593600\n', 'no offset'],
  ['#@ 3991593600\n3644697600 35\n3692217600 37\n', 'a gap'],
  ['#@ 3991593600\n3692217600 37\n3644697600 38\n', 'out of order'],
  ['#@ 3991593600\n3692217600 37\n3692217600 38\n', 'twice the same time'],
  ['#@ 3991593600\n2272060800 99999\n', 'an offset that cannot be'],
  [`#@ 3991593600\n2272060800 ${'9'.repeat(400)}\n`, 'one that is no number'],
])('%j is no list: %s', (other) => {
  expect(parseLeapSecondsList(other)).toBeUndefined();
});
