/** What the switch says it received and sent, against what tcpdump saw on every port; and tshark on every checksum. */

import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Capture, type MessageCounts } from '../support/netns/capture.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Ptp4l, type Transport } from '../support/netns/ptp4l.js';
import { Star } from '../support/netns/star.js';
import { until } from '../support/netns/wait.js';

/** How much traffic is enough: this many Delay_Resp on the port of the grandmaster. */
const DELAY_RESPONSES = 100;
const TRAFFIC_TIMEOUT_MS = 60_000;
/** For the last frames to be written down and counted, once the peers have stopped. */
const QUIET_TIMEOUT_MS = 10_000;

/** Domains keep the peers of the transports apart, as they have the same clock identities. */
const transports: readonly { transport: Transport; domainNumber: number }[] = [
  { transport: 'L2', domainNumber: 0 },
  { transport: 'UDPv4', domainNumber: 1 },
  { transport: 'UDPv6', domainNumber: 2 },
];

function withoutZeros(counts: MessageCounts): MessageCounts {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}

const missing = missingPrerequisite('ptp4l', 'tcpdump', 'tshark');
if (missing !== undefined) console.warn(`counters against captures: skipped, ${missing}`);

describe.skipIf(missing !== undefined)('counters and captures', () => {
  test('agree by port, direction and type; every checksum is right', async () => {
    const star = new Star({ slaves: 2 });
    onTestFinished(() => star.close());
    const { namespace, interfaces } = star.switchPlaces[0]!;
    const captures = interfaces.map((name) => ({
      name,
      rx: new Capture(star.network, namespace, name, 'in'),
      tx: new Capture(star.network, namespace, name, 'out'),
    }));
    const everyCapture = captures.flatMap(({ rx, tx }) => [rx, tx]);
    await Promise.all(everyCapture.map((capture) => capture.waitUntilListening()));
    const [instance] = await star.startSwitches();

    const peers = transports.flatMap(({ transport, domainNumber }) => {
      const options = { transport, settings: { domainNumber } };
      return [
        Ptp4l.grandmaster(star.network, star.gm.namespace, options),
        ...star.slaves.map((slave) => Ptp4l.slave(star.network, slave.namespace, options)),
      ];
    });
    await until(
      `${DELAY_RESPONSES} Delay_Resp`,
      async () => {
        const { counters } = await instance!.port('eth1');
        return (counters['rx']?.['Delay_Resp'] ?? 0) >= DELAY_RESPONSES;
      },
      TRAFFIC_TIMEOUT_MS,
    );
    await Promise.all(peers.map((peer) => peer.child.stop()));

    const captured = () =>
      captures.map(({ name, rx, tx }) => ({ name, rx: rx.counts(), tx: tx.counts() }));
    const counted = () =>
      instance!.operatorStats().ports.map(({ interface: name, counters }) => ({
        name,
        rx: withoutZeros(counters['rx'] ?? {}),
        tx: withoutZeros(counters['tx'] ?? {}),
      }));
    await vi.waitFor(() => expect(counted()).toEqual(captured()), { timeout: QUIET_TIMEOUT_MS });
    expect(everyCapture.flatMap((capture) => capture.wrongChecksums())).toEqual([]);
  });

  test('agree that a UDP checksum a veth left undone leaves done', async () => {
    const star = new Star({ slaves: 1, cables: { checksumOffload: true } });
    onTestFinished(() => star.close());
    const { namespace } = star.switchPlaces[0]!;
    const arriving = new Capture(star.network, namespace, 'eth1', 'in');
    const leaving = new Capture(star.network, namespace, 'eth2', 'out');
    await Promise.all([arriving, leaving].map((capture) => capture.waitUntilListening()));
    await star.startSwitches();

    Ptp4l.grandmaster(star.network, star.gm.namespace, { transport: 'UDPv4' });

    const hasFollowUp = () => (leaving.counts()['Follow_Up'] ?? 0) > 0;
    await vi.waitFor(() => expect(hasFollowUp()).toBe(true), { timeout: TRAFFIC_TIMEOUT_MS });
    expect(arriving.wrongChecksums()).not.toEqual([]);
    expect(leaving.wrongChecksums()).toEqual([]);
  });
});
