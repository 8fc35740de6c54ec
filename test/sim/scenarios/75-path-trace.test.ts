/**
 *            .---- bc2 ----.
 *   gm ---- bc1            bc4 ---- slave
 *            '---- bc3 ----'
 *
 * With path trace (16.2) every clock knows which way the time has come; without an option the rest of the chain is the same.
 */
import { expect, test } from 'vitest';
import { Scenario } from '../harness/scenario.js';
import { errorsOf } from '../harness/samples.js';

test('path trace in a ring of four', () => {
  const scenario = new Scenario(75);
  const pathTrace = true;
  const gm = scenario.grandmaster('gm', { pathTrace });
  const [bc1, bc2, bc3, bc4] = [1, 2, 3, 4].map((number) =>
    scenario.boundaryClock(`bc${number}`, { pathTrace, ports: [{}, {}, {}] }),
  );
  if (!bc1 || !bc2 || !bc3 || !bc4) throw new Error('no ring');
  const slave = scenario.slave('slave', { pathTrace });
  scenario.connect(gm, 0, bc1, 0);
  scenario.connect(bc1, 1, bc2, 0);
  scenario.connect(bc1, 2, bc3, 0);
  const upper = scenario.connect(bc2, 1, bc4, 0);
  scenario.connect(bc3, 1, bc4, 1);
  scenario.connect(bc4, 2, slave, 0);
  const errors = scenario.compare(slave, gm);
  const path = () =>
    slave
      .state()
      .foreignMasters.flatMap(({ announce }) => announce.tlvs)
      .flatMap((tlv) => (tlv.tlvType === 'PATH_TRACE' ? tlv.pathSequence : []));
  scenario.run(20);
  expect(path()).toEqual([gm, bc1, bc2, bc4].map(({ identity }) => identity));
  expect(bc4.portStates()).toEqual(['SLAVE', 'PASSIVE', 'MASTER']);

  upper.setUp(false);
  scenario.run(10);

  expect(path()).toEqual([gm, bc1, bc3, bc4].map(({ identity }) => identity));
  expect(errorsOf(errors, 19).worstNs).toBeLessThan(100);
});
