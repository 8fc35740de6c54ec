/** Which clocks are steered, to what, and what is said where they cannot be. */
import { describe, expect, test } from 'vitest';
import { initialTimeProperties } from '../../../../src/core/datasets/time-properties.js';
import type { ClockState } from '../../../../src/core/instance/clock-state.js';
import { disciplineInterval } from '../../../../src/core/servo/clock-discipline.js';
import type { Instant } from '../../../../src/core/time/instant.js';
import { unitsPerNs } from '../../../../src/core/time/time-interval.js';
import { ClockSteering, type Steerer } from '../../../../src/daemon/instances/clock-steering.js';
import { VirtualTime } from '../../../support/virtual-time.js';
import { FakeDataPlane } from '../fake-data-plane.js';

const second = 1_000_000_000n;
const nowNs = 1_700_000_000n * second;

/** An instance whose time is an hour ahead of the common timebase, at its rate. */
class FakeClock {
  lockState: ClockState['lockState'] = 'locked';
  ptpTimescale = true;
  timeAt = (common: Instant): Instant => (common + 3_600n * second * unitsPerNs) as Instant;
  state(): ClockState {
    const { lockState, ptpTimescale } = this;
    const timePropertiesDS = { ...initialTimeProperties, ptpTimescale, currentUtcOffset: 37 };
    return { lockState, rateOffset: 0, timePropertiesDS } as ClockState;
  }
}

function bench(
  kinds: readonly Steerer['config']['clock'][],
  { phcs = [0, 1] }: { phcs?: readonly number[] } = {},
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
    steerers: kinds.map((kind, domain) => ({ config: { clock: kind, domain, ports }, clock })),
    timerClock: time,
    warn: (port, message) => warnings.push([port, message]),
  });
  return { plane, clock, time, warnings, steering };
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
      { name: '/dev/ptp0', interfaces: ['eth1'], aheadNs: -3_600e9 },
      { name: '/dev/ptp1', interfaces: ['eth2'], aheadNs: 1_000 },
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

  test('where no port has one it is refused, with the remedy', () => {
    expect(() => bench(['phc'], { phcs: [-1, -1] })).toThrow(
      'clock: phc of domain 0: no hardware time stamps on eth1, eth2; use clock: virtual',
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
      '/dev/ptp0 would be steered by the instances of domains 0 and 1: use clock: virtual for one of them',
    );
  });

  test('one that cannot be adjusted is told of once, and tried again', () => {
    const { plane, time, warnings, steering } = bench(['phc']);
    plane.readings.set(1, { clockNs: nowNs, commonNs: nowNs, rateOffset: 0 });
    plane.refusal = new Error('/dev/ptp1: the clock cannot be adjusted');
    steering.start();
    time.advance(3 * disciplineInterval);
    expect(warnings).toEqual([[1, '/dev/ptp1: the clock cannot be adjusted']]);
    plane.refusal = undefined;
    time.advance(disciplineInterval);
    expect(plane.adjusted).toHaveLength(1);
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
    other.clock.ptpTimescale = false;
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
