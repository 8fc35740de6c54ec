/**
 * PTP over UDP goes where the bridge knows that somebody listens, and the bridge finds that out by asking:
 *
 *   h1 (speaks) ── eth1 switch eth2 ── h2 (listens)
 *          h3 ── eth3          eth4 ── h4
 */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BridgedNetwork, type Host } from '../support/netns/bridged-network.js';
import { FramePort } from '../support/netns/frame-port.js';
import { Listener } from '../support/netns/listener.js';
import type { Namespace } from '../support/netns/network.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import type { Switch } from '../support/netns/switch.js';
import { until } from '../support/netns/wait.js';
import { withChecksum } from '../support/internet-checksum.js';
import { ptpFramesOf } from '../support/ptp-frames.js';

const TIMEOUT_MS = 20_000;
/** Of the kernel's reports, `bridge monitor`, and three programs that are run upon it, on a busy machine. */
const JOINED_WITHIN_MS = 3_000;
/** The address that it asks from over IPv6 may come after the first time of asking; the second is after 31.25 s. */
const ASKED_TWICE_MS = 60_000;
const BRIDGE_TEST_TIMEOUT_MS = 120_000;
/** One that asks nobody: where queries come from an address, a switch that snoops sends all multicast. */
const OURS = '{name: br-ptp, stp: false, querier: false}';
const SEQUENCE_ID = 30;
/**
 * Asks every second, and for an answer within a second: so everybody has been asked in two. From the start on, for its
 * first question over IPv6 may be lost: that is asked from an address which it may not have yet.
 */
const QUICK =
  'mcast_query_interval 100 mcast_query_response_interval 100 mcast_startup_query_interval 100';
const ALL = ['udp4', 'udp6'];

const missing = missingPrerequisite('g++', 'nft');
if (missing !== undefined) console.warn(`prune: skipped, ${missing}`);

interface BridgePort {
  readonly interface: string;
  readonly ptpGroups: readonly string[];
}

const isPtpOver = (etherType: number, ptpOffset: number) => (frame: Uint8Array) =>
  ((frame[12]! << 8) | frame[13]!) === etherType && frame.length >= ptpOffset + 34;

/** A Sync and its Follow_Up over each transport, and how they are told on arrival. */
const transports = [
  { capture: 'l2-e2e', ptpOffset: 14, is: isPtpOver(0x88f7, 14) },
  { capture: 'udp4-e2e', ptpOffset: 42, is: isPtpOver(0x0800, 42) },
  { capture: 'udp6-e2e', ptpOffset: 62, is: isPtpOver(0x86dd, 62) },
] as const;
const SOURCE = '0200000000a1';

function pair({ capture, ptpOffset }: (typeof transports)[number], sequence: number): Uint8Array[] {
  return [0x0, 0x8].map((type) => {
    const { frame } = ptpFramesOf(capture).find(({ payload }) => (payload[0]! & 0xf) === type)!;
    const whole = Buffer.from(frame);
    whole.write(SOURCE, 6, 'hex');
    whole.writeUInt16BE(sequence, ptpOffset + SEQUENCE_ID);
    // The checksums of the captures were left to a device; over IPv4 there need be none.
    if (capture === 'udp4-e2e') whole.writeUInt16BE(0, 14 + 20 + 6);
    return new Uint8Array(capture === 'udp6-e2e' ? withChecksum(whole) : whole);
  });
}

describe.skipIf(missing !== undefined)('with pruneMulticast', () => {
  let net: BridgedNetwork;
  let speaker: FramePort;
  let heard: readonly FramePort[];
  let sequence: number;

  beforeEach(async () => {
    net = new BridgedNetwork(4);
    sequence = 0;
    const from = (frame: Uint8Array) =>
      Buffer.from(frame.subarray(6, 12)).toString('hex') === SOURCE;
    const open = ({ namespace }: Host) => FramePort.open(namespace, 'eth0', from);
    [speaker, ...heard] = (await Promise.all(net.hosts.map(open))) as [FramePort, ...FramePort[]];
  });

  afterEach(() => net.close());

  const host = (number: number) => net.hosts[number - 1]!;

  const prunedAt = async (running: Switch) =>
    (await running.ports()).map(({ prunedTransports }) => prunedTransports);

  const counted = async (running: Switch) =>
    (await running.stats()).ports.map(({ counters }) => counters['path']!['pruned']!);

  const untilPruned = (running: Switch, wanted: readonly (readonly string[])[]) =>
    until(
      `pruned at ${JSON.stringify(wanted)}`,
      async () => JSON.stringify(await prunedAt(running)) === JSON.stringify(wanted),
      TIMEOUT_MS,
      () => running.child.output,
    );

  /** Sends a pair over every transport, L2 last, and tells how many of each have come to h2, h3 and h4. */
  async function sendToAll(): Promise<number[][]> {
    for (const port of heard) port.received.length = 0;
    sequence += 1;
    const [l2, ...udp] = transports;
    speaker.send(...[...udp, l2].flatMap((transport) => pair(transport, sequence)));
    // Follow_Ups over Ethernet are never pruned, and leave by each port after what was sent before.
    for (const port of heard) {
      await until('L2', () => port.received.filter(l2.is).length === 2, TIMEOUT_MS);
    }
    const arrived = () =>
      heard.map(({ received }) => transports.map(({ is }) => received.filter(is).length));
    // But one whose time stamp is late may be overtaken.
    await until(
      'whole pairs',
      () =>
        arrived()
          .flat()
          .every((count) => count % 2 === 0),
      TIMEOUT_MS,
    );
    return arrived();
  }

  test('who listens gets it, who does not is spared it, who joins gets it soon', async () => {
    net.place.ip(`link add lan type bridge mcast_querier 1 ${QUICK}`, 'link set dev lan up');
    const before = await Listener.join(host(2));
    const running = await net.startSwitch('{join: lan, pruneMulticast: true}');
    expect(running.child.output).toContain(
      'lan: PTP over UDP goes only where its groups are wanted',
    );
    await untilPruned(running, [ALL, [], ALL, ALL]);
    const countedBefore = await counted(running);
    expect(await sendToAll()).toEqual([
      [2, 2, 2],
      [2, 0, 0],
      [2, 0, 0],
    ]);
    const difference = (await counted(running)).map((count, port) => count - countedBefore[port]!);
    expect(difference).toEqual([0, 0, 4, 4]);

    const joining = performance.now();
    const later = await Listener.join(host(3));
    const joined = performance.now();
    await until('a Sync at h3', async () => (await sendToAll())[1]![1]! > 0, TIMEOUT_MS);
    const took = performance.now() - joined;
    console.log(
      `h3 gets its first Sync ${took.toFixed(0)} ms after it has joined, for which it took ${(joined - joining).toFixed(0)} ms`,
    );
    expect(took).toBeLessThan(JOINED_WITHIN_MS);
    await untilPruned(running, [ALL, [], [], ALL]);

    await later.leave();
    await untilPruned(running, [ALL, [], ALL, ALL]);
    expect((await sendToAll())[1]).toEqual([2, 0, 0]);
    await before.leave();
  });

  test('where nobody asks who listens everybody gets it, and that is said', async () => {
    net.place.ip(`link add lan type bridge ${QUICK}`, 'link set dev lan up');
    const running = await net.startSwitch('{join: lan, pruneMulticast: true}');
    expect(running.child.output).toMatch(/lan: PTP over UDP goes to all ports.*it is no querier/);
    expect(await sendToAll()).toEqual([2, 2, 2].map((count) => [count, count, count]));

    net.place.ip('link set dev lan type bridge mcast_querier 1');
    await untilPruned(running, [ALL, ALL, ALL, ALL]);
    expect((await sendToAll())[0]).toEqual([2, 0, 0]);
    net.place.ip('link set dev lan type bridge mcast_snooping 0');
    await untilPruned(running, [[], [], [], []]);
    expect(running.child.output).toMatch(/lan: PTP over UDP goes to all ports.*it does not snoop/);
    expect((await sendToAll())[0]).toEqual([2, 2, 2]);
  });

  test('a multicast router is behind a port: it gets everything', async () => {
    net.place.ip(`link add lan type bridge mcast_querier 1 ${QUICK}`, 'link set dev lan up');
    const running = await net.startSwitch('{join: lan, pruneMulticast: true}');
    await untilPruned(running, [ALL, ALL, ALL, ALL]);
    net.place.run('bridge', ['link', 'set', 'dev', 'eth4', 'mcast_router', '2']);
    await untilPruned(running, [ALL, ALL, ALL, []]);
    expect(await sendToAll()).toEqual([
      [2, 0, 0],
      [2, 0, 0],
      [2, 2, 2],
    ]);
  });

  test(
    'a bridge of our own without an address asks, and is answered',
    async () => {
      const queries = await FramePort.open(host(3).namespace, 'eth0', isQuery);
      // It reports when nobody hears it yet, and over IPv6 once more by itself: what the bridge knows then says nothing, so
      // the queries themselves are waited for as well. Over IPv6 they begin when the bridge's address is ready.
      await Listener.join(host(2));
      const running = await net.startSwitch('{name: br-ptp, stp: false, pruneMulticast: true}');
      const groups = () => {
        const { bridges } = net.bridge('status') as { bridges: { ports: BridgePort[] }[] };
        return bridges[0]!.ports.map(({ ptpGroups }) => ptpGroups.join(' ')).join();
      };
      const asked = () =>
        [...new Set(queries.received.map((frame) => (frame[12]! << 8) | frame[13]!))].sort();
      await until(
        'the queries, and their answers',
        () => groups() === ',224.0.1.129 ff0e::181,,' && asked().join() === `${0x0800},${0x86dd}`,
        ASKED_TWICE_MS,
        () => `${groups()}, queries of ${asked().join()}\n${running.child.output}`,
      );
      // Not everybody has been asked yet.
      expect(await prunedAt(running)).toEqual([[], [], [], []]);
      net.place.ip(`link set dev br-ptp type bridge ${QUICK}`);
      await untilPruned(running, [ALL, [], ALL, ALL]);
    },
    BRIDGE_TEST_TIMEOUT_MS,
  );
});

describe.skipIf(missing !== undefined)('membership reports', () => {
  let net: BridgedNetwork;

  beforeEach(() => {
    net = new BridgedNetwork(2);
  });

  afterEach(() => net.close());

  /**
   * A switch that snoops between the grandmaster and ours:
   *
   *   gm eth0 ── eth9 h1 eth0 ── eth1 switch eth2 ── eth0 h2
   */
  function snoopUpstream(): Namespace {
    const gm = net.network.namespace('gm');
    const { namespace } = net.hosts[0]!;
    net.network.connect({ namespace: gm, interface: 'eth0' }, { namespace, interface: 'eth9' });
    namespace.ip(
      `link add snoop type bridge mcast_querier 1 ${QUICK}`,
      ...['eth0', 'eth9'].map((port) => `link set ${port} master snoop`),
      'link set dev snoop up',
    );
    return gm;
  }

  test('a switch upstream that snoops delivers to a box that only passes on', async () => {
    const speaker = await FramePort.open(snoopUpstream(), 'eth0', () => false);
    const heard = await FramePort.open(
      net.hosts[1]!.namespace,
      'eth0',
      (frame) => Buffer.from(frame.subarray(6, 12)).toString('hex') === SOURCE,
    );
    let sequence = 0;
    let last: readonly boolean[] = [];
    /** Over L2, UDPv4 and UDPv6. */
    const send = async () => {
      heard.received.length = 0;
      sequence += 1;
      const [l2, ...udp] = transports;
      speaker.send(...[...udp, l2].flatMap((transport) => pair(transport, sequence)));
      await until('L2', () => heard.received.filter(l2.is).length === 2, TIMEOUT_MS);
      return (last = transports.map(({ is }) => heard.received.filter(is).length > 0));
    };
    const untilHeard = (wanted: readonly boolean[], running: Switch) =>
      until(
        `heard: ${wanted.join()}`,
        async () => (await send()).join() === wanted.join(),
        TIMEOUT_MS,
        () => `${last.join()}\n${running.child.output}`,
      );

    const silent = await net.startSwitch(`${OURS}, membershipReports: false`);
    await untilHeard([true, false, false], silent);
    await silent.child.stop();
    const reports = await FramePort.open(net.hosts[0]!.namespace, 'eth0', isReport);
    const running = await net.startSwitch(OURS);
    await untilHeard([true, true, true], running);
    expect(running.child.output).not.toContain('cannot be reported');
    const from = net.place.mac('eth1').replaceAll(':', '');
    const senders = reports.received.map((frame) => Buffer.from(frame).toString('hex', 6, 12));
    expect(senders).toContain(from);
  });

  test('with pruning, out of a port goes what is wanted behind another', async () => {
    net.place.ip(`link add lan type bridge mcast_querier 1 ${QUICK}`, 'link set dev lan up');
    await Listener.join(net.hosts[1]!);
    const ports = await Promise.all(
      net.hosts.map(({ namespace }) => FramePort.open(namespace, 'eth0', isReport)),
    );
    const running = await net.startSwitch('{join: lan, pruneMulticast: true}');
    await until(
      'pruned',
      async () => (await running.ports())[0]!.prunedTransports!.length === 2,
      TIMEOUT_MS,
    );
    // Both reports of that state, a second apart.
    for (const port of ports) port.received.length = 0;
    const ofBox = (index: number) => {
      const own = net.place.mac(`eth${index + 1}`).replaceAll(':', '');
      return ports[index]!.received.filter(
        (frame) => Buffer.from(frame).toString('hex', 6, 12) === own && isReportOf4(frame),
      );
    };
    await until('a report at h1', () => ofBox(0).length > 0, TIMEOUT_MS);
    expect(ofBox(1)).toEqual([]);
  });
});

/** IGMPv3 or MLDv2, with the group of PTP in it. */
function isReport(frame: Uint8Array): boolean {
  const whole = Buffer.from(frame).toString('hex');
  return isReportOf4(frame) || (whole.startsWith('333300000016') && whole.includes('ff0e0000'));
}

function isReportOf4(frame: Uint8Array): boolean {
  const whole = Buffer.from(frame).toString('hex');
  return whole.startsWith('01005e000016') && whole.includes('e0000181');
}

/** IGMP to all systems on the link from nobody's address; MLD to all nodes. */
function isQuery(frame: Uint8Array): boolean {
  const destination = Buffer.from(frame.subarray(0, 6)).toString('hex');
  const type = (frame[12]! << 8) | frame[13]!;
  if (type === 0x0800) {
    const payload = 14 + (frame[14]! & 0xf) * 4;
    return destination === '01005e000001' && frame[23] === 2 && frame[payload] === 0x11;
  }
  // A hop-by-hop header with the router alert goes before.
  return type === 0x86dd && destination === '333300000001' && frame[54 + 8] === 130;
}
