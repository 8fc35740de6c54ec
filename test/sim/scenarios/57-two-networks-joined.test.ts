/**
 *   gm1 ---- bc1 -----/ from 20 s on /----- bc2 ---- gm2
 *
 * Two networks, 2 ms apart, that become one: the worse one's clocks are set once, the better one's do not notice.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('two networks become one', () => {
  const scenario = new Scenario(57);
  const gm1 = scenario.grandmaster('gm1');
  const bc1 = scenario.boundaryClock('bc1', { clock: { driftPpb: 6_000 } });
  const bc2 = scenario.boundaryClock('bc2', { clock: { driftPpb: -3_000 } });
  const gm2 = scenario.grandmaster('gm2', {
    priority1: 2,
    clock: { offsetNs: 2e6 },
  });
  scenario.connect(gm1, 0, bc1, 0);
  scenario.connect(gm2, 0, bc2, 0);
  const bridge = scenario.connect(bc1, 1, bc2, 1);
  bridge.setUp(false);
  const errors = [bc1, bc2, gm2].map((clock) => scenario.compare(clock, gm1));
  scenario.at(20, () => bridge.setUp(true));
  scenario.run(20);
  expect(bc2.state().parentDS.grandmasterIdentity).toBe(gm2.identity);
  expect(errorsOf(errors[1] ?? [], 19).meanNs).toBeCloseTo(2e6, -4);

  scenario.run(30);

  expect(gm2.portStates()).toEqual(['SLAVE']);
  expect(gm2.state().parentDS.grandmasterIdentity).toBe(gm1.identity);
  expect(errorsOf(errors[0] ?? [], 19).worstNs).toBeLessThan(200);
  for (const error of errors) expect(errorsOf(error, 47).worstNs).toBeLessThan(100);
});
