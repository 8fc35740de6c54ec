import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  comparePortIdentity,
  formatPortIdentity,
  parsePortIdentity,
  samePortIdentity,
} from '../../src/core/time/identity.js';
import { instantAfter, instantToNs } from '../../src/core/time/instant.js';
import {
  difference,
  isTooBig,
  maxTimeInterval,
  minTimeInterval,
  sumOf,
} from '../../src/core/time/time-interval.js';
import { instantFromTimestamp, timestampFromInstant } from '../../src/core/time/timestamp.js';
import { instants, portIdentities, timeIntervals, timestamps } from '../support/arbitraries.js';

const clamped = (units: bigint) =>
  units > maxTimeInterval ? maxTimeInterval : units < minTimeInterval ? minTimeInterval : units;

describe('TimeInterval', () => {
  it('adds and subtracts as integers do, clamped to 64 bits', () => {
    fc.assert(
      fc.property(timeIntervals, timeIntervals, (a, b) => {
        if (!isTooBig(a)) expect(difference(a, b)).toBe(clamped(a - b));
        if (!isTooBig(a) && !isTooBig(b)) expect(sumOf(a, b)).toBe(clamped(a + b));
      }),
    );
  });

  it('once too big stays so', () => {
    fc.assert(
      fc.property(timeIntervals, (other) => {
        expect(sumOf(maxTimeInterval, other)).toBe(maxTimeInterval);
        expect(difference(maxTimeInterval, other)).toBe(maxTimeInterval);
      }),
    );
  });
});

describe('Timestamp', () => {
  it('and its fraction are the instant', () => {
    fc.assert(
      fc.property(instants, (instant) => {
        const { timestamp, fraction } = timestampFromInstant(instant);
        expect(instantAfter(instantFromTimestamp(timestamp), fraction)).toBe(instant);
        expect(fraction).toBeGreaterThanOrEqual(0n);
        expect(fraction).toBeLessThan(65536n);
        expect(instantToNs(instantFromTimestamp(timestamp))).toBe(instantToNs(instant));
      }),
    );
  });

  it('becomes an instant and back', () => {
    fc.assert(
      fc.property(timestamps, (timestamp) => {
        expect(timestampFromInstant(instantFromTimestamp(timestamp)).timestamp).toEqual(timestamp);
      }),
    );
  });
});

describe('PortIdentity', () => {
  it('parses from its own text', () => {
    fc.assert(
      fc.property(portIdentities, (identity) => {
        expect(parsePortIdentity(formatPortIdentity(identity))).toEqual(identity);
      }),
    );
  });

  it('has an order that agrees with sameness and reverses', () => {
    fc.assert(
      fc.property(portIdentities, portIdentities, (a, b) => {
        expect(comparePortIdentity(a, b) === 0).toBe(samePortIdentity(a, b));
        expect(Math.sign(comparePortIdentity(a, b))).toBe(
          -Math.sign(comparePortIdentity(b, a)) + 0,
        );
      }),
    );
  });
});
