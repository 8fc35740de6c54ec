/**
 *   gm ---- tc ---- slave
 *
 * The hardware of the transparent clock stamps frames 400 ns after they arrive and 150 ns before they leave (7.3.4).
 */
import { describe, expect, test } from 'vitest';
import type { PortModel } from '../../../src/native/virtual/virtual-network.js';
import { chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';
import type { DelayMechanism } from '../harness/scenario.js';

const latencies = { ingressLatencyNs: 400, egressLatencyNs: 150 };
/** Only the port towards the slave has them, or else they would cancel out between the directions. */
const late: PortModel = { timestamping: latencies };

function meanErrorOf(delayMechanism: DelayMechanism, towardsSlave: PortModel): number {
  const { scenario, receiver } = chain({
    seed: 7,
    delayMechanism,
    clocks: 1,
    clock: () => ({ ports: [{}, towardsSlave] }),
  });
  scenario.run(60);
  return errorsOf(receiver.samples, 20).meanNs;
}

describe.each(['e2e', 'p2p'] as const)('%s', (delayMechanism) => {
  test('unknown: half their difference is the error', () => {
    // Down, a residence of the Sync too short by 150. Up, one of the Delay_Req too short by 400; or, peer to peer, a link
    // to the slave that seems longer by half of 150 + 400.
    expect(meanErrorOf(delayMechanism, late)).toBeCloseTo((150 - 400) / 2, 0);
  });

  test('configured: made good', () => {
    expect(Math.abs(meanErrorOf(delayMechanism, { ...late, ...latencies }))).toBeLessThan(1);
  });
});
