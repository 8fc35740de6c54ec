/**
 * Ordinary traffic goes through the kernel's bridge, PTP through the switch and never also through the bridge; what a
 * killed switch leaves, and what a stopped one does not.
 */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { withChecksum } from '../support/internet-checksum.js';
import { isPtpFrame, ptpFramesOf } from '../support/ptp-frames.js';
import { BridgedNetwork, type Host } from '../support/netns/bridged-network.js';
import { FramePort } from '../support/netns/frame-port.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { until } from '../support/netns/wait.js';

const ARRIVAL_TIMEOUT_MS = 5_000;
/** IEEE 802's own experimental EtherType: nobody's but ours. */
const FENCE_ETHER_TYPE = 0x88b5;
const JUMBO_LENGTH = 9014;
const VLAN_TAG_OFFSET = 12;
const GROUP = '011b19000000';
const PEER_DELAY_GROUP = '0180c200000e';
const BRIDGE = '{name: br-ptp, stp: false}';

const missing = missingPrerequisite('g++', 'nft', 'busybox', 'udhcpd');
if (missing !== undefined) console.warn(`bridge: skipped, ${missing}`);

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const isFence = (frame: Uint8Array) =>
  ((frame[VLAN_TAG_OFFSET]! << 8) | frame[VLAN_TAG_OFFSET + 1]!) === FENCE_ETHER_TYPE;

function fence(source: string, length = 60, destination = 'ffffffffffff'): Uint8Array {
  const frame = new Uint8Array(length);
  frame.set(bytes(`${destination}${source}88b5`));
  return frame;
}

/** A Sync and its Follow_Up as captured, from `source`, with other tags and another destination. */
function pair(capture: string, source: string, tags = '', destination?: string): Uint8Array[] {
  return [0x0, 0x8].map((type) => {
    const { frame } = ptpFramesOf(capture).find(({ payload }) => (payload[0]! & 0xf) === type)!;
    const whole = Buffer.from(capture.startsWith('udp6') ? withChecksum(frame) : frame);
    whole.write(source, 6, 'hex');
    if (destination !== undefined) whole.write(destination, 0, 'hex');
    // The checksums of the captures were left to a device that never computed them; over IPv4 there need be none.
    if (capture.startsWith('udp4')) whole.writeUInt16BE(0, 14 + 20 + 6);
    return new Uint8Array(
      Buffer.concat([
        whole.subarray(0, VLAN_TAG_OFFSET),
        Buffer.from(tags, 'hex'),
        whole.subarray(VLAN_TAG_OFFSET),
      ]),
    );
  });
}

/** Resolves when an answer has come; throws where none does. */
async function ping(from: Host, address: string): Promise<void> {
  const family = address.includes(':') ? '-6' : '-4';
  const child = from.namespace.spawn('busybox', ['ping', family, '-c', '2', '-W', '2', address]);
  expect(await child.exited, child.output).toEqual({ code: 0, signal: null });
}

describe.skipIf(missing !== undefined)('a switch with a bridge', () => {
  let net: BridgedNetwork;

  beforeEach(() => {
    net = new BridgedNetwork(4);
  });

  afterEach(() => net.close());

  function macOf(host: Host): string {
    return host.namespace.mac('eth0').replaceAll(':', '');
  }

  /** Frames from the first host that `keep` takes, as the others get them. */
  async function listen(keep: (frame: Uint8Array) => boolean): Promise<FramePort[]> {
    const from = macOf(net.hosts[0]!);
    return Promise.all(
      net.hosts.map(({ namespace }) =>
        FramePort.open(
          namespace,
          'eth0',
          (frame) => Buffer.from(frame.subarray(6, 12)).toString('hex') === from && keep(frame),
        ),
      ),
    );
  }

  /** Sends frames, then an ordinary one: behind it nothing that the bridge carried can be under way. */
  async function sendAndFence(ports: readonly FramePort[], frames: readonly Uint8Array[]) {
    const fences = ports.map(({ received }) => received.filter(isFence).length);
    ports[0]!.send(...frames, fence(macOf(net.hosts[0]!)));
    for (const [index, port] of ports.entries()) {
      if (index === 0) continue;
      await until(
        `the fence at host ${index + 1}`,
        () => port.received.filter(isFence).length > fences[index]!,
        ARRIVAL_TIMEOUT_MS,
      );
    }
  }

  /** The kernel lets go of what a dead process had a moment later. */
  async function expectInterfaces(before: unknown): Promise<void> {
    await vi.waitFor(() => expect(net.interfaces()).toEqual(before), {
      timeout: ARRIVAL_TIMEOUT_MS,
    });
  }

  /** Not what the first host says by itself, such as that it is in a multicast group. */
  const ptpOf = (port: FramePort) => port.received.filter(isPtpFrame);

  test('carries ping, with ARP and neighbour discovery, between all hosts and to the box itself', async () => {
    await net.startSwitch('{name: br-ptp, stp: false, address: [192.0.2.1/24]}');
    // All at once, for each of them takes a second.
    await Promise.all(
      net.hosts.flatMap((from) => {
        const others = net.hosts.filter((to) => to !== from);
        const addresses = others.flatMap(({ address4, address6 }) => [address4, address6]);
        return ['192.0.2.1', ...addresses].map((address) => ping(from, address));
      }),
    );
  });

  test('carries jumbo frames where the ports do', async () => {
    for (const { namespace } of net.hosts) namespace.ip('link set eth0 mtu 9000');
    for (const port of net.ports) net.place.ip(`link set ${port} mtu 9000`);
    await net.startSwitch(BRIDGE);
    const [, second] = await listen(isFence);
    const [first] = await listen(isFence);
    first!.send(fence(macOf(net.hosts[0]!), JUMBO_LENGTH, macOf(net.hosts[1]!)));
    const [frame] = await second!.waitForFrames(1, ARRIVAL_TIMEOUT_MS);
    expect(frame).toHaveLength(JUMBO_LENGTH);
  });

  test('carries DHCP', async () => {
    await net.startSwitch(BRIDGE);
    const [server, client] = net.hosts as [Host, Host];
    const { writeFileSync } = await import('node:fs');
    const file = `${net.network.directory}/udhcpd.conf`;
    const leases = `${net.network.directory}/leases`;
    writeFileSync(leases, '');
    writeFileSync(
      file,
      `start 192.0.2.100\nend 192.0.2.110\ninterface eth0\nlease_file ${leases}\npidfile ${file}.pid\noption subnet 255.255.255.0\n`,
    );
    server.namespace.spawn('busybox', ['udhcpd', '-f', file]);
    const asked = client.namespace.spawn('busybox', [
      ...['udhcpc', '-f', '-q', '-n', '-i', 'eth0', '-s', '/bin/true'],
    ]);
    const [, address] = await asked.waitForLine(/lease of (192\.0\.2\.\d+) obtained/, 20_000);
    expect(address).toMatch(/^192\.0\.2\.1(0\d|10)$/);
  });

  describe('every PTP frame crosses once, by the switch', () => {
    const tagStacks = { untagged: '', tagged: '81000064', 'doubly tagged': '88a8600a81006014' };
    const cases = ['l2-e2e', 'udp4-e2e', 'udp6-e2e'].flatMap((capture) =>
      Object.entries(tagStacks).map(([name, tags]) => ({
        name: `${capture}, ${name}`,
        capture,
        tags,
      })),
    );

    test('multicast and unicast, on every transport, with and without tags', async () => {
      // Snooping would keep UDP multicast that nobody has asked for from crossing, rules or no rules.
      await net.startSwitch('{name: br-ptp, stp: false, igmpSnooping: false}');
      const ports = await listen(() => true);
      let kept = 0;
      const target = macOf(net.hosts[1]!);
      for (const { name, capture, tags } of cases) {
        for (const destination of [undefined, target]) {
          for (const port of ports) port.received.length = 0;
          const frames = pair(capture, macOf(net.hosts[0]!), tags, destination);
          await sendAndFence(ports, frames);
          const at = `${name}, ${destination === undefined ? 'multicast' : 'unicast'}`;
          // The switch does not hurry for the fence.
          await until(`${at}: both frames`, () => ptpOf(ports[1]!).length >= 2, ARRIVAL_TIMEOUT_MS);
          expect(ptpOf(ports[1]!).length, at).toBe(2);
          const { bridges } = net.bridge('status') as { bridges: { ptpFramesKept: number }[] };
          expect(bridges[0]!.ptpFramesKept, at).toBeGreaterThanOrEqual(kept + 2);
          kept = bridges[0]!.ptpFramesKept;
        }
      }
    });

    test('peer delay messages too, which a bridge would keep by itself', async () => {
      await net.startSwitch(BRIDGE);
      const ports = await listen(() => true);
      const frames = pair('l2-e2e', macOf(net.hosts[0]!), '', PEER_DELAY_GROUP);
      await sendAndFence(ports, frames);
      for (const port of ports.slice(1)) {
        await until('both frames', () => ptpOf(port).length >= 2, ARRIVAL_TIMEOUT_MS);
        expect(ptpOf(port)).toHaveLength(2);
      }
    });
  });

  test.each([false, true])('programs of the box speak PTP on the bridge: %s', async (hostPtp) => {
    await net.startSwitch(`{name: br-ptp, stp: false, hostPtp: ${hostPtp}}`);
    const ports = await listen(() => true);
    const own = await FramePort.open(net.place, 'br-ptp', () => true);
    await sendAndFence([ports[0]!, own], pair('l2-e2e', macOf(net.hosts[0]!), '', GROUP));
    expect(ptpOf(own)).toHaveLength(hostPtp ? 2 : 0);

    const fromHost = '02000000aa01';
    const heard = await FramePort.open(
      net.hosts[1]!.namespace,
      'eth0',
      (frame) => Buffer.from(frame.subarray(6, 12)).toString('hex') === fromHost,
    );
    own.send(...pair('l2-e2e', fromHost, '', GROUP), fence(fromHost));
    await until('the fence', () => heard.received.some(isFence), ARRIVAL_TIMEOUT_MS);
    expect(ptpOf(heard)).toHaveLength(hostPtp ? 2 : 0);
  });

  test('stopped, it restores the interfaces as they were', async () => {
    net.place.setLink('eth3', 'down');
    net.place.addAddress('eth2', '198.18.0.1/24');
    const before = net.interfaces();
    const running = await net.startSwitch(BRIDGE, 'eth1, eth2, eth3');
    expect(net.interfaces()).not.toEqual(before);
    expect(await running.child.stop()).toMatchObject({ code: 0 });
    await expectInterfaces(before);
    expect(net.place.run('nft', ['list', 'ruleset'])).toBe('');
  });

  test('joins a bridge that is there, and leaves it as it was', async () => {
    net.place.ip('link add lan type bridge', 'link set lan up', 'link set eth4 master lan');
    const before = net.interfaces();
    const running = await net.startSwitch('lan', 'eth1, eth2');
    await ping(net.hosts[0]!, net.hosts[3]!.address4);
    await running.child.stop();
    await expectInterfaces(before);
  });

  test.each(['block', 'forward'])('killed with onExit: %s', async (onExit) => {
    const before = net.interfaces();
    const config = `{name: br-ptp, stp: false, onExit: ${onExit}}`;
    const running = await net.startSwitch(config);
    const ports = await listen(() => true);
    running.child.kill('SIGKILL');
    await running.child.exited;
    const expected = onExit === 'block' ? 0 : 2;
    // An owner's table goes when the kernel has closed its socket.
    await until(
      'the rules',
      () => {
        return net.place.run('nft', ['list', 'tables']).includes('.rules') === (expected === 0);
      },
      ARRIVAL_TIMEOUT_MS,
    );
    await sendAndFence(ports, pair('l2-e2e', macOf(net.hosts[0]!)));
    expect(ports.slice(1).map((port) => ptpOf(port).length)).toEqual([
      expected,
      expected,
      expected,
    ]);

    for (const port of ports) port.received.length = 0;
    const again = await net.startSwitch(config);
    await sendAndFence(ports, pair('l2-e2e', macOf(net.hosts[0]!)));
    for (const port of ports.slice(1)) {
      await until('both frames', () => ptpOf(port).length >= 2, ARRIVAL_TIMEOUT_MS);
      expect(ptpOf(port)).toHaveLength(2);
    }
    again.child.kill('SIGKILL');
    await again.child.exited;
    net.bridge('clean');
    expect(net.bridge('clean')).toMatchObject({ deeds: [] });
    await expectInterfaces(before);
  });
});
