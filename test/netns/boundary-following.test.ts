/**
 * ptp4l slaves get their time from a ptp4l grandmaster through boundary clocks, on every transport and with each delay
 * mechanism, through several in a row, and through ours and ptp4l's in turn. All namespaces share one clock, so the true
 * time is known at every hop.
 */

import { beforeAll, describe, expect, test } from 'vitest';
import {
  RMS_LIMIT_NS,
  TimeErrors,
  boundaryClock,
  foreignBoundaryClock,
  peerOptions,
  waitUntilLocked,
  type Speech,
} from '../support/netns/boundary-clocks.js';
import { FOLLOWING_TIMEOUT_MS, waitForRms } from '../support/netns/following.js';
import { takePrecedence } from '../support/netns/precedence.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Ptp4l } from '../support/netns/ptp4l.js';
import { Star } from '../support/netns/star.js';
import { keepPathWarm } from '../support/netns/warm-path.js';

/** Two minutes more than the wait for a clean half-minute may take, for all that goes before it. */
const TEST_TIMEOUT_MS = FOLLOWING_TIMEOUT_MS + 120_000;

/** 30 s each. */
const OFFSETS_OF_SLAVE = 480;
const ERROR_INTERVAL_MS = 100;
const ERRORS_OF_CLOCK = 300;

interface Scenario extends Speech {
  readonly title: string;
  /** From the grandmaster down. */
  readonly chain: readonly ('ours' | 'ptp4l')[];
}

const scenarios: readonly Scenario[] = [
  ...(['L2', 'UDPv4', 'UDPv6'] as const).flatMap((transport) =>
    (['E2E', 'P2P'] as const).map((delayMechanism): Scenario => ({
      title: `${transport} ${delayMechanism}`,
      ...{ transport, delayMechanism, chain: ['ours'] },
    })),
  ),
  {
    title: 'three in a row',
    ...{ transport: 'L2', delayMechanism: 'E2E', chain: ['ours', 'ours', 'ours'] },
  },
  {
    title: 'one of ptp4l between ours',
    ...{ transport: 'UDPv4', delayMechanism: 'E2E', chain: ['ours', 'ptp4l', 'ours'] },
  },
];

const missing = missingPrerequisite('ptp4l', 'pmc', 'g++');
if (missing !== undefined) console.warn(`following a boundary clock: skipped, ${missing}`);

// Side by side: each network is idle most of the time, and half a minute of offsets is needed of every hop.
describe.skipIf(missing !== undefined).concurrent('through boundary clocks', () => {
  beforeAll(takePrecedence);
  beforeAll(() => keepPathWarm());

  test.for(scenarios)('$title', { timeout: TEST_TIMEOUT_MS }, async (scenario, context) => {
    const { title, chain } = scenario;
    const star = new Star({ slaves: 1, switches: chain.length });
    context.onTestFinished(() => star.close());
    const placesOf = (kind: 'ours' | 'ptp4l') =>
      star.switchPlaces.filter((_, i) => chain[i] === kind);
    const clocks = await star.startClocks(boundaryClock(scenario), placesOf('ours'));
    context.onTestFailed(() => {
      for (const { child } of clocks) console.error(`${title}: ${child.state}\n${child.output}`);
    });
    const foreign = placesOf('ptp4l').map(({ namespace, interfaces }) =>
      foreignBoundaryClock(star.network, namespace, scenario, interfaces),
    );
    Ptp4l.grandmaster(star.network, star.gm.namespace, peerOptions(scenario));
    const slave = Ptp4l.slave(star.network, star.slaves[0]!.namespace, peerOptions(scenario));
    await waitUntilLocked(clocks);
    await slave.waitUntilFollowing();

    const errors = clocks.map((clock) => new TimeErrors(clock, ERROR_INTERVAL_MS));
    const offsets = [...foreign, slave].map((peer) => peer.sampleOffsets());
    const summaries = await Promise.all([
      ...errors.map((source) => waitForRms(source, ERRORS_OF_CLOCK, RMS_LIMIT_NS)),
      ...offsets.map((source) => waitForRms(source, OFFSETS_OF_SLAVE, RMS_LIMIT_NS)),
    ]);

    const figures = summaries.map(({ rms, mean }) => `${rms.toFixed(0)} (mean ${mean.toFixed(0)})`);
    console.log(`${title}: rms of boundary clocks, then of peers, in ns: ${figures.join(', ')}`);
    const found = await Promise.all(clocks.map((clock) => clock.clock()));
    expect(found.map(({ clock }) => clock.ports.map(({ portState }) => portState))).toEqual(
      clocks.map(() => ['SLAVE', 'MASTER']),
    );
    expect(found.map(({ clock }) => clock.stepsRemoved)).toEqual(
      [...chain.keys()].filter((i) => chain[i] === 'ours').map((i) => i + 1),
    );
    expect(found.map(({ parent }) => parent.grandmasterPriority1)).toEqual(clocks.map(() => 10));
  });
});
