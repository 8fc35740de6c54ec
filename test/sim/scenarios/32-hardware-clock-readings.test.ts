/**
 *   gm ---- (phc 0) tc (phc 1) ---- slave
 *
 * Two hardware clocks 200 ppm and seconds apart, whose device can read neither as one would wish: what of that reaches a
 * slave behind it.
 */
import { describe, expect, test } from 'vitest';
import type { ClockReadingModel } from '../../../src/native/virtual/clock-reader.js';
import type { HardwareClockModel, PortModel } from '../../../src/native/virtual/virtual-network.js';
import { chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';

const fast: HardwareClockModel = { driftPpb: 100_000, offsetNs: 5e9 };
const slow: HardwareClockModel = { driftPpb: -100_000, offsetNs: -7e9 };
const residence = { kind: 'uniform', fromNs: 10_000, toNs: 1e6 } as const;
/** What reading a register over PCIe takes. */
const window = { kind: 'uniform', fromNs: 600, toNs: 800 } as const;
const settledSeconds = 30;
const runSeconds = 60;

function portsWith(
  change: (port: 0 | 1) => { clock?: Partial<HardwareClockModel>; port?: PortModel },
): PortModel[] {
  const portOf = (port: 0 | 1, clock: HardwareClockModel): PortModel => {
    const changed = change(port);
    return { residence, ...changed.port, hardwareClock: { ...clock, ...changed.clock } };
  };
  return [portOf(0, fast), portOf(1, slow)];
}

const readAs = (readings: ClockReadingModel) => portsWith(() => ({ clock: { readings } }));

interface Condition {
  readonly title: string;
  readonly ports: PortModel[];
  /** Of the slave's errors, ns. */
  readonly worst: number;
  readonly mean: number;
  /** Offset that nobody can see from inside, ns. */
  readonly bias?: number;
}

const conditions: readonly Condition[] = [
  { title: 'read exactly', ports: readAs({}), worst: 8, mean: 1 },
  { title: 'read in the middle of a long window', ports: readAs({ window }), worst: 8, mean: 1 },
  {
    title: 'read with noise',
    ports: readAs({ window, asymmetryNoise: 0.02 }),
    worst: 20,
    mean: 2,
  },
  {
    title: 'read off the middle, both alike: it cancels out',
    ports: readAs({ window, asymmetry: 0.4 }),
    worst: 60,
    mean: 2,
  },
  {
    title: 'read off the middle, one more than the other: half the difference of the windows stays',
    ports: portsWith((port) => ({
      clock: { readings: { window: 700, asymmetry: port === 0 ? 0.4 : 0 } },
    })),
    worst: 150,
    mean: 2,
    bias: 140,
  },
  {
    title: 'read with interruptions',
    ports: readAs({
      window,
      interruption: { share: 0.1, length: { kind: 'uniform', fromNs: 5_000, toNs: 100_000 } },
    }),
    worst: 8,
    mean: 1,
  },
  { title: 'that count in steps of 8 ns', ports: readAs({ granularityNs: 8 }), worst: 20, mean: 5 },
  {
    title: 'that wander',
    ports: portsWith(() => ({ clock: { wanderPpb: 10 } })),
    worst: 20,
    mean: 2,
  },
  {
    title: 'that run alike',
    ports: portsWith(() => ({ clock: { driftPpb: 100_000 } })),
    worst: 8,
    mean: 1,
  },
  {
    title: 'of which one serves software time stamps',
    ports: [{ residence }, { residence, hardwareClock: slow }],
    worst: 8,
    mean: 1,
  },
  {
    title: 'whose time stamps come late and out of order',
    ports: portsWith(() => ({
      port: { timestamping: { reportDelay: { kind: 'uniform', fromNs: 1_000, toNs: 50e6 } } },
    })),
    worst: 12,
    mean: 2,
  },
];

describe('hardware clocks', () => {
  test.each(conditions)('$title', ({ ports, worst, mean, bias = 0 }) => {
    const { scenario, receiver } = chain({ seed: 32, clocks: 1, clock: () => ({ ports }) });

    scenario.run(runSeconds);

    const errors = errorsOf(receiver.samples, settledSeconds);
    expect(errors.count).toBeGreaterThan(0.9 * 16 * (runSeconds - settledSeconds));
    expect(Math.abs(errors.worstNs)).toBeLessThan(worst);
    expect(Math.abs(Math.abs(errors.meanNs) - bias)).toBeLessThan(mean);
  });

  test.each([
    { how: 'exactly', readings: {}, fromNs: 0, toNs: 1 },
    // 2 % of half a window of 700 ns, as a standard deviation.
    { how: 'with noise', readings: { window: 700, asymmetryNoise: 0.02 }, fromNs: 4, toNs: 10 },
  ])('read $how are known as well as is said', ({ readings, fromNs, toNs }) => {
    const { scenario, clocks } = chain({
      seed: 36,
      clocks: 1,
      clock: () => ({ ports: readAs(readings) }),
    });

    scenario.run(settledSeconds);

    for (const [port, ratePpb] of [100_000, -100_000].entries()) {
      const clock = clocks[0]?.dataPlane.ports()[port]?.clock;
      expect(clock?.uncertaintyNs).toBeGreaterThanOrEqual(fromNs);
      expect(clock?.uncertaintyNs).toBeLessThan(toNs);
      expect(Math.abs((clock?.ratePpb ?? NaN) - ratePpb)).toBeLessThan(20);
    }
  });

  test('that move by less than can be told from noise are followed, not left', () => {
    const { scenario, receiver, clocks } = chain({
      seed: 33,
      clocks: 1,
      clock: () => ({ ports: readAs({}) }),
    });
    const stepNs = 100;
    const clock = () => clocks[0]?.dataPlane.port(1).timestamper.clock;
    scenario.at(settledSeconds + 0.006, () => clock()?.step(stepNs));

    scenario.run(runSeconds);

    // The step itself at first; nothing of it once the line has only readings from after it.
    expect(errorsOf(receiver.samples, settledSeconds).worstNs).toBeLessThan(1.5 * stepNs);
    expect(errorsOf(receiver.samples, settledSeconds + 2).worstNs).toBeLessThan(8);
    expect(clocks[0]?.counter('timestamp.clockMoved')).toBe(0);
  });

  test('all moved at once are related anew, and nothing is corrected wrongly', () => {
    const { scenario, receiver, clocks } = chain({
      seed: 34,
      clocks: 1,
      clock: () => ({ ports: readAs({ window, asymmetryNoise: 0.02 }) }),
    });
    scenario.at(settledSeconds + 0.006, () => {
      for (const port of [0, 1]) clocks[0]?.dataPlane.port(port).timestamper.clock.step(-1e9);
    });

    scenario.run(runSeconds);

    const errors = errorsOf(receiver.samples, settledSeconds);
    expect(errors.worstNs).toBeLessThan(20);
    expect(errors.count).toBeGreaterThan(16 * (runSeconds - settledSeconds) - 20);
    expect(clocks[0]?.counter('timestamp.clockMoved')).toBe(2);
  });

  test('forty of them in a chain of twenty switches', () => {
    const { scenario, receiver } = chain({
      seed: 35,
      clocks: 20,
      clock: () => ({ ports: readAs({ window }) }),
    });

    scenario.run(runSeconds);

    const errors = errorsOf(receiver.samples, settledSeconds);
    expect(Math.abs(errors.meanNs)).toBeLessThan(10);
    expect(errors.worstNs).toBeLessThan(50);
  });
});
