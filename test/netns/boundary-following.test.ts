/**
 * ptp4l slaves get their time from a ptp4l grandmaster through boundary clocks, on every transport and with each delay
 * mechanism, through several in a row, and through ours and ptp4l's in turn. All namespaces share one clock, so the true
 * time is known at every hop.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  RMS_LIMIT_NS,
  TimeErrors,
  boundaryClocks,
  foreignBoundaryClock,
  peerOptions,
  waitUntilLocked,
  type Speech,
} from '../support/netns/boundary-clocks.js';
import { OFFSETS, expectRms, numbered } from '../support/netns/following.js';
import { Ptp4l } from '../support/netns/ptp4l.js';
import { Star } from '../support/netns/star.js';
import { showOnFailure, type Switch } from '../support/netns/switch.js';
import { describeTimed } from '../support/netns/timed.js';

interface Chain {
  readonly title: string;
  /** From the grandmaster down. */
  readonly chain: readonly ('ours' | 'ptp4l')[];
  readonly speeches: readonly Speech[];
}

const onEveryTransport = (['E2E', 'P2P'] as const).flatMap((delayMechanism) =>
  (['L2', 'UDPv4', 'UDPv6'] as const).map((transport) => ({ transport, delayMechanism })),
);

const chains: readonly Chain[] = [
  {
    title: 'one of ours',
    chain: ['ours'],
    speeches: onEveryTransport.map((speech, domainNumber) => ({ ...speech, domainNumber })),
  },
  {
    title: 'three in a row',
    chain: ['ours', 'ours', 'ours'],
    speeches: [{ transport: 'L2', delayMechanism: 'E2E', domainNumber: 0 }],
  },
  {
    title: 'one of ptp4l between ours',
    chain: ['ours', 'ptp4l', 'ours'],
    speeches: [{ transport: 'UDPv4', delayMechanism: 'E2E', domainNumber: 0 }],
  },
];

describeTimed('through boundary clocks', { programs: ['ptp4l', 'pmc'], warmPath: true }, () => {
  describe.each(chains)('$title', ({ title, chain, speeches }) => {
    let star: Star;
    let clocks: readonly Switch[];
    let errors: readonly TimeErrors[];
    const placesOf = (kind: 'ours' | 'ptp4l') =>
      star.switchPlaces.filter((_, i) => chain[i] === kind);

    beforeAll(async () => {
      star = new Star({ slaves: 1, switches: chain.length });
      clocks = await star.startClocks(boundaryClocks(speeches), placesOf('ours'));
      errors = clocks.map((clock) => new TimeErrors(clock));
    });
    afterAll(async () => {
      for (const each of errors) each.stop();
      await star.close();
    });

    test.concurrent.for(speeches)('$transport $delayMechanism', async (speech, context) => {
      showOnFailure(context, clocks);
      const { network, gm, slaves } = star;
      const { domainNumber } = speech;
      const foreign = placesOf('ptp4l').map(({ namespace, interfaces }) =>
        foreignBoundaryClock(network, namespace, speech, interfaces),
      );
      Ptp4l.grandmaster(network, gm.namespace, peerOptions(speech));
      const slave = Ptp4l.slave(network, slaves[0]!.namespace, peerOptions(speech));
      await waitUntilLocked(clocks, domainNumber);
      await slave.waitUntilFollowing();

      const peers = [...foreign, slave].map((peer) => peer.sampleOffsets());
      const name = `${title}, ${speech.transport} ${speech.delayMechanism}`;
      await expectRms(
        {
          ...numbered(
            `${name}, clock`,
            errors.map((each) => each.of(domainNumber)),
          ),
          ...numbered(`${name}, peer`, peers),
        },
        OFFSETS,
        RMS_LIMIT_NS,
      );

      const found = await Promise.all(clocks.map((clock) => clock.clock(domainNumber)));
      expect(found.map(({ clock }) => clock.ports.map(({ portState }) => portState))).toEqual(
        clocks.map(() => ['SLAVE', 'MASTER']),
      );
      expect(found.map(({ clock }) => clock.stepsRemoved)).toEqual(
        [...chain.keys()].filter((i) => chain[i] === 'ours').map((i) => i + 1),
      );
      expect(found.map(({ parent }) => parent.grandmasterPriority1)).toEqual(clocks.map(() => 10));
    });
  });
});
