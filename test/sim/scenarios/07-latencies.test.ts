/**
 *   gm ---- tc ---- slave
 *
 * The hardware of the transparent clock stamps frames 400 ns after they arrive and 150 ns before they leave (7.3.4).
 */
import { expect, test } from 'vitest';
import type { PortModel } from '../../../src/native/virtual/virtual-network.js';
import { chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';

const latencies = { ingressLatencyNs: 400, egressLatencyNs: 150 };
/** Only the port towards the slave has them, or else they would cancel out between the directions. */
const late: PortModel = { timestamping: latencies };

function meanErrorOf(towardsSlave: PortModel): number {
  const { scenario, receiver } = chain({
    seed: 7,
    clocks: 1,
    clock: () => ({ ports: [{}, towardsSlave] }),
  });
  scenario.run(60);
  return errorsOf(receiver.samples, 20).meanNs;
}

test('unknown: half their difference is the error', () => {
  // Down, a residence of the Sync too short by 150; up, one of the Delay_Req too short by 400.
  expect(meanErrorOf(late)).toBeCloseTo((150 - 400) / 2, 0);
});

test('configured: made good', () => {
  expect(Math.abs(meanErrorOf({ ...late, ...latencies }))).toBeLessThan(1);
});
