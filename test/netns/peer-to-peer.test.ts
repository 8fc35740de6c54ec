/**
 * ptp4l clocks with the peer-to-peer delay mechanism around our peer-to-peer transparent clock, and beside ptp4l's own; all
 * transports at once where there are only ours. All namespaces share one clock, so the true offset is zero.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  expectFollowing,
  expectFollowingBeside,
  forgivingPeer,
  frequent,
  type OffsetSource,
} from '../support/netns/following.js';
import type { Network } from '../support/netns/network.js';
import { Ptp4l, type Ptp4lSettings, type Transport } from '../support/netns/ptp4l.js';
import { Star } from '../support/netns/star.js';
import { Switch } from '../support/netns/switch.js';
import { describeTimed } from '../support/netns/timed.js';
import { until } from '../support/netns/wait.js';

/** Some requests and a reserve for a busy machine. */
const REPORT_TIMEOUT_MS = 20_000;
/** No cable: the time that veth takes to hand a frame over. */
const MAX_VETH_DELAY_NS = 50_000;

/**
 * Links are measured as often as Sync is sent. What a time stamp misses of the way depends on how cold the machine's
 * caches are, which is to be alike for both (docs/peer-to-peer.md).
 */
const peerToPeer: Ptp4lSettings = { delay_mechanism: 'P2P', ...frequent, ...forgivingPeer };

/** Of our clock, for any ports. */
function configFile(network: Network): string {
  const path = join(network.directory, 'p2p-tc.yaml');
  const interval = frequent['logMinPdelayReqInterval'];
  writeFileSync(path, `instances: [{type: p2p-tc, logMinPdelayReqInterval: ${interval}}]\n`);
  return path;
}

/** Checks that `show ports` has the delay of the link at each of the two ports. */
async function expectLinksShown(running: Switch): Promise<void> {
  const ports = await until(
    'the delay of every link',
    async () => {
      const shown = await running.ports();
      return shown.every(({ meanLinkDelayNs }) => meanLinkDelayNs !== null) && shown;
    },
    REPORT_TIMEOUT_MS,
    () => running.operatorPorts(),
  );
  for (const { meanLinkDelayNs } of ports) {
    expect(meanLinkDelayNs).toBeGreaterThan(0);
    expect(meanLinkDelayNs).toBeLessThan(MAX_VETH_DELAY_NS);
  }
  const text = running.operatorPorts();
  for (const { interface: name } of ports) {
    expect(text).toMatch(new RegExp(`^${name} .* [0-9.]+ (ns|us) .* measured$`, 'm'));
  }
}

/** The offsets of a slave at one end of the star; at the other is its grandmaster. */
async function slaveOffsets(
  { network, gm, slaves }: Star,
  transport: Transport,
  domainNumber: number,
): Promise<OffsetSource> {
  const settings = { ...peerToPeer, domainNumber };
  Ptp4l.grandmaster(network, gm.namespace, { transport, settings });
  const slave = Ptp4l.slave(network, slaves[0]!.namespace, { transport, settings });
  await slave.waitUntilFollowing();
  return slave.sampleOffsets();
}

/** Starts a chain, whose transparent clocks are given from the grandmaster to the slave. */
async function startChain(
  star: Star,
  order: readonly ('ours' | "ptp4l's")[],
): Promise<{ offsets: OffsetSource; ours: readonly Switch[] }> {
  const config = configFile(star.network);
  const ours: Switch[] = [];
  for (const [index, { namespace, interfaces }] of star.switchPlaces.entries()) {
    if (order[index] === 'ours') {
      ours.push(new Switch(star.network, namespace, interfaces, { config }));
    } else {
      const settings = { ...peerToPeer, clock_type: 'P2P_TC' };
      Ptp4l.transparentClock(star.network, namespace, { interfaces, settings });
    }
  }
  await Promise.all(ours.map((running) => running.waitUntilForwarding()));
  return { offsets: await slaveOffsets(star, 'L2', 0), ours };
}

const transports: readonly Transport[] = ['L2', 'UDPv4', 'UDPv6'];

describeTimed(
  'a peer-to-peer transparent clock',
  { programs: ['ptp4l', 'pmc'], warmPath: true },
  () => {
    describe.each([1, 2])('switches in a row: %i', (switches) => {
      let star: Star;
      let running: readonly Switch[];

      beforeAll(async () => {
        star = new Star({ slaves: 1, switches });
        running = await star.startSwitches({ config: configFile(star.network) });
      });
      afterAll(() => star.close());

      test.concurrent.for(transports)('%s', async (transport) => {
        const domainNumber = transports.indexOf(transport);
        const offsets = await slaveOffsets(star, transport, domainNumber);
        await expectFollowing({ [`${transport}, ${switches}`]: offsets });
        await Promise.all(running.map(expectLinksShown));
      });
    });

    // Two of ptp4l's alone have half the limit of the median already (docs/peer-to-peer.md).
    test.concurrent(
      "in one chain with ptp4l's, before and after it: as far off as two of ptp4l's are",
      async ({ onTestFinished }) => {
        const stars = [1, 2, 3].map(() => new Star({ slaves: 1, switches: 2 }));
        onTestFinished(async () => void (await Promise.all(stars.map((star) => star.close()))));
        const [reference, before, after] = await Promise.all([
          startChain(stars[0]!, ["ptp4l's", "ptp4l's"]),
          startChain(stars[1]!, ['ours', "ptp4l's"]),
          startChain(stars[2]!, ["ptp4l's", 'ours']),
        ]);
        await expectFollowingBeside(reference.offsets, {
          "ours before ptp4l's": before.offsets,
          "ours after ptp4l's": after.offsets,
        });
        await Promise.all([...before.ours, ...after.ours].map(expectLinksShown));
      },
    );

    test.concurrent('an end-to-end slave is reported as what it is', async ({ onTestFinished }) => {
      const star = new Star({ slaves: 1 });
      onTestFinished(() => star.close());
      const [running] = await star.startSwitches({ config: configFile(star.network) });
      Ptp4l.grandmaster(star.network, star.gm.namespace, { settings: peerToPeer });
      const settings = { delay_mechanism: 'E2E' };
      Ptp4l.slave(star.network, star.slaves[0]!.namespace, { settings });

      const problems = await until(
        'a problem with a port',
        async () => {
          const ports = await running!.ports();
          const found = ports.map(({ peerDelay }) => peerDelay?.problem ?? null);
          return found.some((problem) => problem !== null) && found;
        },
        REPORT_TIMEOUT_MS,
        () => running!.operatorPorts(),
      );

      expect(problems).toEqual([null, expect.stringMatching(/end to end .* type: e2e-tc/)]);
      expect(running!.operatorPorts()).toMatch(
        /^eth2: the neighbour measures its delay end to end/m,
      );
    });
  },
);
