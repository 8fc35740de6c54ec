/**
 * gmA eth0 ── eth1 switch eth2 ── eth0 gmB, eth3 ── eth0 slave: gmA, the better of two ptp4l grandmasters, is killed and
 * started again. The boundary clock follows the other in time, and is never wrong meanwhile. One switch, a boundary clock
 * for each way to speak.
 */

import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  ERROR_LIMIT_NS,
  RMS_LIMIT_NS,
  SWITCH_OVER_LIMIT_MS,
  TimeErrors,
  boundaryClocks,
  peerOptions,
  waitUntilLocked,
  type ClockErrors,
  type Speech,
} from '../support/netns/boundary-clocks.js';
import { expectRms } from '../support/netns/following.js';
import type { Namespace } from '../support/netns/network.js';
import { Ptp4l } from '../support/netns/ptp4l.js';
import { Star } from '../support/netns/star.js';
import { showOnFailure, type Switch } from '../support/netns/switch.js';
import { describeTimed } from '../support/netns/timed.js';
import { until } from '../support/netns/wait.js';

const BETTER = 10;
const OTHER = 20;
/** 4 s: before the switch-over, and of what is watched for its effects. */
const ERRORS = 250;
const ERRORS_TIMEOUT_MS = 60_000;

const scenarios: readonly Speech[] = [
  { transport: 'L2', delayMechanism: 'E2E', domainNumber: 0 },
  { transport: 'UDPv4', delayMechanism: 'P2P', domainNumber: 1 },
  { transport: 'UDPv6', delayMechanism: 'E2E', domainNumber: 2 },
];

/** From now until the clock of a domain follows a grandmaster of that priority1, and for 4 s more. */
async function watch(
  running: Switch,
  domainNumber: number,
  errors: ClockErrors,
  priority1: number,
) {
  const since = performance.now();
  const first = errors.count;
  await until(
    `a grandmaster of priority1 ${priority1}`,
    async () => (await running.clock(domainNumber)).parent.grandmasterPriority1 === priority1,
    2 * SWITCH_OVER_LIMIT_MS,
    () => running.child.output,
  );
  const followedAfterMs = performance.now() - since;
  const followed = errors.count;
  await until('4 s of its time', () => errors.count >= followed + ERRORS, ERRORS_TIMEOUT_MS);
  await waitUntilLocked([running], domainNumber);
  return { followedAfterMs, worstErrorNs: errors.worstSince(first) };
}

describeTimed(
  'a boundary clock with two grandmasters',
  { programs: ['ptp4l', 'pmc'], warmPath: true },
  () => {
    let star: Star;
    let running: Switch;
    let timeErrors: TimeErrors;

    beforeAll(async () => {
      star = new Star({ slaves: 2 });
      [running] = (await star.startClocks(boundaryClocks(scenarios))) as [Switch];
      timeErrors = new TimeErrors(running);
    });
    afterAll(async () => {
      timeErrors.stop();
      await star.close();
    });

    test.concurrent.for(scenarios)(
      '$transport $delayMechanism: follows the other one, and the better one again',
      async (speech, context) => {
        showOnFailure(context, [running]);
        const { network, gm: gmA, slaves } = star;
        const { domainNumber } = speech;
        const [gmB, place] = slaves;
        const startGrandmaster = (namespace: Namespace, priority1: number) =>
          Ptp4l.grandmaster(network, namespace, peerOptions(speech, { settings: { priority1 } }));
        const better = startGrandmaster(gmA.namespace, BETTER);
        startGrandmaster(gmB!.namespace, OTHER);
        const slave = Ptp4l.slave(network, place!.namespace, peerOptions(speech));
        await Promise.all([waitUntilLocked([running], domainNumber), slave.waitUntilFollowing()]);
        const errors = timeErrors.of(domainNumber);
        const name = `${speech.transport} ${speech.delayMechanism}`;
        await expectRms({ [name]: errors }, ERRORS, RMS_LIMIT_NS);

        better.child.kill('SIGKILL');
        const loss = await watch(running, domainNumber, errors, OTHER);
        // A clock that has just come up listens for a while before it says anything.
        const returned = startGrandmaster(gmA.namespace, BETTER);
        await returned.waitUntilMaster();
        const recovery = await watch(running, domainNumber, errors, BETTER);

        for (const [what, { followedAfterMs, worstErrorNs }] of Object.entries({
          loss,
          recovery,
        })) {
          console.log(
            `${name}, ${what}: followed after ${followedAfterMs.toFixed(0)} ms, ` +
              `worst error ${worstErrorNs.toFixed(0)} ns`,
          );
          expect(followedAfterMs).toBeLessThan(SWITCH_OVER_LIMIT_MS);
          expect(worstErrorNs).toBeLessThan(ERROR_LIMIT_NS);
        }
        const { clock } = await running.clock(domainNumber);
        expect(clock.ports.map(({ portState }) => portState)).toEqual([
          'SLAVE',
          'MASTER',
          'MASTER',
        ]);
      },
    );
  },
);
