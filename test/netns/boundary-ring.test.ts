/**
 * Boundary clocks at the corners of a ring (test/support/netns/ring.ts), a ptp4l grandmaster at the first, ptp4l slaves at
 * the others. The loop is broken by one passive port; a cut makes it needed, and healing makes it passive again.
 */

import { beforeAll, describe, expect, test } from 'vitest';
import {
  ERROR_LIMIT_NS,
  RMS_LIMIT_NS,
  TimeErrors,
  boundaryClock,
  peerOptions,
  waitUntilLocked,
  type Speech,
} from '../support/netns/boundary-clocks.js';
import { FOLLOWING_TIMEOUT_MS, waitForRms } from '../support/netns/following.js';
import { takePrecedence } from '../support/netns/precedence.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Ptp4l } from '../support/netns/ptp4l.js';
import { Ring } from '../support/netns/ring.js';
import { startClocks } from '../support/netns/star.js';
import type { Switch } from '../support/netns/switch.js';
import { until } from '../support/netns/wait.js';
import { keepPathWarm } from '../support/netns/warm-path.js';

const TEST_TIMEOUT_MS = FOLLOWING_TIMEOUT_MS + 180_000;
const CONVERGENCE_TIMEOUT_MS = 30_000;
const ERROR_INTERVAL_MS = 50;
const ERRORS_IN_30_S = 600;
const OFFSETS_IN_30_S = 480;

const scenarios: readonly Speech[] = [
  { transport: 'L2', delayMechanism: 'E2E' },
  { transport: 'UDPv4', delayMechanism: 'E2E' },
];

const missing = missingPrerequisite('ptp4l', 'pmc', 'g++');
if (missing !== undefined) console.warn(`a ring of boundary clocks: skipped, ${missing}`);

/** Of every clock: its stepsRemoved, then the states of its ports in their order. */
async function shapeOf(clocks: readonly Switch[]): Promise<string[]> {
  const found = await Promise.all(clocks.map((running) => running.clock()));
  return found.map(({ clock, parent }) => {
    const states = clock.ports.map(({ portState }) => portState);
    return [parent.grandmasterPriority1, clock.stepsRemoved, ...states].join(' ');
  });
}

/** Resolves when every clock is what one of its alternatives says. */
async function waitForShape(
  clocks: readonly Switch[],
  alternatives: readonly (readonly string[])[],
): Promise<void> {
  let last: string[] = [];
  const wanted = alternatives.map((shape) => shape.join('; '));
  await until(
    wanted.join(' or '),
    async () => wanted.includes((last = await shapeOf(clocks)).join('; ')),
    CONVERGENCE_TIMEOUT_MS,
    () => last.join('; '),
  );
}

// Priority1 of the grandmaster and stepsRemoved; to the host, to the next and to the previous corner.
const first = '10 1 SLAVE MASTER MASTER';
const healthy = [
  [first, '10 2 MASTER MASTER SLAVE', '10 2 MASTER SLAVE PASSIVE'],
  [first, '10 2 MASTER PASSIVE SLAVE', '10 2 MASTER SLAVE MASTER'],
];
const cut = [['10 1 SLAVE FAULTY MASTER', '10 3 MASTER SLAVE FAULTY', '10 2 MASTER SLAVE MASTER']];

describe.skipIf(missing !== undefined).concurrent('three boundary clocks in a ring', () => {
  beforeAll(takePrecedence);
  beforeAll(() => keepPathWarm());

  test.for(scenarios)(
    '$transport $delayMechanism: a tree, cut and healed',
    { timeout: TEST_TIMEOUT_MS },
    async (speech, context) => {
      const ring = new Ring();
      context.onTestFinished(() => ring.close());
      const { network, hosts, places } = ring;
      const clocks = await startClocks(network, places, boundaryClock(speech));
      context.onTestFailed(() => {
        for (const { child } of clocks) console.error(`${child.state}\n${child.output}`);
      });
      Ptp4l.grandmaster(network, hosts[0]!, peerOptions(speech));
      const slaves = hosts.slice(1).map((host) => Ptp4l.slave(network, host, peerOptions(speech)));
      await waitForShape(clocks, healthy);
      await waitUntilLocked(clocks);
      await Promise.all(slaves.map((slave) => slave.waitUntilFollowing()));

      const errors = clocks.map((running) => new TimeErrors(running, ERROR_INTERVAL_MS));
      context.onTestFinished(() => {
        for (const each of errors) each.stop();
      });
      const offsets = slaves.map((slave) => slave.sampleOffsets());
      const steady = await Promise.all([
        ...errors.map((source) => waitForRms(source, ERRORS_IN_30_S, RMS_LIMIT_NS)),
        ...offsets.map((source) => waitForRms(source, OFFSETS_IN_30_S, RMS_LIMIT_NS)),
      ]);
      console.log(
        `${speech.transport} ${speech.delayMechanism}: rms of the corners, then of the slaves, in ns: ` +
          steady.map(({ rms }) => rms.toFixed(0)).join(', '),
      );

      const before = errors[1]!.count;
      ring.place(0).setLink('eth2', 'down');
      await waitForShape(clocks, cut);
      await waitUntilLocked(clocks);
      ring.place(0).setLink('eth2', 'up');
      await waitForShape(clocks, healthy);
      await waitUntilLocked(clocks);

      const worstNs = Math.max(...errors[1]!.errorsNs.slice(before).map(Math.abs));
      console.log(`cut and healed: worst error ${worstNs.toFixed(0)} ns`);
      expect(worstNs).toBeLessThan(ERROR_LIMIT_NS);
    },
  );
});
