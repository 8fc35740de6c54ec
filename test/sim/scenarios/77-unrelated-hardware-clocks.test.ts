/**
 *   gm ---- bc ---- slave
 *
 * Every port of the boundary clock has a hardware clock of its own, an hour and 60 ppm apart: the instance's time is the
 * same on both. At 40 s somebody sets the clock of the master port.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorsOf } from '../harness/samples.js';

test('ports whose hardware clocks have nothing to do with each other', () => {
  const { scenario, clocks, errors } = boundaryChain({
    seed: 77,
    clocks: 1,
    clock: (place) =>
      place === 1
        ? {}
        : {
            clock: { driftPpb: 12_000 },
            ports: [
              { hardwareClock: { driftPpb: 40_000, offsetNs: -1_800e9 } },
              { hardwareClock: { driftPpb: -20_000, offsetNs: 1_800e9 } },
            ],
          },
  });
  scenario.at(40, () => clocks[0]?.dataPlane.port(1).timestamper.clock.step(1e9));

  scenario.run(70);

  expect(clocks.map((clock) => clock.state().lockState)).toEqual(['locked', 'locked']);
  for (const error of errors) {
    expect(errorsOf(error, 35, 40).worstNs).toBeLessThan(20);
    expect(errorsOf(error, 40).worstNs).toBeLessThan(100);
  }
});
