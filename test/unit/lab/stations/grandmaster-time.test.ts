import { expect, test } from 'vitest';
import type { Input } from '../../../../src/core/io.js';
import { instantFromNs, instantToNs } from '../../../../src/core/time/instant.js';
import {
  grandmasterTimeAt,
  OnGrandmasterTime,
} from '../../../../src/lab/stations/grandmaster-time.js';

const year = 365n * 86_400n * 1_000_000_000n;

test('the time of the grandmasters runs 10 ppm faster than the raw time stamps, since the epoch', () => {
  const aheadNs = (rawNs: bigint) => instantToNs(grandmasterTimeAt(instantFromNs(rawNs))) - rawNs;
  const now = 50n * year;
  // The rate is a floating point number: it is not 10 ppm to the last digit.
  expect(Number(aheadNs(now)) / Number(now)).toBeCloseTo(10e-6, 15);
  expect(Number(aheadNs(now + 1_000_000_000n) - aheadNs(now))).toBeCloseTo(10_000, -1);
});

test('a clock on it has every time stamp translated, and all else as it is', () => {
  const raw = instantFromNs(50n * year);
  const seen: Input[] = [];
  const clock = new OnGrandmasterTime({
    step: (input) => {
      seen.push(input);
      return [];
    },
  });
  const message: Input = {
    kind: 'message',
    port: 0,
    message: new Uint8Array(44),
    source: { kind: 'unicast', mac: '02:00:00:00:00:01' },
    toUnicast: false,
  };
  const link: Input = { kind: 'link', port: 0, up: true };
  clock.step({ ...message, ingressTimestamp: raw });
  clock.step({ kind: 'transmitTimestamp', port: 0, context: 3, egressTimestamp: raw });
  clock.step(message);
  clock.step(link);
  expect(seen).toEqual([
    { ...message, ingressTimestamp: grandmasterTimeAt(raw) },
    { kind: 'transmitTimestamp', port: 0, context: 3, egressTimestamp: grandmasterTimeAt(raw) },
    message,
    link,
  ]);
});
