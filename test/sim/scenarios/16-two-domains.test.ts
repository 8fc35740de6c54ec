/**
 *    gm (domain 0) ----.            .---- slave (domain 0)
 *                       tc1 ---- tc2
 *   gm' (domain 24) ---'            '---- slave' (domain 24)
 *
 * The two grandmasters are 200 ppm and an hour apart; each slave keeps the pace of its own.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

const jittery = { residence: { kind: 'uniform', fromNs: 10_000, toNs: 2e6 } } as const;

test('domains are syntonised each by itself', () => {
  const scenario = new Scenario(16);
  const tc = { clock: { driftPpb: 30_000 }, ports: [jittery, jittery, jittery] };
  const tc1 = scenario.transparentClock('tc1', tc);
  const tc2 = scenario.transparentClock('tc2', tc);
  scenario.connect(tc1, 2, tc2, 2);
  const slaves = [
    { domainNumber: 0, driftPpb: 100_000 },
    { domainNumber: 24, driftPpb: -100_000 },
  ].map(({ domainNumber, driftPpb }, port) => {
    const gm = scenario.timeSource(`gm${domainNumber}`, {
      domainNumber,
      clock: { driftPpb, offsetNs: domainNumber * 150e9 },
    });
    const slave = scenario.timeReceiver(`slave${domainNumber}`, {
      domainNumber,
      clock: { driftPpb },
    });
    scenario.connect(gm, 0, tc1, port);
    scenario.connect(tc2, port, slave, 0);
    return slave;
  });

  scenario.run(120);

  for (const slave of slaves) {
    const errors = errorsOf(slave.samples, 60);
    expect(errors.count).toBeGreaterThan(900);
    expect(Math.abs(errors.meanNs)).toBeLessThan(1);
    expect(errors.worstNs).toBeLessThan(8);
  }
});
