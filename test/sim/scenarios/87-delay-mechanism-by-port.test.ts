/**
 *   gm (e2e) ---- bc1 ---- (p2p) bc2 ---- slave (e2e)
 *
 * Each port of a boundary clock measures as its neighbour does.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('end to end on one port, peer to peer on the other', () => {
  const scenario = new Scenario(87);
  const e2e = { delayMechanism: 'e2e' } as const;
  const p2p = { delayMechanism: 'p2p' } as const;
  const gm = scenario.boundaryClock('gm', { priority1: 1, ports: [e2e] });
  const bc1 = scenario.boundaryClock('bc1', { ports: [e2e, p2p], clock: { driftPpb: 20_000 } });
  const bc2 = scenario.boundaryClock('bc2', { ports: [p2p, e2e], clock: { driftPpb: -9_000 } });
  const slave = scenario.boundaryClock('slave', { slaveOnly: true, ports: [e2e] });
  scenario.connect(gm, 0, bc1, 0);
  scenario.connect(bc1, 1, bc2, 0);
  scenario.connect(bc2, 1, slave, 0);
  const errors = [bc1, bc2, slave].map((clock) => scenario.compare(clock, gm));

  scenario.run(50);

  expect(slave.state().lockState).toBe('locked');
  expect(bc2.discards.get('otherDelayMechanism')).toBeUndefined();
  for (const error of errors) expect(errorsOf(error, 42).worstNs).toBeLessThan(15);
});
