/**
 *   gm (domain 0) ----.        .---- slave (domain 0)
 *                      device
 *   gm' (domain 5) ---'        '---- slave' (domain 5)
 *
 * Two boundary clocks on the same four ports, each with a time of its own: the grandmasters are an hour and 40 ppm apart.
 */
import { expect, test } from 'vitest';
import { domainChains } from '../harness/boundary-chain.js';
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
  const chains = domainChains(scenario, bc, [0, 5], 40_000);

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
