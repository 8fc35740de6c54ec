/**
 *   gm (domain 0) -----.         .---- slave (domain 0)
 *                       device
 *   gm' (domain 24) ---'         '---- slave' (domain 24)
 *
 * The device, set up by the daemon's own code, is a boundary clock in domain 0 and transparent in every other one, on the
 * same ports. The two grandmasters are an hour and 50 ppm apart.
 */
import { expect, test } from 'vitest';
import type { ClockConfig } from '../../../src/config/config.js';
import { domainChains } from '../harness/boundary-chain.js';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

const boundaryClock = (interfaces: readonly string[]): ClockConfig => ({
  ...{ type: 'bc', domain: 0, sdoId: 0, priority1: 128, priority2: 128, clockClass: 248 },
  ...{ clockAccuracy: 0xfe, offsetScaledLogVariance: 0xffff, slaveOnly: false, pathTrace: false },
  clock: 'virtual',
  time: {
    ...{ source: 'system', utcOffset: 'kernel', leapSecondsFile: '/usr/share/zoneinfo/none' },
    ...{ timeTraceable: false, frequencyTraceable: false },
  },
  servo: {
    ...{ kind: 'pi', firstStepThresholdNs: 20e3, stepThresholdNs: 1e6 },
    ...{ lockThresholdNs: 'auto', maxRate: 0.1 },
  },
  measurement: {
    ...{ syncReceiptTimeout: 6, maxSyncReceiptTimeoutNs: 10e9, delayReceiptTimeout: 10 },
    ...{ minLogDelayReqInterval: -7, maxLogDelayReqInterval: 4 },
    ...{ minPathDelayNs: -1e6, maxPathDelayNs: 1e9 },
  },
  untilLocked: 'degrade',
  ports: interfaces.map((name) => ({
    ...{ interface: name, transport: 'l2', delayMechanism: 'e2e', masterOnly: false },
    ...{ logAnnounceInterval: 0, announceReceiptTimeout: 3, logSyncInterval: -3 },
    ...{ logMinDelayReqInterval: -3, logMinPdelayReqInterval: 0 },
  })),
});

test('a boundary clock in one domain and a transparent clock in the others', () => {
  const scenario = new Scenario(85);
  const queue = { residence: { kind: 'uniform', fromNs: 5_000, toNs: 500_000 } } as const;
  const device = scenario.transparentClock('device', {
    clock: { driftPpb: 30_000 },
    ports: [queue, queue, queue, queue],
    instances: (interfaces) => [boundaryClock(interfaces), { type: 'e2e-tc', domain: 'any' }],
  });
  const [ended, through] = domainChains(scenario, device, [0, 24], 50_000);
  if (ended === undefined || through === undefined) throw new Error('two chains');

  scenario.run(70);

  expect(ended.slave.state().currentDS.stepsRemoved).toBe(2);
  expect(through.slave.state().currentDS.stepsRemoved).toBe(1);
  expect(
    device.transparentClock.clocks()[0]?.clock.ports.map(({ portState }) => portState),
  ).toEqual(['SLAVE', 'MASTER', 'MASTER', 'MASTER']);
  for (const { gm, slave, errors } of [ended, through]) {
    expect(slave.state().parentDS.grandmasterIdentity).toBe(gm.identity);
    expect(errorsOf(errors, 55).worstNs).toBeLessThan(20);
  }
});
