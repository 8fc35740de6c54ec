/** From figures to verdicts, and what is told of them. */
import { expect, test } from 'vitest';
import { Measurements } from '../../../bench/measurements.js';
import { metric } from '../../../bench/metrics.js';
import { asMarkdown } from '../../../bench/report.js';
import { judge, tell } from '../../../bench/targets.js';

const OURS = 'ptp-switch';
const PTP4L = 'ptp4l E2E_TC';

interface Capacity {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  /** In whose last repetition the generator could offer no more. */
  readonly atRigCeiling?: readonly string[];
}

function capacity({ ours, theirs, atRigCeiling = [] }: Capacity): Measurements {
  const measurements = new Measurements();
  for (const [subject, rates] of [
    [OURS, ours],
    [PTP4L, theirs],
  ] as const) {
    for (const [repetition, perSecond] of rates.entries()) {
      const last = repetition === rates.length - 1;
      measurements.addRate(metric.twoPortPairs, subject, {
        perSecond,
        atRigCeiling: last && atRigCeiling.includes(subject),
      });
    }
  }
  return measurements;
}

test('a repetition is compared with the peer of the same repetition', () => {
  const [verdict] = judge(capacity({ ours: [30, 60, 120], theirs: [10, 20, 40] }));
  expect(verdict).toMatchObject({ range: [3, 3], outcome: 'reached' });
  expect(verdict?.bound).toBeUndefined();
});

test('repetitions on both sides of the limit are no miss', () => {
  const [verdict] = judge(capacity({ ours: [30, 19, 40], theirs: [10, 10, 10] }));
  expect(verdict).toMatchObject({ range: [1.9, 4], outcome: 'within noise' });
});

test.each([
  [[OURS], [30, 30, 40], 'at least', 'reached'],
  [[OURS], [10, 11, 12], 'at least', "at the rig's ceiling"],
  [[PTP4L], [10, 11, 12], 'at most', 'missed'],
  [[OURS, PTP4L], [10, 11, 12], 'unknown', "at the rig's ceiling"],
] as const)('with %j at the ceiling of the rig, %j to 10 is %s', (who, ours, bound, outcome) => {
  const measurements = capacity({ ours, theirs: [10, 10, 10], atRigCeiling: who });
  expect(judge(measurements)).toMatchObject([{ bound, outcome }]);
});

test('a load is compared with that of the same repetition without it', () => {
  const measurements = new Measurements();
  for (const quiet of [8, 80, 800]) {
    measurements.add(metric.followUpUnder(0), OURS, quiet);
    measurements.add(metric.followUpUnder(16_000), OURS, quiet * 1.25);
  }
  expect(judge(measurements)).toMatchObject([{ range: [1.25, 1.25], outcome: 'reached' }]);
});

test('one late port of many is no less late', () => {
  const measurements = new Measurements();
  for (let move = 0; move < 16; move++) {
    measurements.add(metric.bridgeFollowed('blocking'), OURS, move === 7 ? 101 : 2);
  }
  expect(judge(measurements)).toMatchObject([{ range: [2, 101], outcome: 'within noise' }]);
});

test('what the rig decides is told and not judged', () => {
  const measurements = new Measurements();
  for (const [subject, offset] of [
    [OURS, 400],
    ['direct cable', 100],
  ] as const) {
    measurements.add(metric.slaveOffset('cold', 'median |offset|'), subject, offset);
  }
  const residual = metric.residual('l2', 'Sync', 'deviation within 100');
  measurements.add(residual, OURS, 90);
  measurements.add(residual, PTP4L, 60);
  expect(judge(measurements)).toEqual([]);
  expect(tell(measurements).map(({ spread }) => spread.median)).toEqual([1.5, 300]);
});

const description = {
  date: '2026-01-01T00:00:00Z',
  commit: 'abc1234',
  processor: 'two',
  kernel: 'Linux',
  node: 'v20',
  linuxptp: '3.1.1',
  timestamping: 'software, veth',
  repetitions: 3,
  quick: false,
};

test('the report says what is at least, within which range, and what the rig was the limit of', () => {
  const measurements = capacity({
    ours: [300_000, 310_000, 330_000],
    theirs: [100_000, 100_000, 100_000],
    atRigCeiling: [OURS],
  });
  const report = asMarkdown(description, {
    verdicts: judge(measurements),
    told: tell(measurements),
    measurements,
  });
  const rows = report.split('\n');
  expect(rows).toContain(
    '| 2 ports: loss-free pairs/s over ptp4l, >= 2 | at least 3.10 | 3.00 to 3.30 | 3 | reached |',
  );
  expect(rows).toContain(`| ${metric.twoPortPairs} | 310000 \\* | 100000 |`);
});

test('files hold spreads rather than every repetition', () => {
  const measurements = capacity({
    ours: [3, 1, 2],
    theirs: [],
    atRigCeiling: [OURS],
  });
  const spread = {
    count: 3,
    minimum: 1,
    lowerQuartile: 1,
    median: 2,
    upperQuartile: 3,
    maximum: 3,
  };
  expect(measurements.toJSON()).toEqual({
    [metric.twoPortPairs]: { [OURS]: { ...spread, atRigCeiling: 1 } },
  });
});
