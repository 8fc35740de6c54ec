/** What the ports of a clock tell of its time: synchronizationUncertain (1588-2019, table 37). */
import { describe, expect, test } from 'vitest';
import { ClockDataSets } from '../../../../src/core/instance/clock-data-sets.js';
import { defaultProfile } from '../../../../src/core/profile/default.js';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import { Flag } from '../../../../src/core/wire/header.js';
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

const announcing = (flagField: number) => announceFrom(portIdentityOf(1n), {}, { flagField });
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
