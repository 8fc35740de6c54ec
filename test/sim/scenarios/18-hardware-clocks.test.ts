/**
 *   gm ---- (phc 0) tc1 (phc 1) ---- ... ---- (phc 0) tcN (phc 1) ---- slave
 *
 * Every port has a hardware clock of its own, up to 100 ppm off one way or the other and seconds apart, with exact time
 * stamps. The engine relates them by cross time stamps with the device's own clock, which is not right either.
 */
import { describe, expect, test } from 'vitest';
import type { PortModel } from '../../../src/native/virtual/virtual-network.js';
import { chain, type Chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';

const residence = { kind: 'uniform', fromNs: 10_000, toNs: 1e6 } as const;
const settledSeconds = 60;
const runSeconds = 90;
/** Of 16 a second. */
const samplesExpected = 0.9 * 16 * (runSeconds - settledSeconds);

function throughSwitches(count: number, ports: (place: number) => PortModel[]): Chain {
  return chain({
    seed: 18,
    clocks: count,
    clock: (place) => ({ clock: { driftPpb: 30_000, offsetNs: -40e9 }, ports: ports(place) }),
  });
}

const unrelated = (place: number): PortModel[] => [
  { residence, hardwareClock: { driftPpb: 100_000 - 10_000 * place, offsetNs: 5e9 } },
  { residence, hardwareClock: { driftPpb: -100_000 + 5_000 * place, offsetNs: -7e9 } },
];

describe('hardware clocks that run apart', () => {
  test.each([
    { count: 1, worstNs: 5 },
    { count: 20, worstNs: 50 },
  ])(
    'through $count switches the residual is below $worstNs ns after 60 s',
    ({ count, worstNs }) => {
      const { scenario, receiver, clocks } = throughSwitches(count, unrelated);

      scenario.run(runSeconds);

      const errors = errorsOf(receiver.samples, settledSeconds);
      expect(errors.count).toBeGreaterThan(samplesExpected);
      expect(errors.worstNs).toBeLessThan(worstNs);
      const related = clocks.flatMap(({ dataPlane }) => dataPlane.ports().map((it) => it.clock));
      expect(related).toHaveLength(2 * count);
      expect(new Set(related.map((clock) => clock?.related))).toEqual(new Set([true]));
    },
  );
});

test('ports that share one clock have it alike, and it moves for all of them', () => {
  const { scenario, receiver, clocks } = throughSwitches(1, () => [
    { residence, hardwareClock: { driftPpb: 100_000, offsetNs: 5e9 } },
    { residence, hardwareClock: { ofPort: 0 } },
  ]);
  const dataPlane = clocks[0]?.dataPlane;
  scenario.at(settledSeconds + 0.006, () => dataPlane?.port(0).timestamper.clock.step(-1e9));

  scenario.run(runSeconds);

  const [first, second] = dataPlane?.ports() ?? [];
  expect(first?.clock).toMatchObject({ related: true });
  expect(second).toMatchObject({ clock: first?.clock, phcIndex: first?.phcIndex });
  expect(clocks[0]?.counter('timestamp.clockMoved')).toBe(2);
  const errors = errorsOf(receiver.samples, settledSeconds);
  expect(errors.count).toBeGreaterThan(samplesExpected);
  expect(errors.worstNs).toBeLessThan(5);
});

test('hardware that loses time stamps of unrelated clocks costs samples, not accuracy', () => {
  const timestamping = { transmitLoss: 0.1, receiveLoss: 0.1 };
  const { scenario, receiver, clocks } = throughSwitches(1, (place) =>
    unrelated(place).map((port) => ({ ...port, timestamping })),
  );

  scenario.run(runSeconds);

  const errors = errorsOf(receiver.samples, settledSeconds);
  expect(errors.count).toBeGreaterThan(0.9 * 0.9 ** 2 * samplesExpected);
  expect(errors.worstNs).toBeLessThan(5);
  for (const name of ['timestamp.transmitMissing', 'timestamp.receiveMissing']) {
    expect(clocks[0]?.counter(name)).toBeGreaterThan(100);
  }
});
