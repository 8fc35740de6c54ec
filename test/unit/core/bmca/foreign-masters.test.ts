import { describe, expect, test } from 'vitest';
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

const receiver = portIdentityOf(50n);
const heardFrom = (clock: bigint) => ({ message: announceFrom(portIdentityOf(clock)) });

function afterAnnounces(...clocks: readonly bigint[]): readonly ForeignMaster[] {
  return clocks.reduce<readonly ForeignMaster[]>(
    (masters, clock) => withAnnounce(masters, heardFrom(clock)) ?? masters,
    [],
  );
}

function afterIntervals(masters: readonly ForeignMaster[], intervals: number, parent?: bigint) {
  const identity = parent === undefined ? undefined : portIdentityOf(parent);
  return Array.from({ length: intervals }).reduce<readonly ForeignMaster[]>(
    (aged) => withIntervalPassed(aged, identity),
    masters,
  );
}

describe('qualification (9.3.2.5)', () => {
  test('one Announce does not qualify, the second does', () => {
    expect(erbestOf(afterAnnounces(1n), receiver, undefined)).toBeUndefined();
    expect(erbestOf(afterAnnounces(1n, 1n), receiver, undefined)).toEqual(heardFrom(1n));
  });

  test('two messages more than four intervals apart do not', () => {
    const apart = withAnnounce(afterIntervals(afterAnnounces(1n), 4), heardFrom(1n)) ?? [];
    expect(apart.map(isQualified)).toEqual([false]);
    const close = withAnnounce(afterIntervals(afterAnnounces(1n), 3), heardFrom(1n)) ?? [];
    expect(close.map(isQualified)).toEqual([true]);
  });

  test('who has been silent for the window is forgotten, but for the parent', () => {
    const masters = afterAnnounces(1n, 1n, 2n, 2n);
    const aged = afterIntervals(masters, 4, 2n);
    expect(aged.map(({ latest }) => latest)).toEqual([heardFrom(2n)]);
    expect(erbestOf(aged, receiver, portIdentityOf(2n))).toEqual(heardFrom(2n));
    expect(without(aged, portIdentityOf(2n))).toEqual([]);
  });

  test('the best of the qualified ones is Erbest', () => {
    const masters = afterAnnounces(1n, 3n, 2n, 3n, 2n);
    expect(erbestOf(masters, receiver, undefined)).toEqual(heardFrom(2n));
  });

  test('the table is bounded', () => {
    const many = Array.from({ length: maxForeignMasters }, (_, index) => BigInt(index + 1));
    const full = afterAnnounces(...many);
    expect(withAnnounce(full, heardFrom(1000n))).toBeUndefined();
    expect(withAnnounce(full, heardFrom(1n))).toHaveLength(maxForeignMasters);
  });
});
