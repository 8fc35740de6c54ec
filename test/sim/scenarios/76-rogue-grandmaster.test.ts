/**
 *   gm ---- bc ---- rogue   (priority1 0, 3 s ahead, from 20 s on)
 *            |
 *          slave
 *
 * The port to the rogue is masterOnly (8.2.15.5.2): whatever it says there, nobody follows it.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test.each([true, false])('a rogue grandmaster behind a port with masterOnly %s', (masterOnly) => {
  const scenario = new Scenario(76);
  const gm = scenario.grandmaster('gm', { priority1: 10 });
  const bc = scenario.boundaryClock('bc', { ports: [{}, { masterOnly }, {}] });
  const slave = scenario.slave('slave');
  const rogue = scenario.boundaryClock('rogue', {
    ...{ priority1: 0, ports: [{}] },
    clock: { offsetNs: 3e9 },
  });
  scenario.connect(gm, 0, bc, 0);
  const cable = scenario.connect(bc, 1, rogue, 0);
  scenario.connect(bc, 2, slave, 0);
  cable.setUp(false);
  scenario.at(20, () => cable.setUp(true));
  const errors = scenario.compare(slave, gm);

  scenario.run(32);

  const followed = masterOnly ? gm : rogue;
  expect(slave.state().parentDS.grandmasterIdentity).toBe(followed.identity);
  expect(bc.portStates()).toEqual(
    masterOnly ? ['SLAVE', 'MASTER', 'MASTER'] : ['MASTER', 'SLAVE', 'MASTER'],
  );
  const { worstNs } = errorsOf(errors, 19);
  if (masterOnly) expect(worstNs).toBeLessThan(50);
  else expect(worstNs).toBeGreaterThan(2e9);
});
