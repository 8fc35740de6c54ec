import { describe, expect, it } from 'vitest';
import { meanPathDelay, offsetFromMaster } from '../../../../src/core/exchange/offset.js';
import { uncorrected } from '../../../../src/lab/stations/time-receiver.js';
import { instantFromNs } from '../../../../src/core/time/instant.js';
import {
  maxTimeInterval,
  timeIntervalFromNs,
  timeIntervalToNs,
} from '../../../../src/core/time/time-interval.js';

/** Slave 500 ns ahead, 300 ns of path each way, residences of 40 ns down and 10 ns up. */
const sync = {
  sequenceId: 1,
  originTimestamp: instantFromNs(10_000n),
  syncEventIngressTimestamp: instantFromNs(10_000n + 300n + 40n + 500n),
  correctionField: timeIntervalFromNs(40),
};
const delay = {
  delayReqEventEgressTimestamp: instantFromNs(20_000n + 500n),
  receiveTimestamp: instantFromNs(20_000n + 300n + 10n),
  correctionField: timeIntervalFromNs(10),
};

describe('offsetFromMaster and meanPathDelay', () => {
  it('take every correction into account (11.2, 11.3.2)', () => {
    const path = meanPathDelay(sync, delay);
    expect(timeIntervalToNs(path)).toBe(300);
    expect(timeIntervalToNs(offsetFromMaster(sync, path))).toBe(500);
  });

  it('without corrections are out by the residences: half their sum, half their difference', () => {
    const path = meanPathDelay(uncorrected(sync), uncorrected(delay));
    expect(timeIntervalToNs(path)).toBe(300 + 25);
    expect(timeIntervalToNs(offsetFromMaster(uncorrected(sync), path))).toBe(500 + 15);
  });

  it('keep fractions of a nanosecond', () => {
    const path = meanPathDelay(sync, { ...delay, correctionField: timeIntervalFromNs(9.5) });
    expect(timeIntervalToNs(path)).toBe(300.25);
  });

  it('measure the path also between clocks 50 years apart, where the offset is saturated', () => {
    const ahead = 1_600_000_000_000_000_000n;
    const path = meanPathDelay(
      { ...sync, syncEventIngressTimestamp: instantFromNs(10_340n + ahead) },
      { ...delay, delayReqEventEgressTimestamp: instantFromNs(20_000n + ahead) },
    );
    expect(timeIntervalToNs(path)).toBe(300);
    expect(
      offsetFromMaster(
        { ...sync, syncEventIngressTimestamp: instantFromNs(10_340n + ahead) },
        path,
      ),
    ).toBe(maxTimeInterval);
  });
});
