/** What a soak makes of the pairs that arrive, and of its faults. */
import { describe, expect, test } from 'vitest';
import { draw, FAULTS } from '../../../bench/soak/faults.js';
import { Pairs, type WrongCorrection } from '../../../bench/soak/pairs.js';
import { soakText, summaries, type Struck } from '../../../bench/soak/report.js';
import { seededRandom } from '../../support/random.js';

const MS = 1e6;

/** Two sinks. */
function pairs(): { pairs: Pairs; wrong: WrongCorrection[] } {
  const wrong: WrongCorrection[] = [];
  return { pairs: new Pairs(2, (each) => wrong.push(each)), wrong };
}

/** Sent at `at` ms, under way for 6 ms, its Follow_Up 1 ms later. */
function arrival(index: number, sink: number, at: number, correction: number) {
  return {
    ...{ sink, index },
    ...{ syncNs: (at + 6) * MS, followUpNs: (at + 7) * MS, correctionNs: correction * MS },
  };
}

describe('corrections', () => {
  test.each([
    ['the true one', 6, []],
    ['none', 0, [6]],
    ['that of another message', 12, [-6]],
    ['one that cables explain', 5.9, []],
  ])('%s', (_, correction, residuals) => {
    const { pairs: those, wrong } = pairs();
    those.sent(1, 0);
    those.arrived(arrival(1, 0, 0, correction));
    expect(wrong.map(({ residualNs }) => residualNs / MS)).toEqual(residuals);
    expect(those).toMatchObject({ compared: 1, delayed: 1 });
  });

  test('are compared even when it is known only later when the Sync was sent', () => {
    const { pairs: those, wrong } = pairs();
    those.arrived(arrival(1, 0, 0, 0));
    expect(those.compared).toBe(0);
    those.sent(1, 0);
    expect(wrong).toHaveLength(1);
  });

  test('of what passed at once show nothing and do not count as held back', () => {
    const { pairs: those } = pairs();
    those.sent(1, 5 * MS);
    those.arrived(arrival(1, 0, 0, 1));
    expect(those).toMatchObject({ compared: 1, delayed: 0 });
  });
});

test('forwarding has resumed with the first pair sent after the end, at the last of the sinks', () => {
  const { pairs: those } = pairs();
  for (const [index, at] of [90, 110, 150, 190].entries()) those.sent(index, at * MS);
  those.arrived(arrival(0, 0, 90, 6)); // sent before the end
  those.arrived(arrival(1, 0, 110, 6));
  expect(those.resumedAfterNs(100 * MS)).toBeUndefined();
  those.arrived(arrival(2, 1, 150, 6));
  those.arrived(arrival(2, 0, 150, 6));
  expect(those.resumedAfterNs(100 * MS)).toBe(57 * MS);
  expect(those.missing(100 * MS, 190 * MS)).toMatchObject([
    { index: 1, sink: 1, sentNs: 110 * MS },
  ]);
});

test('old pairs are forgotten, with what waits for them', () => {
  const { pairs: those } = pairs();
  those.sent(1, 0);
  those.sent(2, 70_000 * MS);
  expect(those.missing(-1, Infinity)).toMatchObject([{ index: 2 }, { index: 2 }]);
});

test('the faults follow from the seed, each by its weight', () => {
  const names = (seed: number): readonly string[] => {
    const random = seededRandom(seed);
    return Array.from({ length: 2_000 }, () => draw(random).name);
  };
  expect(names(7)).toEqual(names(7));
  const times = (name: string): number => names(7).filter((each) => each === name).length;
  const weights = FAULTS.reduce((sum, { weight }) => sum + weight, 0);
  for (const { name, weight } of FAULTS) {
    expect(times(name) / 2_000).toBeCloseTo(weight / weights, 1);
  }
});

test('the table has each kind of fault once, and what was violated is below it', () => {
  const struck: Struck[] = [40, 120, undefined].map((resumedMs, number) => {
    return { name: 'link flaps', atSeconds: number, what: 'eth2', resumedMs, lost: 5 };
  });
  expect(summaries(struck)).toEqual([
    {
      ...{ fault: 'link flaps', count: 3, notResumed: 1, lost: 15 },
      ...{ resumedMedianMs: 40, resumedMaxMs: 120 },
    },
  ]);
  const text = soakText({
    ...{ seed: 7, seconds: 60, struck, compared: 3_000, delayed: 2_900, largestResidualMs: 0.1 },
    grown: { descriptors: 0, threads: 0, residentMegabytes: 1 },
    violations: [{ kind: 'late resumption', atSeconds: 3, text: 'link flaps: eth2: not at all' }],
  });
  expect(text).toContain('| link flaps | 3 | 40 | 120 | 1 | 15 |');
  expect(text).toContain('3.0 s: late resumption: link flaps: eth2: not at all');
});
