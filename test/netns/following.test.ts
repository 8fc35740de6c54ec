/**
 * ptp4l slaves follow ptp4l grandmasters through switches, on every transport and in every way to ask for the delay: all at
 * once on one network, each in a domain of its own. All namespaces share one clock, so the true offset is zero.
 */

import { afterAll, beforeAll, describe, test } from 'vitest';
import { expectFollowing, frequent } from '../support/netns/following.js';
import { Ptp4l, type Ptp4lOptions, type Transport } from '../support/netns/ptp4l.js';
import { Star, type Peer } from '../support/netns/star.js';
import { showOnFailure, type Switch } from '../support/netns/switch.js';
import { describeTimed } from '../support/netns/timed.js';

interface Scenario {
  readonly title: string;
  readonly transport: Transport;
  /** Hosts of the star, 0 for its grandmaster's. Of clocks that are sent unicast over UDP there can be one at a host. */
  readonly gm: number;
  readonly slaves: readonly number[];
  readonly gmOptions?: Ptp4lOptions;
  readonly slaveOptions?: (gm: Peer) => Ptp4lOptions;
}

const networks: readonly {
  readonly title: string;
  readonly switches: number;
  readonly scenarios: readonly Scenario[];
}[] = [
  {
    title: 'a switch with six ports',
    switches: 1,
    scenarios: [
      { title: 'L2, three slaves at once', transport: 'L2', gm: 0, slaves: [1, 2, 3] },
      { title: 'L2', transport: 'L2', gm: 1, slaves: [0] },
      { title: 'UDPv4', transport: 'UDPv4', gm: 0, slaves: [1] },
      { title: 'UDPv6', transport: 'UDPv6', gm: 0, slaves: [1] },
      {
        title: 'hybrid E2E: multicast Sync, unicast Delay_Req',
        ...{ transport: 'UDPv4', gm: 2, slaves: [3] },
        gmOptions: { settings: { hybrid_e2e: 1 } },
        slaveOptions: () => ({ settings: { hybrid_e2e: 1 } }),
      },
      {
        title: 'unicast negotiation',
        ...{ transport: 'UDPv4', gm: 4, slaves: [5] },
        gmOptions: { settings: { unicast_listen: 1, inhibit_multicast_service: 1 } },
        slaveOptions: (gm) => ({
          sections: `[unicast_master_table]\ntable_id 1\nlogQueryInterval 0\nUDPv4 ${gm.address4}\n`,
          interfaceSettings: { eth0: { unicast_master_table: 1 } },
        }),
      },
    ],
  },
  {
    title: 'two switches in a row',
    switches: 2,
    scenarios: [{ title: 'UDPv4', transport: 'UDPv4', gm: 0, slaves: [1] }],
  },
];

describeTimed(
  'a slave follows its grandmaster',
  { programs: ['ptp4l', 'pmc'], warmPath: false },
  () => {
    describe.each(networks)('$title', ({ switches, scenarios }) => {
      let star: Star;
      let running: readonly Switch[];

      beforeAll(async () => {
        star = new Star({
          slaves: Math.max(...scenarios.flatMap(({ slaves }) => slaves)),
          switches,
        });
        running = await star.startSwitches();
      });
      afterAll(() => star.close());

      test.concurrent.for(scenarios)('$title', async (scenario, context) => {
        const { title, transport, gm, slaves, gmOptions, slaveOptions } = scenario;
        showOnFailure(context, running);
        const hosts = [star.gm, ...star.slaves];
        const optionsWith = (more: Ptp4lOptions = {}): Ptp4lOptions => ({
          ...more,
          transport,
          settings: { domainNumber: scenarios.indexOf(scenario), ...frequent, ...more.settings },
        });
        Ptp4l.grandmaster(star.network, hosts[gm]!.namespace, optionsWith(gmOptions));
        const peers = slaves.map((host) =>
          Ptp4l.slave(
            star.network,
            hosts[host]!.namespace,
            optionsWith(slaveOptions?.(hosts[gm]!)),
          ),
        );
        await Promise.all(peers.map((peer) => peer.waitUntilFollowing()));

        await expectFollowing(
          Object.fromEntries(
            peers.map((peer, i) => [`${title}, at host ${slaves[i]}`, peer.sampleOffsets()]),
          ),
        );
      });
    });
  },
);
