/**
 *   gm (domain 0) ----.        .---- slave (domain 0)
 *                      device
 *   gm' (domain 5) ---'        '---- slave' (domain 5)
 *
 * Two boundary clocks on the same four ports, each with a time of its own: the grandmasters are an hour and 40 ppm apart.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('two boundary clocks in one device', () => {
  const scenario = new Scenario(72);
  const device = scenario.boundaryClocks('device', { ports: [{}, {}, {}, {}] }, [
    { domainNumber: 0 },
    { domainNumber: 5 },
  ]);
  const [bc] = device;
  if (bc === undefined) throw new Error('no device');
  const chains = [0, 5].map((domainNumber, index) => {
    const gm = scenario.boundaryClock(`gm${domainNumber}`, {
      ...{ domainNumber, priority1: 1, ports: [{}] },
      clock: { driftPpb: index * 40_000, offsetNs: index * 3_600e9 },
    });
    const slave = scenario.boundaryClock(`slave${domainNumber}`, {
      ...{ domainNumber, slaveOnly: true, ports: [{}] },
    });
    scenario.connect(gm, 0, bc, index);
    scenario.connect(bc, index + 2, slave, 0);
    return { gm, slave, errors: scenario.compare(slave, gm) };
  });

  scenario.run(60);

  for (const [index, { gm, slave, errors }] of chains.entries()) {
    expect(slave.state().parentDS.grandmasterIdentity).toBe(gm.identity);
    expect(device[index]?.portStates()).toEqual(
      index === 0
        ? ['SLAVE', 'MASTER', 'MASTER', 'MASTER']
        : ['MASTER', 'SLAVE', 'MASTER', 'MASTER'],
    );
    expect(errorsOf(errors, 50).worstNs).toBeLessThan(20);
  }
  expect(Math.round((device[1]?.state().rateOffset ?? 0) * 1e6)).toBe(40);
});
