/**
 *   gm ---- bc ---- slave
 *
 * One time stamp in ten is lost, receive and transmit, on every port.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorsOf } from '../harness/samples.js';

const timestamping = { transmitLoss: 0.1, receiveLoss: 0.1 };

test('a lost time stamp is a lost sample, never the end of a port', () => {
  const { scenario, clocks, errors } = boundaryChain({
    seed: 78,
    clocks: 1,
    gm: { ports: [{ timestamping }] },
    clock: (place) => ({
      clock: { driftPpb: 10_000 - place * 13_000 },
      ports: place === 1 ? [{ timestamping }] : [{ timestamping }, { timestamping }],
    }),
  });

  scenario.run(55);

  expect(clocks.map((clock) => clock.portStates())).toEqual([['SLAVE', 'MASTER'], ['SLAVE']]);
  expect(clocks[0]?.discards.get('transmitTimestampLost')).toBeGreaterThan(20);
  expect(clocks[0]?.discards.get('noIngressTimestamp')).toBeGreaterThan(20);
  for (const error of errors) expect(errorsOf(error, 45).worstNs).toBeLessThan(20);
});
