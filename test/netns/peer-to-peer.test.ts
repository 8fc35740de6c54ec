/**
 * ptp4l clocks with the peer-to-peer delay mechanism around our peer-to-peer transparent clock, and beside ptp4l's own.
 * All namespaces share one clock, so the true offset is zero.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { FOLLOWING_TIMEOUT_MS, waitForFollowing } from '../support/netns/following.js';
import { takePrecedence } from '../support/netns/precedence.js';
import type { Network } from '../support/netns/network.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Ptp4l, type Transport } from '../support/netns/ptp4l.js';
import { Star } from '../support/netns/star.js';
import { Switch } from '../support/netns/switch.js';
import { until } from '../support/netns/wait.js';
import { keepPathWarm } from '../support/netns/warm-path.js';

const TEST_TIMEOUT_MS = FOLLOWING_TIMEOUT_MS + 60_000;
/** Some requests and a reserve for a busy machine. */
const REPORT_TIMEOUT_MS = 20_000;
/** No cable: the time that veth takes to hand a frame over. */
const MAX_VETH_DELAY_NS = 50_000;

/**
 * Links are measured as often as Sync is sent, 16 times a second. What a time stamp misses of the way depends on how cold
 * the machine's caches are, which is to be alike for both (docs/peer-to-peer.md).
 */
const LOG_INTERVAL = -4;
const peerToPeer = { delay_mechanism: 'P2P', logMinPdelayReqInterval: LOG_INTERVAL } as const;

/** Of our clock, for any ports. */
function configFile(network: Network): string {
  const path = join(network.directory, 'p2p-tc.yaml');
  writeFileSync(path, `instances: [{type: p2p-tc, logMinPdelayReqInterval: ${LOG_INTERVAL}}]\n`);
  return path;
}

const missing = missingPrerequisite('ptp4l', 'pmc', 'g++');
if (missing !== undefined) console.warn(`peer to peer: skipped, ${missing}`);

function report(
  title: string,
  { mean, standardDeviation }: { mean: number; standardDeviation: number },
) {
  console.log(`${title}: mean ${mean.toFixed(0)} ns, deviation ${standardDeviation.toFixed(0)}`);
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

const scenarios: readonly { transport: Transport; switches: number }[] = [
  { transport: 'L2', switches: 1 },
  { transport: 'UDPv4', switches: 1 },
  { transport: 'UDPv6', switches: 1 },
  { transport: 'L2', switches: 2 },
  { transport: 'UDPv4', switches: 2 },
  { transport: 'UDPv6', switches: 2 },
];

// Side by side: each network is idle most of the time, and half a minute of offsets is needed of every one.
describe.skipIf(missing !== undefined).concurrent('a peer-to-peer transparent clock', () => {
  beforeAll(takePrecedence);
  beforeAll(() => keepPathWarm());

  test.for(scenarios)(
    '$transport, switches in a row: $switches',
    { timeout: TEST_TIMEOUT_MS },
    async ({ transport, switches }, { onTestFinished }) => {
      const star = new Star({ slaves: 1, switches });
      onTestFinished(() => star.close());
      const settings = peerToPeer;
      const running = await star.startSwitches({ config: configFile(star.network) });
      Ptp4l.grandmaster(star.network, star.gm.namespace, { transport, settings });
      const [place] = star.slaves;
      const slave = Ptp4l.slave(star.network, place!.namespace, { transport, settings });
      await slave.waitUntilFollowing();

      const summary = await waitForFollowing(slave.sampleOffsets());

      report(`${transport}, ${switches}`, summary);
      await Promise.all(running.map(expectLinksShown));
    },
  );

  test.for(['before', 'after'] as const)(
    'in one chain with ptp4l’s, ours %s it',
    { timeout: TEST_TIMEOUT_MS },
    async (order, { onTestFinished }) => {
      const star = new Star({ slaves: 1, switches: 2 });
      onTestFinished(() => star.close());
      const [first, second] = star.switchPlaces;
      const [ours, theirs] = order === 'before' ? [first!, second!] : [second!, first!];
      const settings = peerToPeer;
      const config = configFile(star.network);
      const running = new Switch(star.network, ours.namespace, ours.interfaces, { config });
      await running.waitUntilForwarding();
      Ptp4l.transparentClock(star.network, theirs.namespace, {
        interfaces: theirs.interfaces,
        settings: { ...settings, clock_type: 'P2P_TC' },
      });
      Ptp4l.grandmaster(star.network, star.gm.namespace, { settings });
      const [place] = star.slaves;
      const slave = Ptp4l.slave(star.network, place!.namespace, { settings });
      await slave.waitUntilFollowing();

      const offsets = slave.sampleOffsets();
      await expectLinksShown(running);
      report(`ours ${order} ptp4l's`, await waitForFollowing(offsets));
    },
  );

  test('an end-to-end slave is reported as what it is', async ({ onTestFinished }) => {
    const star = new Star({ slaves: 1 });
    onTestFinished(() => star.close());
    const [running] = await star.startSwitches({ config: configFile(star.network) });
    Ptp4l.grandmaster(star.network, star.gm.namespace, { settings: peerToPeer });
    Ptp4l.slave(star.network, star.slaves[0]!.namespace, { settings: { delay_mechanism: 'E2E' } });

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
    expect(running!.operatorPorts()).toMatch(/^eth2: the neighbour measures its delay end to end/m);
  });
});
