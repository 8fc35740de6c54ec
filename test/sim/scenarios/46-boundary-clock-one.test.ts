/**
 *   gm ---- bc ---- slave
 *
 * Oscillators 30 ppm up and 20 ppm down, a day ahead and an hour behind.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorsOf } from '../harness/samples.js';

const oscillators = [
  { driftPpb: 30_000, offsetNs: 86_400e9 },
  { driftPpb: -20_000, offsetNs: -3_600e9 },
] as const;

test('one boundary clock hands on the time to a nanosecond or two', () => {
  const { scenario, clocks, errors } = boundaryChain({
    seed: 46,
    clocks: 1,
    clock: (place) => ({ clock: oscillators[place] ?? {} }),
  });

  scenario.run(50);

  expect(clocks.map((clock) => clock.portStates())).toEqual([['SLAVE', 'MASTER'], ['SLAVE']]);
  expect(clocks.map((clock) => clock.state().currentDS.stepsRemoved)).toEqual([1, 2]);
  expect(clocks.map((clock) => clock.state().lockState)).toEqual(['locked', 'locked']);
  for (const error of errors) {
    const { worstNs, meanNs } = errorsOf(error, 40);
    expect(worstNs).toBeLessThan(4);
    expect(Math.abs(meanNs)).toBeLessThan(1);
  }
});
