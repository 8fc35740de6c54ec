/**
 * Boundary clocks at the corners of a ring (test/support/netns/ring.ts), ptp4l grandmasters at the first, ptp4l slaves at
 * the others, over two transports at once. The loop is broken by one passive port; a cut makes it needed, and healing
 * makes it passive again.
 */

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  ERROR_LIMIT_NS,
  RMS_LIMIT_NS,
  TimeErrors,
  boundaryClocks,
  peerOptions,
  waitUntilLocked,
  type Speech,
} from '../support/netns/boundary-clocks.js';
import { expectRms, numbered } from '../support/netns/following.js';
import { Ptp4l } from '../support/netns/ptp4l.js';
import { Ring } from '../support/netns/ring.js';
import { startClocks } from '../support/netns/star.js';
import { showOnFailure, type Switch } from '../support/netns/switch.js';
import { describeTimed } from '../support/netns/timed.js';
import { until } from '../support/netns/wait.js';

const CONVERGENCE_TIMEOUT_MS = 30_000;
/** 10 s, of clocks and of slaves alike. */
const SAMPLES = 600;

const speeches: readonly Speech[] = [
  { transport: 'L2', delayMechanism: 'E2E', domainNumber: 0 },
  { transport: 'UDPv4', delayMechanism: 'E2E', domainNumber: 1 },
];

/** Of every clock in a domain: its stepsRemoved, then the states of its ports in their order. */
async function shapeOf(clocks: readonly Switch[], domainNumber: number): Promise<string[]> {
  const found = await Promise.all(clocks.map((running) => running.clock(domainNumber)));
  return found.map(({ clock, parent }) => {
    const states = clock.ports.map(({ portState }) => portState);
    return [parent.grandmasterPriority1, clock.stepsRemoved, ...states].join(' ');
  });
}

/** Resolves when every clock in a domain is what one of its alternatives says, and has locked. */
async function waitForShape(
  clocks: readonly Switch[],
  domainNumber: number,
  alternatives: readonly (readonly string[])[],
): Promise<void> {
  let last: string[] = [];
  const wanted = alternatives.map((shape) => shape.join('; '));
  await until(
    wanted.join(' or '),
    async () => wanted.includes((last = await shapeOf(clocks, domainNumber)).join('; ')),
    CONVERGENCE_TIMEOUT_MS,
    () => last.join('; '),
  );
  await waitUntilLocked(clocks, domainNumber);
}

// Priority1 of the grandmaster and stepsRemoved; to the host, to the next and to the previous corner.
const first = '10 1 SLAVE MASTER MASTER';
const healthy = [
  [first, '10 2 MASTER MASTER SLAVE', '10 2 MASTER SLAVE PASSIVE'],
  [first, '10 2 MASTER PASSIVE SLAVE', '10 2 MASTER SLAVE MASTER'],
];
const cut = [['10 1 SLAVE FAULTY MASTER', '10 3 MASTER SLAVE FAULTY', '10 2 MASTER SLAVE MASTER']];

describeTimed(
  'three boundary clocks in a ring',
  { programs: ['ptp4l', 'pmc'], warmPath: true },
  () => {
    let ring: Ring;
    let clocks: readonly Switch[];
    let errors: readonly TimeErrors[];
    let slaves: readonly (readonly Ptp4l[])[];

    beforeAll(async () => {
      ring = new Ring();
      const { network, hosts, places } = ring;
      clocks = await startClocks(network, places, boundaryClocks(speeches));
      slaves = speeches.map((speech) => {
        Ptp4l.grandmaster(network, hosts[0]!, peerOptions(speech));
        return hosts.slice(1).map((host) => Ptp4l.slave(network, host, peerOptions(speech)));
      });
      await waitForTrees(healthy);
      await Promise.all(slaves.flat().map((slave) => slave.waitUntilFollowing()));
      errors = clocks.map((running) => new TimeErrors(running));
    });
    afterAll(async () => {
      for (const each of errors) each.stop();
      await ring.close();
    });
    beforeEach((context) => showOnFailure(context, clocks));

    const waitForTrees = (alternatives: typeof healthy) =>
      Promise.all(
        speeches.map(({ domainNumber }) => waitForShape(clocks, domainNumber, alternatives)),
      );

    test.concurrent.for(speeches)(
      '$transport $delayMechanism: a tree, at whose every place the time is right',
      async ({ transport, delayMechanism, domainNumber }) => {
        const name = `${transport} ${delayMechanism}`;
        const offsets = slaves[domainNumber]!.map((slave) => slave.sampleOffsets());
        await expectRms(
          {
            ...numbered(
              `${name}, corner`,
              errors.map((each) => each.of(domainNumber)),
            ),
            ...numbered(`${name}, slave`, offsets),
          },
          SAMPLES,
          RMS_LIMIT_NS,
        );
      },
    );

    test('cut and healed, the time is right all the while', async () => {
      const second = speeches.map(({ domainNumber }) => errors[1]!.of(domainNumber));
      const before = second.map(({ count }) => count);
      ring.place(0).setLink('eth2', 'down');
      await waitForTrees(cut);
      ring.place(0).setLink('eth2', 'up');
      await waitForTrees(healthy);

      for (const [i, { transport }] of speeches.entries()) {
        const worstNs = second[i]!.worstSince(before[i]!);
        console.log(`${transport}, cut and healed: worst error ${worstNs.toFixed(0)} ns`);
        expect(worstNs).toBeLessThan(ERROR_LIMIT_NS);
      }
    });
  },
);
