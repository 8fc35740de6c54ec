/**
 *   gm ---- (phc 0) bc (phc 1) ---- slave
 *
 * The boundary clock's ports have hardware clocks of their own, an hour and 60 ppm apart, which readings find no better than
 * real ones do. It steers both: each shows the grandmaster's time. At 60 s somebody sets one of them, and from 90 s on
 * the system clock is set and slewed, which nobody notices.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorsOf } from '../harness/samples.js';
import { disturbedSeconds, disturbSystemClock } from '../harness/system-clock.js';

const readings = {
  window: { kind: 'uniform', fromNs: 600, toNs: 1_400 },
  asymmetryNoise: 0.05,
} as const;

test('two unrelated hardware clocks show PTP time, and nobody behind them is any the worse for it', () => {
  const { scenario, gm, clocks, errors } = boundaryChain({
    seed: 94,
    clocks: 1,
    clock: (place) =>
      place === 1
        ? {}
        : {
            steers: 'phc',
            clock: { driftPpb: 12_000, offsetNs: 5e9 },
            ports: [
              { hardwareClock: { driftPpb: 40_000, wanderPpb: 2, offsetNs: -1_800e9, readings } },
              { hardwareClock: { driftPpb: -20_000, wanderPpb: 2, offsetNs: 1_800e9, readings } },
            ],
          },
  });
  const bc = clocks[0]!;
  const hardware = [0, 1].map((port) => bc.dataPlane.port(port).timestamper.clock);
  const shown = hardware.map((clock) =>
    scenario.compare({ aheadNs: () => clock.deviationNs() }, gm),
  );
  const moved = (): number => {
    const { layout, values } = bc.dataPlane.counters();
    const index = layout.names.indexOf('timestamp.clockMoved');
    return [0, 1].reduce((sum, port) => sum + Number(values[port * layout.stride + index]), 0);
  };
  scenario.at(60, () => {
    // What it does itself is no news to it.
    expect(moved()).toBe(0);
    hardware[1]!.step(1e9);
  });

  disturbSystemClock(bc, 90, (second, run) => scenario.at(second, run));

  scenario.run(90 + disturbedSeconds);

  expect(moved()).toBe(1);
  expect(clocks.map((clock) => clock.state().lockState)).toEqual(['locked', 'locked']);
  for (const error of shown) {
    expect(errorsOf(error, 30, 60).worstNs).toBeLessThan(100);
    expect(errorsOf(error, 80).worstNs).toBeLessThan(100);
  }
  for (const error of errors) {
    expect(errorsOf(error, 30, 60).worstNs).toBeLessThan(50);
    expect(errorsOf(error, 60, 90).worstNs).toBeLessThan(200);
  }
  for (const error of [...shown, ...errors]) {
    const { rmsNs, worstNs } = errorsOf(error, 90);
    expect(rmsNs).toBeLessThan(30);
    expect(worstNs).toBeLessThan(100);
  }
  expect(bc.steered().map(({ name, interfaces }) => [name, ...interfaces])).toEqual([
    ['/dev/ptp0', 'bc1-0'],
    ['/dev/ptp1', 'bc1-1'],
  ]);
});
