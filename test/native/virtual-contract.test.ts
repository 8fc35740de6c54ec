/** The contract of the data plane on the virtual one, and what only that one can be asked. */
import { describe, expect, test } from 'vitest';
import type { Cable } from '../../src/native/virtual/cable.js';
import { VirtualNetwork } from '../../src/native/virtual/virtual-network.js';
import { policyOf, RecordLog, type Bench } from './contract/bench.js';
import { describeContract } from './contract/data-plane-contract.js';
import { correctionOf } from '../support/ethernet-fields.js';
import { followUpFrame, syncFrame } from './contract/frames.js';

const residenceNs = 7_000;

function openVirtualBench(): Bench & { readonly network: VirtualNetwork } {
  const network = new VirtualNetwork(1);
  const ports = [{ residence: residenceNs }, { residence: residenceNs }];
  const [own, peers] = ['switch', 'peers'].map((name) => network.addDevice({ name, ports }));
  if (own === undefined || peers === undefined) throw new Error('two devices');
  const cables: readonly Cable[] = [0, 1].map((port) =>
    network.connect({ device: own, port }, { device: peers, port }),
  );
  const { dataPlane } = own;
  return {
    network,
    dataPlane,
    peers: peers.dataPlane,
    pass: (milliseconds) => {
      network.run(milliseconds / 1_000);
      return Promise.resolve();
    },
    setLink: (port, up) => cables[port]?.setUp(up),
    close: () => {
      dataPlane.close();
      peers.dataPlane.close();
    },
  };
}

describe('the virtual data plane', () => {
  describeContract(openVirtualBench);

  test('corrects by the residence that its model says', async () => {
    const bench = openVirtualBench();
    const arrivals = new RecordLog(bench.peers);
    bench.peers.program(policyOf('terminate'));
    bench.dataPlane.program(policyOf('e2e-tc'));
    for (const frame of [syncFrame({ sequenceId: 1 }), followUpFrame({ sequenceId: 1 })]) {
      bench.peers.submit([{ port: 0, frame }]);
      await bench.pass(10);
    }
    const followUp = arrivals.of('frame')[1]?.frame ?? new Uint8Array(60);
    expect(correctionOf(followUp)).toBe(BigInt(residenceNs) << 16n);
  });
});
