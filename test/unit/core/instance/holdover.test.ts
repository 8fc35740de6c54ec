/** The degradation of clockClass (7.6.2.5, table 4): what is claimed, for how long, and what ends it. */
import { describe, expect, test } from 'vitest';
import { ClockDataSets } from '../../../../src/core/instance/clock-data-sets.js';
import { heldClockClass, Holdover } from '../../../../src/core/instance/holdover.js';
import { defaultProfile } from '../../../../src/core/profile/default.js';
import type { LockState } from '../../../../src/core/servo/servo.js';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import { durationNs } from '../../../../src/core/time/instant.js';
import { Flag } from '../../../../src/core/wire/header.js';
import { announceFrom, portIdentityOf } from '../../../support/announces.js';

const { clockClasses } = defaultProfile;
const specification = { duration: durationNs(60e9) };

describe('the class within specification', () => {
  test.each<[string, number | undefined, number, boolean, number | undefined]>([
    ['of a primary reference (6)', undefined, 6, true, 187],
    ['of one in holdover (7)', undefined, 7, true, 187],
    ['of an application-specific one (13)', undefined, 13, false, 193],
    ['of another that holds over (187)', undefined, 187, true, 187],
    ['of one that is worse (193)', undefined, 193, true, undefined],
    ['of one that is nothing special (248)', undefined, 248, true, undefined],
    ['as a profile says (135)', 135, 6, true, 135],
    ['as a profile says, after one that is worse', 135, 165, true, undefined],
  ])('%s', (_, clockClass, lost, ptpTimescale, expected) => {
    const said = clockClass === undefined ? specification : { ...specification, clockClass };
    expect(heldClockClass(clockClasses, said, lost, ptpTimescale)).toBe(expected);
  });

  test("is the profile's, by timescale", () => {
    const telecom = { ...clockClasses, heldPtpTimescale: 135, heldArbitraryTimescale: 165 };
    expect(heldClockClass(telecom, specification, 6, true)).toBe(135);
    expect(heldClockClass(telecom, specification, 6, false)).toBe(165);
  });
});

describe('holdover', () => {
  test.each<[LockState, string]>([
    ['locked', 'withinSpecification'],
    ['acquiring', 'beyondSpecification'],
    ['unlocked', 'none'],
  ])('from %s: %s', (lockState, expected) => {
    const holdover = new Holdover(specification);
    const outputs = holdover.begin(lockState);
    expect(holdover.state).toBe(expected);
    expect(outputs).toEqual(
      expected === 'withinSpecification'
        ? [{ kind: 'setTimer', timer: 'holdover', after: 60e9 }]
        : [],
    );
  });

  test('without a specification nothing is claimed and no timer is set', () => {
    const holdover = new Holdover(undefined);
    expect(holdover.begin('locked')).toEqual([]);
    expect(holdover.state).toBe('unspecified');
  });

  test('it begins once, and ends once', () => {
    const holdover = new Holdover(specification);
    holdover.begin('locked');
    expect(holdover.begin('locked')).toEqual([]);
    expect(holdover.end()).toEqual([{ kind: 'cancelTimer', timer: 'holdover' }]);
    expect(holdover.end()).toEqual([]);
    holdover.expire();
    expect(holdover.state).toBe('none');
  });
});

describe('the data sets in holdover', () => {
  const own = { clockClass: 248, clockAccuracy: 0xfe, offsetScaledLogVariance: 0xffff };
  const lost = { ...own, clockClass: 6 };
  const flagField =
    Flag.ptpTimescale | Flag.currentUtcOffsetValid | Flag.leap61 | Flag.timeTraceable;

  function heldOver(slaveOnly = false): ClockDataSets {
    const sets = new ClockDataSets(
      {
        ...{ clockIdentity: clockIdentity(9n), numberPorts: 2, priority1: 128, priority2: 128 },
        ...{ clockQuality: own, domainNumber: 0, sdoId: 0, slaveOnly },
      },
      false,
      clockClasses,
    );
    const body = { grandmasterClockQuality: lost, timeSource: 0x20 };
    sets.takeParent(announceFrom(portIdentityOf(1n), body, { flagField }));
    sets.becomeGrandmaster(specification);
    return sets;
  }

  test('vouch for what the grandmaster did, but for a leap second', () => {
    const sets = heldOver();
    expect(sets.parentDS.grandmasterClockQuality).toEqual({ ...own, clockClass: 187 });
    expect(sets.defaultDS.clockQuality.clockClass).toBe(187);
    expect(sets.timePropertiesDS).toMatchObject({
      ...{ timeTraceable: true, frequencyTraceable: false, currentUtcOffsetValid: true },
      ...{ leap61: false, ptpTimescale: true, timeSource: 0xa0 },
    });
  });

  test('do so no longer beyond the specification', () => {
    const sets = heldOver();
    sets.exceedSpecification();
    expect(sets.parentDS.grandmasterClockQuality).toEqual(own);
    expect(sets.defaultDS.clockQuality).toEqual(own);
    expect(sets.timePropertiesDS).toMatchObject({
      ...{ timeTraceable: false, currentUtcOffsetValid: false, ptpTimescale: true },
    });
  });

  test('leave the claim to a class that somebody sets meanwhile', () => {
    const sets = heldOver();
    sets.change({ defaultDS: { clockQuality: { ...own, clockClass: 140 } } });
    sets.exceedSpecification();
    expect(sets.parentDS.grandmasterClockQuality.clockClass).toBe(140);
  });

  test('of a master that is there without its time: what this clock can vouch for', () => {
    const sets = new ClockDataSets(
      {
        ...{ clockIdentity: clockIdentity(9n), numberPorts: 2, priority1: 128, priority2: 128 },
        ...{ clockQuality: own, domainNumber: 0, sdoId: 0, slaveOnly: false },
      },
      false,
      clockClasses,
    );
    const body = { grandmasterClockQuality: { ...lost, clockAccuracy: 0x20 }, timeSource: 0x20 };
    sets.takeParent(announceFrom(portIdentityOf(1n), body, { flagField }));
    const told = (vouches: boolean, within?: typeof specification) => {
      const { grandmaster, announceFlags } = sets.announced(false, vouches, within);
      const { clockClass, clockAccuracy } = grandmaster.grandmasterClockQuality;
      return [clockClass, clockAccuracy, (announceFlags & Flag.timeTraceable) !== 0];
    };
    expect(told(true)).toEqual([6, 0x20, true]);
    expect(told(false)).toEqual([248, 0xfe, false]);
    expect(told(false, specification)).toEqual([187, 0xfe, true]);
    expect(sets.announced(false, false).grandmaster.grandmasterIdentity).toBe(1n);
  });

  test('claim nothing for a slaveOnly clock', () => {
    expect(heldOver(true).defaultDS.clockQuality).toEqual(own);
  });
});
