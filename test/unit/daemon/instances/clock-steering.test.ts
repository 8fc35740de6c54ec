/** Which clocks are steered, to what, and what is said where they cannot be. */
import { describe, expect, test } from 'vitest';
import { initialTimeProperties } from '../../../../src/core/datasets/time-properties.js';
import type { ClockState } from '../../../../src/core/instance/clock-state.js';
import { disciplineInterval } from '../../../../src/core/servo/clock-discipline.js';
import type { TimeConfig } from '../../../../src/config/config.js';
import type { TimePropertiesDS } from '../../../../src/core/datasets/data-sets.js';
import { durationNs, type Instant } from '../../../../src/core/time/instant.js';
import { unitsPerNs } from '../../../../src/core/time/time-interval.js';
import { ClockSteering, type Steerer } from '../../../../src/daemon/instances/clock-steering.js';
import {
  untoldKernelClock,
  type KernelClock,
  type KernelClockChange,
  type KernelClockState,
} from '../../../../src/native/kernel-clock.js';
import { VirtualTime } from '../../../support/virtual-time.js';
import { FakeDataPlane } from '../fake-data-plane.js';

const second = 1_000_000_000n;
const nowNs = 1_700_000_000n * second;

const timeConfig: TimeConfig = {
  ...{ source: 'system', utcOffset: 'kernel', leapSecondsFile: '/none' },
  ...{ timeTraceable: false, frequencyTraceable: false },
};

/** A kernel that does what it is told. */
class FakeKernelClock implements KernelClock {
  state: KernelClockState = untoldKernelClock.read();
  readonly changes: KernelClockChange[] = [];
  read = (): KernelClockState => this.state;
  change = (change: KernelClockChange): void => {
    this.changes.push(change);
    this.state = { ...this.state, ...change };
  };
}

/** An instance whose time is an hour ahead of the common timebase, at its rate. */
class FakeClock {
  lockState: ClockState['lockState'] = 'locked';
  holdover: ClockState['holdover'] = 'none';
  rateOffset = 0;
  told: TimePropertiesDS = {
    ...initialTimeProperties,
    ...{ ptpTimescale: true, currentUtcOffset: 37, currentUtcOffsetValid: true },
  };
  timeAt = (common: Instant): Instant => (common + 3_600n * second * unitsPerNs) as Instant;
  state(): ClockState {
    return {
      ...{ lockState: this.lockState, holdover: this.holdover },
      ...{ rateOffset: this.rateOffset, learnedRateOffset: 3e-6 },
      ...{ timePropertiesDS: this.told, meanOffset: 800, currentDS: { meanDelay: 65_536_000n } },
    } as ClockState;
  }
}

function bench(
  kinds: readonly Steerer['config']['clock'][],
  {
    phcs = [0, 1],
    kernelClock = new FakeKernelClock(),
    utcOffset = 'kernel',
  }: {
    phcs?: readonly number[];
    kernelClock?: FakeKernelClock;
    utcOffset?: TimeConfig['utcOffset'];
  } = {},
) {
  const ports = phcs.map((_, index) => ({
    ...{ interface: `eth${index + 1}`, ingressLatencyNs: 0, egressLatencyNs: 0 },
    delayAsymmetryNs: 0,
  }));
  const plane = new FakeDataPlane({ ports, timestamping: 'auto', busyPoll: false });
  plane.infos = plane.infos.map((info, port) => ({
    ...info,
    phcIndex: phcs[port] ?? -1,
    clock:
      (phcs[port] ?? -1) < 0 ? null : { related: true, offsetNs: 0, ratePpb: 0, uncertaintyNs: 0 },
  }));
  const clock = new FakeClock();
  const time = new VirtualTime();
  const warnings: [port: number, message: string][] = [];
  const steering = new ClockSteering({
    dataPlane: plane,
    steerers: kinds.map((kind, domain) => ({
      name: `bc of domain ${domain}`,
      config: { clock: kind, ports, time: { ...timeConfig, utcOffset } },
      clock,
    })),
    systemClock: { kernelClock, listIn: () => null },
    timerClock: time,
    warn: (port, message) => warnings.push([port, message]),
  });
  return { plane, clock, time, warnings, steering, kernelClock };
}

describe('clock: phc', () => {
  test('the hardware clock of every port is brought to the time of the instance', () => {
    const { plane, clock, time, steering } = bench(['phc']);
    plane.readings.set(0, { clockNs: nowNs, commonNs: nowNs, rateOffset: 40e-6 });
    plane.readings.set(1, {
      ...{ clockNs: nowNs + 3_600n * second + 1_000n, commonNs: nowNs, rateOffset: 0 },
    });
    steering.start();
    time.advance(disciplineInterval);

    const [first, second_] = plane.adjusted;
    expect(first?.[0]).toBe(0);
    expect(first?.[1].stepNs).toBe(3_600n * second);
    expect(first?.[1].rateChangePpb).toBeCloseTo(-40_000, 3);
    expect(second_?.[0]).toBe(1);
    expect(second_?.[1].stepNs).toBe(0n);
    expect(second_?.[1].rateChangePpb).toBeCloseTo(-500, 3);
    expect(steering.statusOf(clock)).toEqual([
      { name: '/dev/ptp0', interfaces: ['eth1'], aheadNs: -3_600e9, problem: null },
      { name: '/dev/ptp1', interfaces: ['eth2'], aheadNs: 1_000, problem: null },
    ]);
  });

  test('ports of one card have one clock, adjusted once', () => {
    const { plane, time, steering } = bench(['phc'], { phcs: [3, 3] });
    plane.readings.set(0, { clockNs: nowNs, commonNs: nowNs, rateOffset: 0 });
    steering.start();
    time.advance(disciplineInterval);
    expect(plane.adjusted.map(([clock]) => clock)).toEqual([0]);
  });

  test.each(['unlocked', 'acquiring'] as const)('while %s it is left alone', (lockState) => {
    const { plane, clock, time, steering } = bench(['phc']);
    plane.readings.set(0, { clockNs: nowNs, commonNs: nowNs, rateOffset: 0 });
    clock.lockState = lockState;
    steering.start();
    time.advance(4 * disciplineInterval);
    expect(plane.adjusted).toEqual([]);
  });

  test.each(['a lost lock', 'the end'] as const)(
    'after %s it goes on at the rate that was learned, and not at one that was to bring it nearer',
    (what) => {
      const { plane, clock, time, steering } = bench(['phc'], { phcs: [3, 3] });
      const aheadNs = 3_600n * second + 10_000n;
      plane.readings.set(0, { clockNs: nowNs + aheadNs, commonNs: nowNs, rateOffset: -2e-6 });
      clock.rateOffset = 12e-6;
      steering.start();
      time.advance(disciplineInterval);
      expect(plane.adjusted[0]?.[1].rateChangePpb).toBeCloseTo(14_000 - 5_000, 0);
      plane.adjusted.length = 0;
      if (what === 'the end') steering.stop();
      clock.lockState = 'acquiring';
      time.advance(durationNs(4 * disciplineInterval));
      expect(plane.adjusted).toHaveLength(1);
      expect(plane.adjusted[0]?.[1].stepNs).toBe(0n);
      expect(plane.adjusted[0]?.[1].rateChangePpb).toBeCloseTo(5_000, 0);
    },
  );

  test('where no port has one it is refused, with the remedy', () => {
    expect(() => bench(['phc'], { phcs: [-1, -1] })).toThrow(
      'bc of domain 0: clock: phc: no hardware time stamps on eth1, eth2; use clock: virtual',
    );
  });

  test('a port that has none is told of, the others are steered', () => {
    const { plane, time, warnings, steering } = bench(['phc'], { phcs: [0, -1] });
    plane.readings.set(0, { clockNs: nowNs, commonNs: nowNs, rateOffset: 0 });
    steering.start();
    time.advance(disciplineInterval);
    expect(warnings).toEqual([[1, 'without hardware time stamps it has no clock to steer']]);
    expect(plane.adjusted).toHaveLength(1);
  });

  test('two instances do not steer one clock', () => {
    expect(() => bench(['phc', 'phc'])).toThrow(
      '/dev/ptp0 would be steered by the bc of domain 0 and the bc of domain 1: use clock: virtual for one of them',
    );
  });

  test('one that cannot be adjusted is told of once, shown, and tried again after a while', () => {
    const { plane, clock, time, warnings, steering } = bench(['phc']);
    plane.readings.set(1, { clockNs: nowNs, commonNs: nowNs, rateOffset: 0 });
    plane.refusal = new Error('/dev/ptp1: the clock cannot be adjusted');
    steering.start();
    time.advance(3 * disciplineInterval);
    expect(warnings).toEqual([[1, '/dev/ptp1: the clock cannot be adjusted']]);
    expect(plane.refused).toBe(1);
    expect(steering.statusOf(clock)).toMatchObject([
      { problem: null },
      { problem: '/dev/ptp1: the clock cannot be adjusted' },
    ]);
    plane.refusal = undefined;
    time.advance(durationNs(10e9));
    expect(plane.adjusted.length).toBeGreaterThan(0);
    expect(steering.statusOf(clock)).toMatchObject([{ problem: null }, { problem: null }]);
  });
});

describe('clock: system', () => {
  function systemBench() {
    const it = bench(['system'], { phcs: [-1, -1] });
    it.plane.readings.set('system', { clockNs: nowNs, commonNs: nowNs, rateOffset: 0 });
    return it;
  }

  test('shows UTC where the timescale is PTP, else the time as it is', () => {
    const { plane, time, steering } = systemBench();
    steering.start();
    time.advance(disciplineInterval);
    expect(plane.adjusted.map(([to, { stepNs }]) => [to, stepNs])).toEqual([
      ['system', 3_563n * second],
    ]);

    const other = systemBench();
    other.clock.told = { ...other.clock.told, ptpTimescale: false };
    other.steering.start();
    other.time.advance(disciplineInterval);
    expect(other.plane.adjusted[0]?.[1].stepNs).toBe(3_600n * second);
  });

  test('its rate is compared with that of the timebase, which nobody steers', () => {
    const { plane, time, steering } = systemBench();
    // An hour ahead as the instance is, but for the 37 s of UTC, and 40 ppm too fast.
    const clockNs = nowNs + 3_563n * second;
    plane.readings.set('system', { clockNs, commonNs: nowNs, rateOffset: 40e-6 });
    steering.start();
    time.advance(disciplineInterval);
    const [, correction] = plane.adjusted[0] ?? [];
    expect(correction?.stepNs).toBe(0n);
    expect(correction?.rateChangePpb).toBeCloseTo(-40_000, 0);
  });
});

describe('clock: system, what the kernel and others are told', () => {
  /** The system clock is at the instance's UTC, where TAI - UTC is `utcOffset`. */
  function systemBench(options: Parameters<typeof bench>[1] = {}) {
    const it = bench(['system'], { phcs: [-1, -1], ...options });
    /** What the raw time, which the time stamps are of, is now; an hour behind the instance's. */
    const at = (utc: string) =>
      BigInt(Date.parse(utc)) * 1_000_000n + 37n * second - 3_600n * second;
    const show = (utc: string, utcOffset = 37n) => {
      const commonNs = at(utc);
      const clockNs = commonNs + 3_600n * second - utcOffset * second;
      it.plane.readings.set('system', { clockNs, commonNs, rateOffset: 0 });
      it.plane.adjusted.length = 0;
      it.time.advance(disciplineInterval);
      const steps = it.plane.adjusted.map(([, { stepNs }]) => stepNs);
      it.time.advance(durationNs(1e9));
      return steps;
    };
    it.steering.start();
    return { ...it, show };
  }
  const usualDay = '2027-03-05T10:00:00Z';

  test('while it is locked it is synchronised, so well, and TAI is told; no longer when it is not', () => {
    const { clock, kernelClock, time, steering, show } = systemBench();
    show(usualDay);
    expect(kernelClock.state).toEqual({
      ...{ taiOffset: 37, synchronised: true, leapSecond: 'none' },
      // 0.8 us of the offsets, and no more than a path of 1 us can hide.
      ...{ estimatedErrorUs: 1, maxErrorUs: 2 },
    });
    clock.lockState = 'holdover';
    clock.holdover = 'withinSpecification';
    time.advance(durationNs(2e9));
    expect(kernelClock.state.synchronised).toBe(true);
    clock.holdover = 'beyondSpecification';
    time.advance(disciplineInterval);
    expect(kernelClock.state).toMatchObject({ synchronised: false, leapSecond: 'none' });
    clock.lockState = 'locked';
    show(usualDay);
    expect(kernelClock.state.synchronised).toBe(true);
    steering.stop();
    expect(kernelClock.state.synchronised).toBe(false);
  });

  test('it is told once a second at most, and of nothing before there is a lock', () => {
    const { clock, kernelClock, time, show } = systemBench();
    clock.lockState = 'acquiring';
    show(usualDay);
    expect(kernelClock.changes).toEqual([]);
    clock.lockState = 'locked';
    time.advance(durationNs(10e9));
    expect(kernelClock.changes.length).toBeLessThanOrEqual(11);
    expect(kernelClock.changes.length).toBeGreaterThan(8);
  });

  test('an offset that is not valid sets nothing, while none is known; told once, with the remedy', () => {
    const { clock, warnings, steering, show } = systemBench();
    clock.told = { ...clock.told, currentUtcOffset: 0, currentUtcOffsetValid: false };
    expect(show(usualDay, 25n)).toEqual([]);
    expect(show(usualDay, 25n)).toEqual([]);
    expect(warnings).toEqual([
      [
        0,
        "CLOCK_REALTIME: the master's currentUtcOffset is not valid, and nobody here knows better: it is left alone; set currentUtcOffsetValid at the master (pmc), or write time: {utcOffset: 37}",
      ],
    ]);
    expect(steering.statusOf(clock)).toMatchObject([
      { aheadNs: null, utc: { utcOffset: null, origin: null, synchronised: false } },
    ]);
  });

  test.each([
    ['the kernel', 'kernel'],
    ['the configuration', 'configured'],
  ] as const)('where it is not valid, that of %s is used', (_, origin) => {
    const kernelClock = new FakeKernelClock();
    if (origin === 'kernel') kernelClock.state = { ...kernelClock.state, taiOffset: 37 };
    const utcOffset = origin === 'kernel' ? 'kernel' : 37;
    const { clock, steering, warnings, show } = systemBench({ kernelClock, utcOffset });
    clock.told = { ...clock.told, currentUtcOffset: 0, currentUtcOffsetValid: false };
    expect(show(usualDay, 25n)).toEqual([-12n * second]);
    expect(warnings).toHaveLength(1);
    expect(steering.statusOf(clock)).toMatchObject([{ utc: { utcOffset: 37, origin } }]);
  });

  test('two masters that tell 37 and 38 in turn step nothing: counted, and told once', () => {
    const { clock, steering, warnings, show } = systemBench();
    expect(show(usualDay)).toEqual([0n]);
    for (const currentUtcOffset of [38, 37, 38, 37, 38]) {
      clock.told = { ...clock.told, currentUtcOffset };
      expect(show(usualDay)).toEqual([0n]);
    }
    expect(steering.statusOf(clock)).toMatchObject([
      { utc: { utcOffset: 37, refused: 'utcOffset', refusals: 3 } },
    ]);
    expect(warnings).toEqual([
      [
        0,
        'CLOCK_REALTIME: the master tells currentUtcOffset 38, but TAI - UTC is 37 s (master): it is not set by that, unless that lasts',
      ],
    ]);
  });

  test('a leap second: the kernel is told of it, makes it itself, and is not corrected for it', () => {
    const { clock, kernelClock, show } = systemBench();
    clock.told = { ...clock.told, leap61: true };
    expect(show('2027-06-30T23:59:50Z')).toEqual([0n]);
    expect(kernelClock.state).toMatchObject({ leapSecond: 'insert', taiOffset: 37 });
    // Just before and after it its clock is left alone: nobody knows to a microsecond when it does that.
    // It keeps the rate that was learned until then.
    expect(show('2027-06-30T23:59:59.5Z')).toEqual([0n]);
    expect(show('2027-07-01T00:00:01Z', 38n)).toEqual([]);
    // The master has not told of the new offset yet.
    expect(show('2027-07-01T00:00:05Z', 38n)).toEqual([0n]);
    expect(kernelClock.state).toMatchObject({ leapSecond: 'none', taiOffset: 38 });
    clock.told = { ...clock.told, leap61: false, currentUtcOffset: 38 };
    expect(show('2027-07-01T00:00:10Z', 38n)).toEqual([0n]);
  });

  test('a lock that is lost right before it takes nothing back: the day ends all the same', () => {
    const { clock, kernelClock, steering, show } = systemBench();
    clock.told = { ...clock.told, leap61: true };
    show('2027-06-30T23:59:50Z');
    clock.lockState = 'acquiring';
    show('2027-06-30T23:59:58Z');
    expect(kernelClock.state).toMatchObject({ synchronised: false, leapSecond: 'insert' });
    clock.lockState = 'locked';
    expect(show('2027-07-01T00:00:05Z', 38n)).toEqual([0n]);
    expect(kernelClock.state).toMatchObject({ synchronised: true, leapSecond: 'none' });
    clock.lockState = 'acquiring';
    show('2027-07-01T00:00:08Z', 38n);
    steering.stop();
    expect(kernelClock.state).toMatchObject({ synchronised: false, leapSecond: 'none' });
  });

  test('a kernel that has not made it is set', () => {
    const { clock, show } = systemBench();
    clock.told = { ...clock.told, leap59: true };
    expect(show('2027-06-30T23:59:50Z')).toEqual([0n]);
    expect(show('2027-07-01T00:00:05Z')).toEqual([second]);
  });
});
