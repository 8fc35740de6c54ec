/**
 *   gm (p2p, domain 0) -----.            .---- slave (p2p, domain 0)
 *                            tc1 ---- tc2
 *   gm' (e2e, domain 24) ---'            '---- slave' (e2e, domain 24)
 *
 * One box, two delay mechanisms: each domain has its own.
 */
import { expect, test } from 'vitest';
import type { InstanceConfig } from '../../../src/config/config.js';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

const instances: readonly InstanceConfig[] = [
  { type: 'p2p-tc', domain: 0, logMinPdelayReqInterval: 0 },
  { type: 'e2e-tc', domain: 24 },
];
const jittery = { residence: { kind: 'uniform', fromNs: 10_000, toNs: 1e6 } } as const;

test('a peer-to-peer and an end-to-end domain through the same switches', () => {
  const scenario = new Scenario(31);
  const tc = { clock: { driftPpb: 70_000 }, ports: [jittery, jittery, jittery], instances };
  const tc1 = scenario.transparentClock('tc1', tc);
  const tc2 = scenario.transparentClock('tc2', tc);
  scenario.connect(tc1, 2, tc2, 2);
  const slaves = (['p2p', 'e2e'] as const).map((delayMechanism, port) => {
    const domainNumber = port * 24;
    const gm = scenario.timeSource(`gm ${delayMechanism}`, { delayMechanism, domainNumber });
    const slave = scenario.timeReceiver(`slave ${delayMechanism}`, {
      delayMechanism,
      domainNumber,
    });
    scenario.connect(gm, 0, tc1, port);
    scenario.connect(tc2, port, slave, 0);
    return slave;
  });

  scenario.run(90);

  for (const slave of slaves) {
    const errors = errorsOf(slave.samples, 30);
    expect(errors.count).toBeGreaterThan(900);
    expect(Math.abs(errors.meanNs)).toBeLessThan(1.5);
    expect(errors.worstNs).toBeLessThan(6);
  }
});
