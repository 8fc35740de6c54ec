/**
 * gm eth0 ── eth1 switch1 eth2 ── eth0 slave1: a ptp4l slave gets its time from a ptp4l grandmaster through our boundary
 * clock, on every transport. All namespaces share one clock, so the true offset is zero.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Ptp4l, type Transport } from '../support/netns/ptp4l.js';
import { Star } from '../support/netns/star.js';
import { summarize } from '../support/netns/statistics.js';
import { until } from '../support/netns/wait.js';

const missing = missingPrerequisite('ptp4l', 'pmc');
if (missing !== undefined) console.warn(`boundary clock: skipped, ${missing}`);

const lockTimeoutMs = 60_000;

function configuration(transport: string): string {
  return `
ports: [eth1, eth2]
timestamping: software
instances:
  - type: bc
    transport: ${transport}
    logAnnounceInterval: -2
    logSyncInterval: -4
    logMinDelayReqInterval: -4
`;
}

describe.skipIf(missing !== undefined)('boundary clock', () => {
  test.each<[Transport, string]>([
    ['L2', 'l2'],
    ['UDPv4', 'udp4'],
    ['UDPv6', 'udp6'],
  ])('%s: a slave below it has the time of the grandmaster above it', async (transport, ours) => {
    const star = new Star({ slaves: 1 });
    onTestFinished(() => star.close());
    const { network, gm } = star;
    // Receivers take no multicast from 0.0.0.0 to a group that is routed.
    for (const { namespace, interfaces } of star.switchPlaces) {
      for (const [index, name] of interfaces.entries()) {
        namespace.addAddress(name, `192.0.2.${101 + index}/24`);
      }
    }
    const config = join(network.directory, 'switch.yaml');
    writeFileSync(config, configuration(ours));
    const [running] = await star.startSwitches({ config });
    const [place] = star.slaves;
    if (running === undefined || place === undefined) throw new Error('no switch or no slave');
    Ptp4l.grandmaster(network, gm.namespace, { transport });
    const slave = Ptp4l.slave(network, place.namespace, { transport });
    await until(
      'the boundary clock to lock',
      async () => (await running.clock()).clock.lockState === 'locked',
      lockTimeoutMs,
      () => running.child.output,
    );
    await slave.waitUntilFollowing();

    const summary = summarize(await slave.sampleOffsets().collect(160));

    console.log(transport, summary);
    const { clock, parent } = await running.clock();
    expect(clock.ports.map(({ portState }) => portState)).toEqual(['SLAVE', 'MASTER']);
    expect(clock.stepsRemoved).toBe(1);
    expect(parent.grandmasterPriority1).toBe(10);
    expect(Math.abs(summary.mean)).toBeLessThan(5_000);
  });
});
