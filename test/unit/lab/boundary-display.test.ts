import { describe, expect, test } from 'vitest';
import { formatLab, formatLabLine } from '../../../src/cli/formats/lab/lab.js';
import { afterFailover, beforeFailover, boundaryReport, justKilled } from './boundary-reports.js';

describe('the table around a boundary clock', () => {
  test('says who is followed, what each port is, and the error at each receiver', () => {
    const text = formatLab(boundaryReport);
    expect(text).toMatch(/^grandmaster A +p1 +10 +SLAVE +followed$/m);
    expect(text).toMatch(/^grandmaster B +p2 +20 +MASTER +standing by$/m);
    expect(text).toContain(
      'The switch follows grandmaster A, locked: -312 ns off it, rate 10.012 ppm.',
    );
    expect(text).toMatch(/^UDPv6 +p5 +MASTER +240 +-420 ns +510 ns +4\.20 us$/m);
    expect(text).toContain(
      'After 15 s and 720 samples the median error is 510 ns (worst 4.20 us).',
    );
    expect(text).not.toMatch(/killed|started/);
  });

  test.each([
    ['as it is', boundaryReport],
    ['with a failover behind it', afterFailover],
  ])('%s it fits a terminal of 80 columns and 24 lines, with two to spare', (_what, report) => {
    const lines = formatLab(report).split('\n');
    expect(lines.length).toBeLessThanOrEqual(22);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('a grandmaster that is not followed stands by, or has not been heard yet', () => {
    const unheard = boundaryReport.grandmasters.map((one) => ({ ...one, heard: false }));
    const text = formatLab({ ...boundaryReport, followed: null, grandmasters: unheard });
    expect(text).toMatch(/^grandmaster A .* not heard yet$/m);
    expect(text).toContain('The switch follows nobody');
  });

  test('claims nothing before there is a sample', () => {
    const nothing = { samples: 0, error: null };
    const receivers = boundaryReport.receivers.map((receiver) => ({
      ...{ ...receiver, ...nothing },
      latestNs: null,
    }));
    const empty = { ...boundaryReport, receivers, total: nothing };
    const text = `${formatLab(empty)}\n${formatLabLine(empty)}`;
    expect(text).toMatch(/^UDPv6 +p5 +MASTER +0 +- +- +-$/m);
    expect(text).not.toMatch(/NaN|null|undefined|After/);
  });
});

describe('a failover', () => {
  test('is announced', () => {
    expect(formatLab(beforeFailover)).toContain(
      'At 5 s grandmaster A will be killed, at 10 s started again.',
    );
  });

  test('is told while the switch has not noticed it yet', () => {
    const text = formatLab(justKilled);
    expect(text).toMatch(/^grandmaster A .* killed, not missed yet$/m);
    expect(text).toMatch(/^grandmaster A killed +5\.0 s +not yet +- +- +-$/m);
    expect(formatLabLine(justKilled)).toContain('grandmaster A killed, follows grandmaster A');
    expect(formatLab({ ...justKilled, followed: 'gm-b' })).toMatch(/^grandmaster A .* killed$/m);
  });

  test('is summed up: how long it took, and the largest error meanwhile', () => {
    const text = formatLab(afterFailover);
    expect(text).toMatch(
      /^grandmaster A killed +5\.0 s +grandmaster B +1\.48 s +2\.21 s +3\.90 us$/m,
    );
    expect(text).toMatch(/^grandmaster A started +10\.0 s +grandmaster A +1\.19 s +- +2\.10 us$/m);
  });
});

test('one line says how things stand', () => {
  expect(formatLabLine(boundaryReport)).toBe(
    'lab: 15 s, 720 samples: follows grandmaster A, locked, median error 510 ns (worst 4.20 us)',
  );
});
