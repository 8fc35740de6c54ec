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
  type Reception,
} from '../../../../src/core/bmca/foreign-masters.js';
import { inOrderOfMerit } from '../../../../src/core/bmca/standing.js';
import type { AnnounceBody } from '../../../../src/core/wire/messages/announce.js';
import { announceFrom, portIdentityOf } from '../../../support/announces.js';

const rules = defaultProfile.bestMaster;
const receiver = portIdentityOf(50n);
const heardFrom = (clock: bigint) => ({ message: announceFrom(portIdentityOf(clock)) });

const reception = { receiver, parent: undefined, intervals: 1 };

function afterAnnounce(
  masters: readonly ForeignMaster[],
  clock: bigint,
  body: Partial<AnnounceBody> = {},
  more: Partial<Reception> = {},
) {
  const heard = { message: announceFrom(portIdentityOf(clock), body) };
  return withAnnounce(rules, masters, heard, { ...reception, ...more });
}

function afterAnnounces(...clocks: readonly bigint[]): readonly ForeignMaster[] {
  return clocks.reduce<readonly ForeignMaster[]>(
    (masters, clock) => afterAnnounce(masters, clock).masters,
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
    const apart = afterAnnounce(afterIntervals(afterAnnounces(1n), 4), 1n).masters;
    expect(apart.map((master) => isQualified(rules, master))).toEqual([false]);
    const close = afterAnnounce(afterIntervals(afterAnnounces(1n), 3), 1n).masters;
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

  test('one that is refused is remembered, and no candidate', () => {
    const refused = { refusal: 'notAcceptableMaster' } as const;
    const once = afterAnnounce([], 1n, {}, refused).masters;
    const { masters } = afterAnnounce(once, 1n, {}, refused);
    expect(masters).toMatchObject([{ refusal: 'notAcceptableMaster' }]);
    expect(erbestOf(rules, masters, receiver, undefined)).toBeUndefined();
  });

  test('a message that is refused takes nothing from those before it', () => {
    const { masters } = afterAnnounce(afterAnnounces(1n, 1n), 1n, {}, { refusal: 'announceLoop' });
    expect(erbestOf(rules, masters, receiver, undefined)).toBeDefined();
  });
});

describe('a full table (9.3.2.4.5)', () => {
  const good = { grandmasterPriority1: 1 };
  const bad = { grandmasterPriority1: 200 };
  const flood = Array.from({ length: maxForeignMasters }, (_, index) => BigInt(index + 1));
  const announcedBy = (clocks: readonly bigint[], body: Partial<AnnounceBody>, times: number) =>
    Array.from({ length: times })
      .flatMap(() => clocks)
      .reduce<readonly ForeignMaster[]>(
        (masters, clock) => afterAnnounce(masters, clock, body).masters,
        [],
      );

  test('has no room for one that is no better than the others', () => {
    const full = announcedBy(flood, bad, 1);
    const { masters, full: counted } = afterAnnounce(full, 1000n, bad);
    expect([masters, counted]).toEqual([full, 'tooManyForeignMasters']);
    expect(afterAnnounce(full, 1n, bad).masters).toHaveLength(maxForeignMasters);
  });

  test.each([1, 2])(
    'makes room for a better one, each having announced itself %d times',
    (times) => {
      const once = afterAnnounce(announcedBy(flood, bad, times), 1000n, good);
      expect(once.full).toBe('foreignMasterDisplaced');
      const { masters } = afterAnnounce(once.masters, 1000n, good);
      expect(masters).toHaveLength(maxForeignMasters);
      expect(erbestOf(rules, masters, receiver, undefined)?.message.grandmasterPriority1).toBe(1);
    },
  );

  test('those leave first who are refused, then the silent, the unqualified, the worse', () => {
    const [first = 0n, second = 0n, ...rest] = flood;
    const qualified = announcedBy(rest, bad, 2);
    const withOne = afterAnnounce(qualified, first, good).masters;
    const refused = afterAnnounce(withOne, second, good, { refusal: 'masterOnlyPort' }).masters;
    const clocksOf = (masters: readonly ForeignMaster[]) =>
      masters.map(({ latest }) => latest.message.header.sourcePortIdentity.clockIdentity);
    const one = afterAnnounce(refused, 1000n, bad).masters;
    expect(clocksOf(one)).not.toContain(second);
    const two = afterAnnounce(one, 1001n, { grandmasterPriority1: 0 }).masters;
    expect(clocksOf(two)).not.toContain(1000n);
    const three = afterAnnounce(two, 1002n, { grandmasterPriority1: 0 }).masters;
    expect(clocksOf(three)).not.toContain(first);
  });

  test('neither the parent leaves, nor anybody for one that is refused', () => {
    const full = announcedBy(flood, bad, 2);
    const parent = portIdentityOf(7n);
    const many = Array.from({ length: 40 }, (_, index) => BigInt(2000 + index));
    const { masters } = many.reduce(
      (table, clock) => afterAnnounce(table.masters, clock, good, { parent }),
      { masters: full } as ReturnType<typeof afterAnnounce>,
    );
    expect(
      masters.some(({ latest }) => latest.message.header.sourcePortIdentity.clockIdentity === 7n),
    ).toBe(true);
    expect(afterAnnounce(full, 1000n, good, { refusal: 'masterOnlyPort' }).full).toBe(
      'tooManyForeignMasters',
    );
  });
});

describe('who announces himself more seldom than the window is long', () => {
  test('is remembered by his own interval, and never qualified', () => {
    const { masters } = afterAnnounce([], 1n, {}, { intervals: 8 });
    const later = afterIntervals(masters, 31);
    expect(later.map(({ ages }) => ages)).toEqual([[]]);
    expect(erbestOf(rules, later, receiver, undefined)).toBeUndefined();
    expect(afterIntervals(later, 1)).toEqual([]);
  });
});

test('in order of merit: as the data sets compare, whatever the port; the refused ones last', () => {
  const better = { grandmasterPriority1: 1 };
  const [low] = afterAnnounce([], 4n).masters;
  const [high] = afterAnnounce([], 5n).masters;
  const [best] = afterAnnounce([], 6n, better).masters;
  const [refused] = afterAnnounce([], 7n, better, { refusal: 'masterOnlyPort' }).masters;
  const heard = [refused!, high!, low!, best!].map((master, port) => ({ port, receiver, master }));
  expect(inOrderOfMerit(rules, heard).map(({ port }) => port)).toEqual([3, 2, 1, 0]);
});
