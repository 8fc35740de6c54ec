/** What the ports of a clock tell of its time: synchronizationUncertain (1588-2019, table 37), and the leap second to come. */
import { describe, expect, test } from 'vitest';
import { ClockDataSets } from '../../../../src/core/instance/clock-data-sets.js';
import { defaultProfile } from '../../../../src/core/profile/default.js';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import { durationNs, instantFromNs, type Instant } from '../../../../src/core/time/instant.js';
import { Flag } from '../../../../src/core/wire/header.js';
import type { AnnounceBody } from '../../../../src/core/wire/messages/announce.js';
import { announceFrom, portIdentityOf } from '../../../support/announces.js';

function dataSets(): ClockDataSets {
  const quality = { clockClass: 248, clockAccuracy: 0xfe, offsetScaledLogVariance: 0xffff };
  return new ClockDataSets(
    {
      ...{ clockIdentity: clockIdentity(9n), numberPorts: 2, priority1: 128, priority2: 128 },
      ...{ clockQuality: quality, domainNumber: 0, sdoId: 0, slaveOnly: false },
    },
    false,
    defaultProfile.clockClasses,
  );
}

const announcing = (flagField: number, body: Partial<AnnounceBody> = {}) =>
  announceFrom(portIdentityOf(1n), body, { flagField });
const uncertain = (sets: ClockDataSets, locked: boolean) =>
  (sets.announced(locked).announceFlags & Flag.synchronizationUncertain) !== 0;

describe('synchronizationUncertain', () => {
  test('is said until this clock is in lock, and as long as its parent says so', () => {
    const sets = dataSets();
    sets.takeParent(announcing(0));
    expect([uncertain(sets, false), uncertain(sets, true)]).toEqual([true, false]);
    sets.takeParent(announcing(Flag.synchronizationUncertain));
    expect([uncertain(sets, false), uncertain(sets, true)]).toEqual([true, true]);
    sets.takeParent(announcing(0));
    expect(uncertain(sets, true)).toBe(false);
  });

  test('a grandmaster has nobody to be far from', () => {
    const sets = dataSets();
    expect(uncertain(sets, false)).toBe(false);
    sets.takeParent(announcing(Flag.synchronizationUncertain));
    sets.becomeGrandmaster();
    expect(uncertain(sets, false)).toBe(false);
  });

  test('other flags go with it', () => {
    const sets = dataSets();
    sets.takeParent(announcing(Flag.ptpTimescale));
    expect(sets.announced(false).announceFlags).toBe(
      Flag.ptpTimescale | Flag.synchronizationUncertain,
    );
  });
});

describe('the leap second that the grandmaster has announced', () => {
  const holdover = { duration: durationNs(60e9) };
  const valid = Flag.ptpTimescale | Flag.currentUtcOffsetValid;
  const ptp = (text: string): Instant =>
    instantFromNs(BigInt(Date.parse(text)) * 1_000_000n + 37_000_000_000n);
  const announced = (currentUtcOffset = 37) =>
    announcing(valid | Flag.leap61, {
      ...{ currentUtcOffset },
      grandmasterClockQuality: { clockClass: 6, clockAccuracy: 0x21, offsetScaledLogVariance: 1 },
    });
  const following = (times: readonly Instant[]): ClockDataSets => {
    const sets = dataSets();
    sets.takeParent(announced());
    for (const time of times) sets.passTime(time, false);
    return sets;
  };
  const told = ({ timePropertiesDS }: ClockDataSets) => [
    timePropertiesDS.currentUtcOffset,
    timePropertiesDS.leap61,
  ];

  test('is at the midnight of its own time, not of what this clock took for the time before', () => {
    const evening = ptp('2027-06-30T18:00:00Z');
    const sets = following([instantFromNs(1_000_000_000_000n), evening]);
    sets.becomeGrandmaster(holdover, false);
    expect(sets.passTime(evening, false)).toBe(false);
    expect(told(sets)).toEqual([37, true]);
    expect(sets.passTime(ptp('2027-07-01T00:00:00Z'), false)).toBe(true);
    expect(told(sets)).toEqual([38, false]);
  });

  test('is still the one of just now if the grandmaster is lost before it has taken it back', () => {
    const sets = following([ptp('2027-06-30T23:59:59Z'), ptp('2027-07-01T00:00:03Z')]);
    sets.becomeGrandmaster(holdover, false);
    expect(sets.passTime(ptp('2027-07-01T00:00:04Z'), false)).toBe(true);
    expect(told(sets)).toEqual([38, false]);
  });

  test('is not later for a grandmaster that tells the new offset early and is lost', () => {
    const sets = following([ptp('2027-06-30T23:59:50Z')]);
    sets.takeParent(announced(38));
    sets.passTime(ptp('2027-06-30T23:59:58Z'), false);
    sets.becomeGrandmaster(holdover, false);
    expect(sets.passTime(ptp('2027-07-01T00:00:00Z'), false)).toBe(true);
    expect(told(sets)).toEqual([38, false]);
  });
});
