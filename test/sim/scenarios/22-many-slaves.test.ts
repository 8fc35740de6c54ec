/**
 *            .---- slave1
 *   gm ---- tc ---- ...
 *            '---- slave12
 *
 * One Sync leaves by twelve ports at twelve moments; twelve slaves ask for their delays, by multicast, all heard by all
 * that should hear them.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

const slaveCount = 12;
const residence = { kind: 'uniform', fromNs: 5_000, toNs: 500_000 } as const;

test('each slave gets the correction of its own port', () => {
  const scenario = new Scenario(22);
  const gm = scenario.timeSource('gm');
  const tc = scenario.transparentClock('tc', {
    clock: { driftPpb: 100_000 },
    ports: Array.from({ length: slaveCount + 1 }, () => ({ residence })),
  });
  scenario.connect(gm, 0, tc, 0);
  const slaves = Array.from({ length: slaveCount }, (_, index) => {
    const slave = scenario.timeReceiver(`slave${index + 1}`, { clock: { offsetNs: index * 1e6 } });
    scenario.connect(tc, index + 1, slave, 0, { delayNs: 100 * (index + 1) });
    return slave;
  });

  scenario.run(60);

  for (const slave of slaves) {
    const errors = errorsOf(slave.samples, 20);
    expect(errors.count).toBeGreaterThan(600);
    expect(errors.worstNs).toBeLessThan(4);
  }
});
