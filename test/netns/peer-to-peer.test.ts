/**
 * ptp4l clocks with the peer-to-peer delay mechanism around our peer-to-peer transparent clock. All namespaces share one
 * clock, so the true offset is zero.
 */

import { describe, expect, onTestFinished, test } from 'vitest';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Ptp4l, type Ptp4lOptions, type Transport } from '../support/netns/ptp4l.js';
import { Star } from '../support/netns/star.js';
import { summarize } from '../support/netns/statistics.js';
import { Switch } from '../support/netns/switch.js';
import { until } from '../support/netns/wait.js';

/** 30 s at 16 Sync/s. */
const OFFSETS = Number(process.env.OFFSETS ?? 480);
const MEAN_LIMIT_NS = 1_000;
const STANDARD_DEVIATION_LIMIT_NS = 2_000;
const TEST_TIMEOUT_MS = 120_000;
/** Three requests, one a second, and a reserve for a busy machine. */
const MEASURED_TIMEOUT_MS = 15_000;

const peerToPeer: Ptp4lOptions['settings'] = { delay_mechanism: 'P2P' };

const missing = missingPrerequisite('ptp4l', 'pmc');
if (missing !== undefined) console.warn(`peer to peer: skipped, ${missing}`);

// Once more on failure: see following.test.ts.
const options = { timeout: TEST_TIMEOUT_MS, retry: 1 };

/** Offsets of the slave within the limits of issue 3. */
async function expectTransparent(title: string, slave: Ptp4l): Promise<void> {
  const summary = summarize(await slave.sampleOffsets().collect(OFFSETS));
  const { mean, standardDeviation } = summary;
  console.log(`${title}: mean ${mean.toFixed(0)} ns, deviation ${standardDeviation.toFixed(0)}`);
  expect(Math.abs(mean), JSON.stringify(summary)).toBeLessThan(MEAN_LIMIT_NS);
  expect(standardDeviation, JSON.stringify(summary)).toBeLessThan(STANDARD_DEVIATION_LIMIT_NS);
}

/** Resolves when the delay of the link at every one of these ports is known. */
async function measuredDelays(
  running: Switch,
  interfaces: readonly string[],
): Promise<readonly number[]> {
  return until(
    `the delays of the links at ${interfaces.join(', ')}`,
    async () => {
      const ports = await running.ports();
      const delays = interfaces.map(
        (name) => ports.find((port) => port.interface === name)?.meanLinkDelayNs ?? undefined,
      );
      return delays.every((delay) => delay !== undefined) && delays;
    },
    MEASURED_TIMEOUT_MS,
    () => running.operatorPorts(),
  );
}

describe.skipIf(missing !== undefined).concurrent('a peer-to-peer transparent clock', () => {
  const scenarios: readonly { transport: Transport; switches: number }[] = [
    { transport: 'L2', switches: 1 },
    { transport: 'UDPv4', switches: 1 },
    { transport: 'UDPv6', switches: 1 },
    { transport: 'L2', switches: 2 },
    { transport: 'UDPv4', switches: 2 },
    { transport: 'UDPv6', switches: 2 },
  ];

  test.for(scenarios)(
    '$transport, switches in a row: $switches',
    options,
    async ({ transport, switches }) => {
      const star = new Star({ slaves: 1, switches });
      onTestFinished(() => star.close());
      const settings = peerToPeer;
      const running = await star.startSwitches({ type: 'p2p-tc' });
      Ptp4l.grandmaster(star.network, star.gm.namespace, { transport, settings });
      const [place] = star.slaves;
      const slave = Ptp4l.slave(star.network, place!.namespace, { transport, settings });
      await slave.waitUntilFollowing();
      await expectTransparent(`${transport} through ${switches}`, slave);
      for (const instance of running) {
        for (const delay of await measuredDelays(instance, ['eth1', 'eth2'])) {
          expect(delay).toBeGreaterThan(0);
          expect(delay).toBeLessThan(50_000);
        }
        console.log(instance.operatorPorts());
      }
    },
  );
});
