/** What a clock begins with after a restart, and what is kept of it for the next. */
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../../../src/core/instance/clock.js';
import type { ClockState } from '../../../../src/core/instance/clock-state.js';
import type { StartingPoint } from '../../../../src/core/instance/own-time.js';
import { disciplineInterval } from '../../../../src/core/servo/clock-discipline.js';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import { durationNs, instantFromNs, type Instant } from '../../../../src/core/time/instant.js';
import { DriftMemory } from '../../../../src/daemon/instances/drift-memory.js';
import type { Drift, DriftFile, Drifts } from '../../../../src/daemon/machine/drift-file.js';
import { VirtualTime } from '../../../support/virtual-time.js';
import { FakeDataPlane } from '../fake-data-plane.js';

const hourMs = 3_600_000;
const second = 1_000_000_000n;
const wallMs = 1_800_000_000_000;
const nowNs = BigInt(wallMs) * 1_000_000n;
/** Since the machine was started. */
const upNs = 90_000n * second;
const own = '020000.fffe.000001';

const hourOld: Drift = { clockIdentity: own, rateOffset: 12e-6, writtenAt: wallMs - hourMs };
const hourOldOf = (drift: Partial<Drift>): Drifts => ({
  ...{ timebase: 'CLOCK_MONOTONIC_RAW', bootId: 'this boot' },
  clocks: { '0/0': { ...hourOld, ...drift } },
});
/** The hardware clock showed PTP time an hour ago. */
const kept = {
  ...{ interface: 'eth1', clockNs: nowNs - 3_563n * second, monotonicNs: upNs - 3_600n * second },
  ...{ ptpTimescale: true, currentUtcOffset: 37 },
};

class FakeClock {
  lockState: ClockState['lockState'] = 'unlocked';
  stepsRemoved = 0;
  readonly begun: [Instant, StartingPoint][] = [];
  begin = (raw: Instant, point: StartingPoint): void => void this.begun.push([raw, point]);
  state = () =>
    ({
      ...{ lockState: this.lockState, rateOffset: 400e-6, learnedRateOffset: 15e-6 },
      currentDS: { stepsRemoved: this.stepsRemoved },
      defaultDS: { clockIdentity: clockIdentity(0x020000fffe000001n) },
      timePropertiesDS: { ptpTimescale: true, currentUtcOffset: 37 },
    }) as ClockState;
}

interface BenchOptions {
  readonly drifts?: Drifts | (() => Drifts);
  readonly clock?: 'virtual' | 'phc';
  readonly writing?: (drifts: Drifts) => void;
}

function bench({ drifts, clock: kind = 'virtual', writing }: BenchOptions = {}) {
  const port = { ingressLatencyNs: 0, egressLatencyNs: 0, delayAsymmetryNs: 0 };
  const ports = [{ interface: 'eth1', ...port }];
  const dataPlane = new FakeDataPlane({ ports, timestamping: 'auto', busyPoll: false });
  if (kind === 'phc') {
    const clock = { related: true, offsetNs: 0, ratePpb: 0, uncertaintyNs: 0 };
    dataPlane.infos = dataPlane.infos.map((info) => ({ ...info, clock }));
  }
  dataPlane.readings.set('system', { clockNs: nowNs, commonNs: nowNs, rateOffset: 0 });
  const written: Drifts[] = [];
  const file: DriftFile = {
    path: '/state/drift.json',
    read: () => (typeof drifts === 'function' ? drifts() : drifts),
    write: (it) => {
      writing?.(it);
      written.push(it);
    },
  };
  const clock = new FakeClock();
  const time = new VirtualTime();
  const lines: string[] = [];
  const memory = new DriftMemory({
    ...{ file, bootId: 'this boot', dataPlane, timerClock: time, wallClock: () => wallMs },
    clocks: [
      {
        name: 'bc of domain 0',
        config: { domain: 0, sdoId: 0, clock: kind, ports },
        clock: clock as unknown as Clock,
      },
    ],
    monotonicNs: () => upNs,
    info: (line) => lines.push(line),
    warn: (line) => lines.push(`! ${line}`),
  });
  return { memory, clock, time, lines, written, dataPlane };
}

describe('the rate', () => {
  test('with which a clock begins is that of the file', () => {
    const { memory, clock, lines } = bench({ drifts: hourOldOf({}) });
    memory.start();
    expect(clock.begun).toEqual([[instantFromNs(nowNs), { rateOffset: 12e-6 }]]);
    expect(lines).toEqual(['bc of domain 0: begins with the rate that it had learned, 12.000 ppm']);
  });

  test.each<[string, Drifts | (() => Drifts), string]>([
    [
      'is older than a week',
      hourOldOf({ writtenAt: wallMs - 7 * 24 * hourMs - 1 }),
      'bc of domain 0: it is older than a week',
    ],
    [
      'is from the future',
      hourOldOf({ writtenAt: wallMs + 1 }),
      'bc of domain 0: it is from the future',
    ],
    [
      'is of another clock',
      hourOldOf({ clockIdentity: '020000.fffe.000002' }),
      'bc of domain 0: it is of the clock 020000.fffe.000002',
    ],
    [
      'is absurd',
      hourOldOf({ rateOffset: 0.02 }),
      'bc of domain 0: no oscillator is 20000.000 ppm off',
    ],
    [
      'is of another timebase',
      { ...hourOldOf({}), timebase: 'CLOCK_OTHER' },
      'its rates are of CLOCK_OTHER',
    ],
    [
      'cannot be read',
      () => {
        throw new Error('EACCES: permission denied');
      },
      'EACCES: permission denied',
    ],
  ])('that %s is not used, and that is told', (_, drifts, reason) => {
    const { memory, clock, lines } = bench({ drifts });
    memory.start();
    expect(clock.begun).toEqual([]);
    expect(lines).toEqual([`! /state/drift.json: what was learned before is not used: ${reason}`]);
  });

  test('is written every ten minutes in lock, and at the end, also in holdover: what was learned, no slew', () => {
    const { memory, clock, time, written } = bench();
    memory.start();
    time.advance(durationNs(1_200e9));
    expect(written).toEqual([]);
    clock.lockState = 'locked';
    time.advance(durationNs(1_200e9));
    expect(written).toHaveLength(2);
    clock.lockState = 'holdover';
    time.advance(durationNs(1_200e9));
    expect(written).toHaveLength(2);
    memory.stop();
    expect(written).toHaveLength(3);
    expect(written[2]).toEqual({
      ...{ timebase: 'CLOCK_MONOTONIC_RAW', bootId: 'this boot' },
      clocks: {
        '0/0': {
          ...{ clockIdentity: own, writtenAt: wallMs },
          rateOffset: expect.closeTo(15e-6, 15) as number,
        },
      },
    });
  });

  test('of clocks that were not in lock this time stays in the file', () => {
    const { memory, clock, written } = bench({
      drifts: { ...hourOldOf({}), clocks: { '24/0': hourOld } },
    });
    memory.start();
    clock.lockState = 'locked';
    memory.stop();
    expect(Object.keys(written[0]?.clocks ?? {})).toEqual(['24/0', '0/0']);
  });

  test('that cannot be written is told of once', () => {
    const { memory, clock, time, lines } = bench({
      writing: () => {
        throw new Error('EROFS: read-only file system');
      },
    });
    clock.lockState = 'locked';
    memory.start();
    time.advance(durationNs(1_800e9));
    expect(lines).toEqual([
      '! what clocks have learned is not kept over a restart: EROFS: read-only file system',
    ]);
  });
});

describe('the time that a steered hardware clock has kept', () => {
  const shown = { clockNs: nowNs + 37n * second, commonNs: nowNs, rateOffset: 9e-6 };

  test('is taken from it as soon as it can be read', () => {
    const { memory, clock, time, dataPlane } = bench({ drifts: hourOldOf({ kept }), clock: 'phc' });
    memory.start();
    expect(memory.isAwaited(clock as unknown as Clock)).toBe(true);
    time.advance(durationNs(4 * disciplineInterval));
    dataPlane.readings.set(0, shown);
    time.advance(disciplineInterval);
    expect(memory.isAwaited(clock as unknown as Clock)).toBe(false);
    expect(clock.begun[1]?.[1]).toMatchObject({
      rateOffset: 9e-6,
      kept: { time: instantFromNs(shown.clockNs), ptpTimescale: true, currentUtcOffset: 37 },
    });
  });

  test('is that of the moment at which the clock was read, which is a little ago', () => {
    const reading = { ...shown, commonNs: nowNs - 20_000_000n };
    const oneSecondOld = {
      ...kept,
      clockNs: reading.clockNs - second,
      monotonicNs: upNs - 20_000_000n - second,
    };
    const { memory, clock, time, written, dataPlane } = bench({
      ...{ drifts: hourOldOf({ kept: oneSecondOld }), clock: 'phc' },
    });
    dataPlane.readings.set(0, reading);
    memory.start();
    time.advance(disciplineInterval);
    expect(clock.begun).toHaveLength(2);
    clock.lockState = 'locked';
    memory.stop();
    expect(written[0]?.clocks['0/0']?.kept?.monotonicNs).toBe(upNs - 20_000_000n);
  });

  test.each([
    ['is set since', { ...shown, clockNs: shown.clockNs + 10n * second }],
    ['is that of a driver that was loaded again', { ...shown, clockNs: nowNs }],
  ])('is not taken from one that %s, and that is told', (_, reading) => {
    const { memory, clock, time, lines, dataPlane } = bench({
      ...{ drifts: hourOldOf({ kept }), clock: 'phc' },
    });
    dataPlane.readings.set(0, reading);
    memory.start();
    time.advance(disciplineInterval);
    expect(clock.begun).toHaveLength(1);
    expect(lines[1]).toBe(
      '! bc of domain 0: the hardware clock of eth1 has been set since: the time is not taken from it',
    );
  });

  test('is not taken from one that was set by a second while nobody looked for an hour', () => {
    const { memory, clock, time, dataPlane } = bench({ drifts: hourOldOf({ kept }), clock: 'phc' });
    dataPlane.readings.set(0, { ...shown, clockNs: shown.clockNs + second });
    memory.start();
    time.advance(disciplineInterval);
    expect(clock.begun).toHaveLength(1);
  });

  test.each([
    ['another boot', { ...hourOldOf({ kept }), bootId: 'another' }],
    ['no hardware clock', hourOldOf({})],
  ])('is not waited for after %s', (_, drifts) => {
    const { memory, clock } = bench({ drifts, clock: 'phc' });
    memory.start();
    expect(memory.isAwaited(clock as unknown as Clock)).toBe(false);
  });

  test('is waited for ten seconds, and not beside a master', () => {
    const { memory, clock, time } = bench({ drifts: hourOldOf({ kept }), clock: 'phc' });
    memory.start();
    time.advance(durationNs(11e9));
    expect(memory.isAwaited(clock as unknown as Clock)).toBe(false);
    const other = bench({ drifts: hourOldOf({ kept }), clock: 'phc' });
    other.memory.start();
    other.clock.stepsRemoved = 1;
    other.dataPlane.readings.set(0, shown);
    other.time.advance(disciplineInterval);
    expect(other.clock.begun).toHaveLength(1);
  });

  test('is written down with the rate', () => {
    const { memory, clock, written, dataPlane } = bench({ clock: 'phc' });
    dataPlane.readings.set(0, shown);
    memory.start();
    clock.lockState = 'locked';
    memory.stop();
    expect(written[0]?.clocks['0/0']?.kept).toEqual({
      ...{ interface: 'eth1', clockNs: shown.clockNs, monotonicNs: upNs },
      ...{ ptpTimescale: true, currentUtcOffset: 37 },
    });
  });
});
