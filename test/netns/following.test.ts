/**
 * A ptp4l slave follows a ptp4l grandmaster through the switch, on every transport and in every way to ask for the
 * delay. All namespaces share one clock, so the true offset is zero.
 */

import { beforeAll, describe, test } from 'vitest';
import { FOLLOWING_TIMEOUT_MS, waitForFollowing } from '../support/netns/following.js';
import { takePrecedence } from '../support/netns/precedence.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Ptp4l, type Ptp4lOptions, type Transport } from '../support/netns/ptp4l.js';
import { Star, type Peer, type StarShape } from '../support/netns/star.js';

/** Two minutes more than the wait for a clean half-minute may take, for all that goes before it. */
const TEST_TIMEOUT_MS = FOLLOWING_TIMEOUT_MS + 120_000;

interface Scenario {
  readonly title: string;
  readonly transport: Transport;
  readonly shape: StarShape;
  readonly gm?: Ptp4lOptions;
  readonly slave?: (gm: Peer) => Ptp4lOptions;
}

const scenarios: readonly Scenario[] = [
  { title: 'L2', transport: 'L2', shape: { slaves: 1 } },
  { title: 'UDPv4', transport: 'UDPv4', shape: { slaves: 1 } },
  { title: 'UDPv6', transport: 'UDPv6', shape: { slaves: 1 } },
  {
    title: 'hybrid E2E: multicast Sync, unicast Delay_Req',
    transport: 'UDPv4',
    shape: { slaves: 1 },
    gm: { settings: { hybrid_e2e: 1 } },
    slave: () => ({ settings: { hybrid_e2e: 1 } }),
  },
  {
    title: 'unicast negotiation',
    transport: 'UDPv4',
    shape: { slaves: 1 },
    gm: { settings: { unicast_listen: 1, inhibit_multicast_service: 1 } },
    slave: (gm) => ({
      sections: `[unicast_master_table]\ntable_id 1\nlogQueryInterval 0\nUDPv4 ${gm.address4}\n`,
      interfaceSettings: { eth0: { unicast_master_table: 1 } },
    }),
  },
  { title: 'L2, three slaves at once', transport: 'L2', shape: { slaves: 3 } },
  { title: 'UDPv4, two switches in a row', transport: 'UDPv4', shape: { slaves: 1, switches: 2 } },
];

const missing = missingPrerequisite('ptp4l', 'pmc');
if (missing !== undefined) console.warn(`following a grandmaster: skipped, ${missing}`);

// Side by side: each network is idle most of the time, and half a minute of offsets is needed of every one.
describe.skipIf(missing !== undefined).concurrent('a slave follows its grandmaster', () => {
  beforeAll(takePrecedence);

  test.for(scenarios)('$title', { timeout: TEST_TIMEOUT_MS }, async (scenario, context) => {
    const { transport, shape, gm, slave, title } = scenario;
    const star = new Star(shape);
    context.onTestFinished(() => star.close());
    const switches = await star.startSwitches();
    context.onTestFailed(() => {
      for (const { child } of switches) console.error(`${title}: ${child.state}\n${child.output}`);
    });
    Ptp4l.grandmaster(star.network, star.gm.namespace, { transport, ...gm });
    const peers = star.slaves.map(({ namespace }) =>
      Ptp4l.slave(star.network, namespace, { transport, ...slave?.(star.gm) }),
    );
    await Promise.all(peers.map((peer) => peer.waitUntilFollowing()));

    const summaries = await Promise.all(
      peers.map((peer) => waitForFollowing(peer.sampleOffsets())),
    );

    for (const { mean, standardDeviation } of summaries) {
      console.log(
        `${title}: mean ${mean.toFixed(0)} ns, deviation ${standardDeviation.toFixed(0)}`,
      );
    }
  });
});
