/**
 * A boundary clock of eight ports at 16 Sync/s that 500 slaves ask 16 times a second each: how many it answers, and what
 * that costs. A ptp4l grandmaster is on its first port; the slaves, those of the load generator, are behind the others.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ptp4l } from '../test/support/netns/ptp4l.js';
import { Switch } from '../test/support/netns/switch.js';
import { until } from '../test/support/netns/wait.js';
import type { Measurements } from './measurements.js';
import { CLIENT_RATE, metric } from './metrics.js';
import { processorSeconds } from './processor-time.js';
import { Rig } from './rig.js';

const SINKS = 7;
/** The load generator's. */
const DOMAIN = 24;
const GENERATOR_CPU = 0;
const READY_TIMEOUT_MS = 20_000;

/** Starts it in the rig's device and resolves when all of its ports have found their state. */
type Start = (rig: Rig) => Promise<{ readonly pid: number }>;

const subjects: Readonly<Record<string, Start>> = {
  'ptp-switch': async (rig) => {
    const config = join(rig.network.directory, 'boundary-clock.json');
    const instance = {
      ...{ type: 'bc', domain: DOMAIN, transport: 'l2', delayMechanism: 'e2e', clock: 'virtual' },
      ...{ logSyncInterval: -4, logMinDelayReqInterval: -4, logAnnounceInterval: -2 },
    };
    writeFileSync(config, JSON.stringify({ ports: rig.deviceInterfaces, instances: [instance] }));
    const device = new Switch(rig.network, rig.device, rig.deviceInterfaces, { config });
    await device.waitUntilForwarding();
    await until(
      'every port to find its state',
      async () => {
        const { ports } = (await device.clock(DOMAIN)).clock;
        return ports.every(({ portState }, index) =>
          (index === 0 ? ['UNCALIBRATED', 'SLAVE'] : ['MASTER']).includes(portState),
        );
      },
      READY_TIMEOUT_MS,
      () => device.child.output,
    );
    return { pid: device.child.pid };
  },
  'ptp4l BC': async (rig) => {
    const peer = new Ptp4l(rig.network, rig.device, {
      interfaces: rig.deviceInterfaces,
      settings: { domainNumber: DOMAIN },
    });
    await Promise.all(
      rig.deviceInterfaces.map((_, index) =>
        peer.child.waitForLine(
          new RegExp(
            `port ${index + 1}: .* to (${index === 0 ? 'UNCALIBRATED|SLAVE' : 'MASTER'}) on`,
          ),
          READY_TIMEOUT_MS,
        ),
      ),
    );
    return { pid: peer.child.pid };
  },
};

export async function measureBoundaryClockLoad(
  measurements: Measurements,
  milliseconds: number,
): Promise<void> {
  for (const [name, start] of Object.entries(subjects)) {
    const rig = new Rig({ sinks: SINKS });
    try {
      Ptp4l.grandmaster(rig.network, rig.source, {
        settings: { domainNumber: DOMAIN },
      });
      const { pid } = await start(rig);
      const before = processorSeconds(pid);
      const { clients } = await rig.offer({
        clients: CLIENT_RATE,
        milliseconds,
        cpu: GENERATOR_CPU,
      });
      const used = processorSeconds(pid) - before;
      // The generator's own warming up is load as well.
      const loadSeconds = clients.expected / clients.perSecond;
      measurements.add(
        metric.boundaryClockAnswered,
        name,
        100 * (1 - clients.lost / clients.expected),
      );
      measurements.add(metric.boundaryClockProcessor, name, (100 * used) / loadSeconds);
    } finally {
      await rig.close();
    }
  }
}
