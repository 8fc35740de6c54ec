/** The contract of the data plane on the addon: real sockets on pairs of veth interfaces. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe } from 'vitest';
import { openDataPlane } from '../../src/native/addon.js';
import type { DataPlane } from '../../src/native/data-plane.js';
import { describeContract } from '../native/contract/data-plane-contract.js';
import type { Bench } from '../native/contract/bench.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { VethPairs } from '../support/netns/veth-pairs.js';

const missing = missingPrerequisite();
if (missing !== undefined) console.warn(`the addon's data plane: skipped, ${missing}`);

function open(interfaces: readonly string[]): DataPlane {
  return openDataPlane({
    ports: interfaces.map((name) => ({
      interface: name,
      ingressLatencyNs: 0,
      egressLatencyNs: 0,
      delayAsymmetryNs: 0,
    })),
    timestamping: 'software',
    busyPoll: false,
  });
}

function openVethBench(): Bench {
  const pairs = new VethPairs(2);
  const [dataPlane, peers] = [open(pairs.near), open(pairs.far)];
  return {
    dataPlane,
    peers,
    pass: (milliseconds) => delay(milliseconds),
    setLink: (port, up) => {
      pairs.setLink(port, up);
    },
    close: () => {
      dataPlane.close();
      peers.close();
      pairs.remove();
    },
  };
}

describe.skipIf(missing !== undefined)('the data plane of the addon', () => {
  describeContract(openVethBench);
});
