/** What is made of a flood: which of its frames the counters tell of, what a loss is excused by, what is compared. */
import { expect, test } from 'vitest';
import { countersOf, uncounted, unexplained } from '../../../bench/floods.js';
import { Measurements } from '../../../bench/measurements.js';
import { FLOOD_RATES, FLOODS, metric } from '../../../bench/metrics.js';
import { judge } from '../../../bench/targets.js';

const OURS = 'ptp-switch';

const nothing = { taken: 0, ringFull: 0, otherRingsFull: 0 };

test('a frame of the flood was taken, whatever became of it then, or found the ring full', () => {
  const ports = [
    { interface: 'eth1', counters: { rx: { Sync: 500 }, drop: { receiveRingFull: 2 } } },
    {
      interface: 'eth3',
      counters: {
        rx: { Follow_Up: 70, Announce: 10 },
        path: { notPtp: 5, forwarded: 10 },
        // What is held and expires has been received before.
        drop: { badVersion: 7, heldExpired: 70, receiveRingFull: 8 },
      },
    },
  ];
  const after = countersOf(ports, 'eth3');
  expect(after).toEqual({ taken: 92, ringFull: 8, otherRingsFull: 2 });
  expect(uncounted(100, nothing, after)).toBe(0);
  expect(uncounted(103, nothing, after)).toBe(3);
});

test('a loss is excused by the ring of the flooded port alone', () => {
  expect(unexplained(5, nothing, nothing)).toBe(5);
  expect(unexplained(5, nothing, { ...nothing, ringFull: 1 })).toBe(0);
  expect(unexplained(0, nothing, { ...nothing, ringFull: 1, otherRingsFull: 3 })).toBe(3);
});

/** Three turns in which no port's flood is of any effect, but for what `change` says. */
function measured(change: (name: string, turn: number) => number | undefined): Measurements {
  const measurements = new Measurements();
  const add = (name: string, value: number, turn: number): void =>
    measurements.add(name, OURS, change(name, turn) ?? value);
  for (let turn = 0; turn < 3; turn++) {
    for (const flood of FLOODS) {
      add(metric.floodMemory(flood), 0, turn);
      for (const rate of FLOOD_RATES) {
        add(metric.floodUncounted(flood, rate), 0, turn);
        add(metric.floodUnexplained(flood, rate), 0, turn);
        for (const place of ['port', 'aside'] as const) {
          add(metric.floodLost(flood, rate, place), 0, turn);
          for (const message of ['Sync', 'Follow_Up', 'Delay_Req']) {
            add(metric.floodTransit(flood, rate, place, message, 'p99'), 10, turn);
            add(metric.floodResidual(flood, rate, place, message), 10, turn);
          }
        }
      }
    }
  }
  return measurements;
}

function outcomes(change: (name: string, turn: number) => number | undefined) {
  return judge(measured(change)).filter(({ outcome }) => outcome !== 'reached');
}

test('without an effect every target is reached', () => {
  expect(judge(measured(() => undefined))).toHaveLength(FLOODS.length * (4 + 4 + 2 + 1));
  expect(outcomes(() => undefined)).toEqual([]);
});

test('the worst message of each turn is compared with the flood beside the switch', () => {
  const slow = metric.floodTransit('announce', 50_000, 'port', 'Follow_Up', 'p99');
  const other = metric.floodTransit('announce', 50_000, 'port', 'Sync', 'p99');
  const verdicts = outcomes((name, turn) => {
    if (name === slow) return turn === 0 ? 15 : 25;
    return name === other && turn === 0 ? 30 : undefined;
  });
  expect(verdicts).toMatchObject([{ range: [2.5, 3], outcome: 'missed' }]);
});

test('at the first two rates nothing may be lost, in no turn', () => {
  const lost = metric.floodLost('random', 16_700, 'port');
  const verdicts = outcomes((name, turn) => (name === lost && turn === 1 ? 1 : undefined));
  expect(verdicts).toMatchObject([{ range: [0, 1], outcome: 'within noise' }]);
});
