import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OffsetHistory } from '../../../../src/core/servo/offset-history.js';
import { durationNs, instantFromNs } from '../../../../src/core/time/instant.js';

const second = 1e9;

function historyOf(offsets: readonly number[], intervalNs = second / 4): OffsetHistory {
  const history = new OffsetHistory();
  for (const [index, offset] of offsets.entries()) {
    history.add(instantFromNs(BigInt(index * intervalNs)), durationNs(offset));
  }
  return history;
}

test('nothing is said of nothing', () => {
  expect(new OffsetHistory().windows()[0]).toEqual({
    ...{ seconds: 10, samples: 0, rms: null, max: null, mtie: null },
  });
});

test('rms and maximum are of the latest seconds, MTIE of all that is remembered', () => {
  // 20 s at 100 ns, then 10 s that alternate between 3 and -4.
  const offsets = [
    ...Array.from({ length: 80 }, () => 100),
    ...Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 3 : -4)),
  ];
  const [short, long] = historyOf(offsets).windows();
  expect(short).toEqual({ seconds: 10, samples: 40, rms: Math.sqrt(12.5), max: 4, mtie: 104 });
  expect(long).toMatchObject({ seconds: 100, samples: 120, max: 100, mtie: 104 });
});

test('what is a thousand seconds old is forgotten', () => {
  const history = historyOf([500, ...Array.from({ length: 1100 }, () => 1)], second);
  expect(history.windows()[2]).toEqual({ seconds: 1000, samples: 1000, rms: 1, max: 1, mtie: 0 });
});

test('the windows end now: they go empty one after the other when no offset comes any more', () => {
  const history = historyOf([5, -7, 5, 5], second);
  const at = (seconds: number) => history.windows(instantFromNs(BigInt(seconds * second)));
  const none = { samples: 0, rms: null, max: null, mtie: null };
  expect(at(3)[0]).toMatchObject({ samples: 4, max: 7, mtie: 12 });
  expect(at(11)[0]).toMatchObject({ samples: 2, max: 5 });
  expect(at(13)[0]).toEqual({ seconds: 10, ...none });
  expect(at(13)[1]).toMatchObject({ samples: 4, max: 7 });
  expect(at(103)[1]).toEqual({ seconds: 100, ...none });
  expect(at(1002)[2]).toMatchObject({ samples: 1, max: 5, mtie: 0 });
  expect(at(1003)[2]).toEqual({ seconds: 1000, ...none });
  history.add(instantFromNs(BigInt(2000 * second)), durationNs(3));
  expect(history.windows()[2]).toMatchObject({ samples: 1, max: 3, mtie: 0 });
});

test('a time before the latest offset is taken for that of the offset', () => {
  expect(historyOf([5, 5, 5], second).windows(instantFromNs(0n))[0]).toMatchObject({ samples: 3 });
});

test('raw time that goes backwards begins anew', () => {
  const history = historyOf([7, 8]);
  history.add(instantFromNs(0n), durationNs(1));
  history.add(instantFromNs(-5_000_000_000n), durationNs(2));
  expect(history.windows()[0]).toMatchObject({ samples: 1, max: 2 });
});

test('MTIE is the largest change within any stretch of the length', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 60 }),
      (offsets) => {
        const stretches = offsets.map((_, from) => offsets.slice(from, from + 10));
        const largest = Math.max(...stretches.map((some) => Math.max(...some) - Math.min(...some)));
        expect(historyOf(offsets, second).windows()[0]?.mtie).toBe(largest);
      },
    ),
  );
});

test('an old change is no part of MTIE when what is remembered does not hold it any more', () => {
  const offsets = [0, 500, ...Array.from({ length: 1500 }, (_, index) => (index === 900 ? 7 : 1))];
  const mtie = (count: number) =>
    historyOf(offsets.slice(0, count), second)
      .windows()
      .map((window) => window.mtie);
  expect(mtie(1000)).toEqual([500, 500, 500]);
  expect(mtie(1002)).toEqual([6, 6, 6]);
  expect(mtie(1502)).toEqual([6, 6, 6]);
});
