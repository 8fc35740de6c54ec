/**
 *   gm ---- bc1 ---- bc2 ---- slave
 *
 * Every cable loses one frame in five, Announce messages as well. At that rate three in a row are lost once in two minutes,
 * so that announceReceiptTimeout is five.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorsOf } from '../harness/samples.js';

test('lost frames cost samples, not accuracy', () => {
  const { scenario, gm, clocks, errors } = boundaryChain({
    seed: 59,
    clocks: 2,
    clock: (place) => ({ clock: { driftPpb: 10_000 - place * 9_000 }, announceReceiptTimeout: 6 }),
    cable: () => ({ loss: 0.2 }),
  });

  scenario.run(70);

  for (const clock of clocks) {
    expect(clock.state().parentDS.grandmasterIdentity).toBe(gm.identity);
    expect(clock.state().lockState).toBe('locked');
  }
  expect(clocks[1]?.discards.get('followUpMissing')).toBeGreaterThan(40);
  for (const error of errors) expect(errorsOf(error, 50).worstNs).toBeLessThan(20);
});
