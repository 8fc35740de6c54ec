/** What a soak makes of the pairs that arrive, and of its faults. */
import { describe, expect, test } from 'vitest';
import { draw, FAULTS } from '../../../bench/soak/faults.js';
import { Pairs, type WrongCorrection } from '../../../bench/soak/pairs.js';
import {
  grownCounters,
  lostPairText,
  soakText,
  summaries,
  type Struck,
} from '../../../bench/soak/report.js';
import { Standings } from '../../../bench/soak/standings.js';
import { stealMs } from '../../../bench/soak/steal.js';
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

  // In by the first port 0.5 ms after it was sent, out by that of the sink 4.5 ms later: 1 ms on the cables.
  test.each([
    ['from port to port', 4.5, []],
    ['up to the sink', 5.5, []],
    ['less than it stayed', 4.48, [[4.5, 5.5]]],
    ['more than until the sink', 5.52, [[4.5, 5.5]]],
    ['none', 0, [[4.5, 5.5]]],
  ])('are held to what the ports have told: %s', (_, correction, brackets) => {
    const { pairs: those, wrong } = pairs();
    those.sent(1, 0);
    those.came(1, 'sync', 0.5 * MS);
    those.left(1, 1, 'sync', 3 * MS); // by another port
    those.left(0, 1, 'sync', 5 * MS);
    those.arrived(arrival(1, 0, 0, correction));
    expect(wrong.map(({ bracketNs }) => bracketNs?.map((ns) => ns / MS))).toEqual(brackets);
    expect(those).toMatchObject({ bracketed: 1, heldUpOnCables: 0, longestOnCablesNs: 1.5 * MS });
  });

  test('are not wrong by what the host takes away while a Sync is on a cable, which is told', () => {
    const { pairs: those, wrong } = pairs();
    those.sent(1, 0);
    those.came(1, 'sync', 2.8 * MS);
    those.left(0, 1, 'sync', 5.9 * MS);
    those.arrived(arrival(1, 0, 0, 3.11));
    expect(wrong).toEqual([]);
    expect(those).toMatchObject({ heldUpOnCables: 1, longestOnCablesNs: 2.9 * MS });
    // Nothing excuses it where the ports have not told.
    those.sent(2, 0);
    those.left(0, 2, 'sync', 5.9 * MS);
    those.arrived(arrival(2, 0, 0, 3.11));
    expect(wrong).toMatchObject([{ index: 2, bracketNs: undefined }]);
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

test('a Follow_Up that has overtaken its Sync completes the pair, and is counted', () => {
  const { pairs: those, wrong } = pairs();
  those.sent(1, 0);
  those.arrived({ ...arrival(1, 0, 0, 6), followUpNs: 5 * MS });
  expect(those).toMatchObject({ compared: 1, overtaken: 1 });
  expect(those.missing(-1, 1)).toMatchObject([{ index: 1, sink: 1 }]);
  expect(wrong).toEqual([]);
  those.arrived(arrival(1, 1, 0, 6));
  expect(those.resumedAfterNs(0)).toBe(7 * MS);
});

test('forwarding has resumed with the first pair sent after the end, at the last of the sinks', () => {
  const { pairs: those } = pairs();
  for (const [index, at] of [90, 110, 150, 190].entries()) those.sent(index, at * MS);
  those.arrived(arrival(0, 0, 90, 6)); // sent before the end
  those.arrived(arrival(1, 0, 110, 6));
  expect(those.resumedAfterNs(100 * MS)).toBeUndefined();
  those.came(1, 'sync', 111 * MS);
  those.came(1, 'follow-up', 112 * MS);
  those.left(1, 1, 'sync', 115 * MS);
  those.arrived(arrival(2, 1, 150, 6));
  those.arrived(arrival(2, 0, 150, 6));
  expect(those.resumedAfterNs(100 * MS)).toBe(57 * MS);
  expect(those.missing(100 * MS, 190 * MS)).toMatchObject([
    { index: 1, sink: 1, sentNs: 110 * MS },
  ]);
  const [lost] = those.missing(100 * MS, 190 * MS);
  expect(lostPairText(lost!, 100 * MS)).toBe(
    'pair 1 at sink 2, sent 10.000 ms into it (came in: sync after 1.000 ms, follow-up after 2.000 ms; left: sync after 5.000 ms)',
  );
});

test('of the counters those are told that have grown', () => {
  const before = new Map([
    ['eth1.drop.linkDown', 3],
    ['eth1.rx.Sync', 7],
  ]);
  const after = new Map([...before, ['eth1.rx.Sync', 9], ['eth2.timestamp.transmitMissing', 1]]);
  expect(grownCounters(before, after)).toBe('eth1.rx.Sync 2, eth2.timestamp.transmitMissing 1');
});

test('the steal is that of all processors', () => {
  const stat = 'cpu  10 20 30 40 50 60 70 123 90 100\ncpu0 1 2 3 4 5 6 7 8 9 10\n';
  expect(stealMs(stat)).toBe(1_230);
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
    ...{ bracketed: 2_950, largestOffMs: 0.001 },
    host: {
      heldUpOnCables: 2,
      longestOnCablesMs: 2.8,
      overtaken: 1,
      ...{ standings: 3, longestStandingMs: 71.25, lostWhileStanding: 2 },
      stealMs: 420,
    },
    grown: { descriptors: 0, threads: 0, residentMegabytes: 1 },
    violations: [{ kind: 'late resumption', atSeconds: 3, text: 'link flaps: eth2: not at all' }],
  });
  expect(text).toContain('| link flaps | 3 | 40 | 120 | 1 | 15 |');
  expect(text).toContain('3.0 s: late resumption: link flaps: eth2: not at all');
});

describe('a processor that stands still', () => {
  const standings = new Standings();
  for (const [cpu, from, to] of [
    [0, 100, 130],
    [1, 120, 190],
    [0, 150, 180],
  ] as const) {
    standings.add({ cpu, fromNs: from * MS, toNs: to * MS });
  }

  test.each([
    ['before', 0, 100, 0],
    ['in part', 110, 120, 10],
    ['twice', 0, 170, 50],
    ['another one for longer', 0, 200, 70],
    ['after', 190, 300, 0],
  ])('%s', (_, from, to, stood) => {
    expect(standings.between(from * MS, to * MS) / MS).toBe(stood);
  });

  test('is counted, and forgotten after a minute', () => {
    expect(standings).toMatchObject({ count: 3, longestNs: 70 * MS });
    standings.add({ cpu: 1, fromNs: 61_000 * MS, toNs: 61_020 * MS });
    expect(standings.between(0, 1_000 * MS)).toBe(0);
    expect(standings).toMatchObject({ count: 4, longestNs: 70 * MS });
  });
});
