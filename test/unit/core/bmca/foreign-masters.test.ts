import { describe, expect, test } from 'vitest';
import { defaultProfile } from '../../../../src/core/profile/default.js';
import {
  erbestOf,
  isQualified,
  maxForeignMasters,
  withAnnounce,
  withIntervalPassed,
  without,
  type ForeignMaster,
} from '../../../../src/core/bmca/foreign-masters.js';
import { announceFrom, portIdentityOf } from '../../../support/announces.js';

const rules = defaultProfile.bestMaster;
const receiver = portIdentityOf(50n);
const heardFrom = (clock: bigint) => ({ message: announceFrom(portIdentityOf(clock)) });

function afterAnnounces(...clocks: readonly bigint[]): readonly ForeignMaster[] {
  return clocks.reduce<readonly ForeignMaster[]>(
    (masters, clock) => withAnnounce(rules, masters, heardFrom(clock)) ?? masters,
    [],
  );
}

function afterIntervals(masters: readonly ForeignMaster[], intervals: number, parent?: bigint) {
  const identity = parent === undefined ? undefined : portIdentityOf(parent);
  return Array.from({ length: intervals }).reduce<readonly ForeignMaster[]>(
    (aged) => withIntervalPassed(rules, aged, identity),
    masters,
  );
}

describe('qualification (9.3.2.5)', () => {
  test('one Announce does not qualify, the second does', () => {
    expect(erbestOf(rules, afterAnnounces(1n), receiver, undefined)).toBeUndefined();
    expect(erbestOf(rules, afterAnnounces(1n, 1n), receiver, undefined)).toEqual(heardFrom(1n));
  });

  test('two messages more than four intervals apart do not', () => {
    const apart = withAnnounce(rules, afterIntervals(afterAnnounces(1n), 4), heardFrom(1n)) ?? [];
    expect(apart.map((master) => isQualified(rules, master))).toEqual([false]);
    const close = withAnnounce(rules, afterIntervals(afterAnnounces(1n), 3), heardFrom(1n)) ?? [];
    expect(close.map((master) => isQualified(rules, master))).toEqual([true]);
  });

  test('who has been silent for the window is forgotten, but for the parent', () => {
    const masters = afterAnnounces(1n, 1n, 2n, 2n);
    const aged = afterIntervals(masters, 4, 2n);
    expect(aged.map(({ latest }) => latest)).toEqual([heardFrom(2n)]);
    expect(erbestOf(rules, aged, receiver, portIdentityOf(2n))).toEqual(heardFrom(2n));
    expect(without(aged, portIdentityOf(2n))).toEqual([]);
  });

  test('the best of the qualified ones is Erbest', () => {
    const masters = afterAnnounces(1n, 3n, 2n, 3n, 2n);
    expect(erbestOf(rules, masters, receiver, undefined)).toEqual(heardFrom(2n));
  });

  test('the table is bounded', () => {
    const many = Array.from({ length: maxForeignMasters }, (_, index) => BigInt(index + 1));
    const full = afterAnnounces(...many);
    expect(withAnnounce(rules, full, heardFrom(1000n))).toBeUndefined();
    expect(withAnnounce(rules, full, heardFrom(1n))).toHaveLength(maxForeignMasters);
  });
});
