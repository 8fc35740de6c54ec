/**
 *   gm ---- bc ---- slave
 *
 * The boundary clock's hardware takes receive time stamps 400 ns late, transmit ones 150 ns early (7.3.4), on both ports.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorsOf } from '../harness/samples.js';

const timestamping = { ingressLatencyNs: 400, egressLatencyNs: 150 };

function meanErrors(told: { ingressLatencyNs?: number; egressLatencyNs?: number }) {
  const { scenario, errors } = boundaryChain({
    seed: 63,
    clocks: 1,
    clock: (place) => (place === 1 ? {} : { ports: [0, 1].map(() => ({ timestamping, ...told })) }),
  });
  scenario.run(40);
  return errors.map((error) => errorsOf(error, 30).meanNs);
}

test('unknown: half their difference is the error of the clock, and made good by the port behind it', () => {
  const [ofClock = 0, ofSlave = 0] = meanErrors({});
  // Time stamps that are too late in the mean make a clock that is too early by as much.
  expect(Math.abs(ofClock - -(400 - 150) / 2)).toBeLessThan(5);
  expect(Math.abs(ofSlave)).toBeLessThan(5);
});

test('configured: none', () => {
  for (const meanNs of meanErrors(timestamping)) expect(Math.abs(meanNs)).toBeLessThan(5);
});
