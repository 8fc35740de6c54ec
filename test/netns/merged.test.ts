/**
 * The kernel itself merges messages over UDP before the switch gets them (GRO of the receiving interface), where it is left to:
 *
 *   source ── eth1 switch eth2 ── sink
 *
 * Packets from a veth go through GRO once it is on there, and what it forwards is merged with rx-udp-gro-forwarding; that is what
 * the switch turns off. Packets that a sender makes long (GSO) and no NIC cuts come by no wire, and are not looked at here.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withChecksum } from '../support/internet-checksum.js';
import { FramePort } from '../support/netns/frame-port.js';
import { Network } from '../support/netns/network.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Switch } from '../support/netns/switch.js';
import { until } from '../support/netns/wait.js';
import { isPtpFrame, ptpFramesOf } from '../support/ptp-frames.js';

const TIMEOUT_MS = 10_000;
const SEQUENCE_ID = 30;
const BURST = 4;
const PORTS = ['eth1', 'eth2'];
/**
 * GRO waits so long for more of the same flow, and leaves the packets to a timer instead of the interrupt: so that those of a burst
 * are merged however slowly they come.
 */
const GRO_SETTINGS = { gro_flush_timeout: 50_000_000, napi_defer_hard_irqs: 1_000 };

const missing = missingPrerequisite('g++');
if (missing !== undefined) console.warn(`merged: skipped, ${missing}`);

/** Syncs of one sender, which differ only in what comes after the IP addresses. */
function burst(capture: string, firstSequence: number): Uint8Array[] {
  const { frame, ptpOffset } = ptpFramesOf(capture).find(
    ({ payload }) => (payload[0]! & 0xf) === 0,
  )!;
  return Array.from({ length: BURST }, (_, number) => {
    const whole = Buffer.from(frame);
    whole.writeUInt16BE(firstSequence + number, ptpOffset + SEQUENCE_ID);
    return withChecksum(whole);
  });
}

describe.skipIf(missing !== undefined)('Syncs over UDP that come in a burst', () => {
  let network: Network;
  let source: FramePort;
  let sink: FramePort;

  beforeEach(async () => {
    network = new Network();
    const device = network.namespace('device');
    const [from, to] = ['source', 'sink'].map((role) => network.namespace(role));
    network.connect(
      { namespace: from!, interface: 'eth0' },
      { namespace: device, interface: 'eth1' },
    );
    network.connect(
      { namespace: device, interface: 'eth2' },
      { namespace: to!, interface: 'eth0' },
    );
    device.run('ethtool', ['-K', 'eth1', 'gro', 'on', 'rx-udp-gro-forwarding', 'on']);
    const settings = Object.entries(GRO_SETTINGS).map(
      ([name, value]) => `echo ${value} > /sys/class/net/eth1/${name}`,
    );
    device.run('sh', ['-ec', settings.join('; ')]);
    source = await FramePort.open(from!, 'eth0', () => false);
    sink = await FramePort.open(to!, 'eth0', isPtpFrame);
  });

  afterEach(() => network.close());

  async function start(mergeOffloads: 'off' | 'keep'): Promise<Switch> {
    const config = join(network.directory, 'config.yaml');
    const ports = JSON.stringify(PORTS);
    writeFileSync(
      config,
      `{ports: ${ports}, instances: [{type: e2e-tc}], mergeOffloads: ${mergeOffloads}}`,
    );
    const running = new Switch(network, network.namespace('device'), PORTS, { config });
    await running.waitUntilForwarding();
    return running;
  }

  const merged = async (running: Switch) =>
    (await running.port('eth1')).counters['drop']!['mergedByOffload']!;

  test.each(['udp4-e2e', 'udp6-e2e'])(
    'are merged where that is left on, which is counted, and told once: %s',
    async (capture) => {
      const running = await start('keep');
      for (let bursts = 1; bursts <= 2; bursts++) {
        source.send(...burst(capture, bursts * BURST));
        await until(
          `${bursts} merged`,
          async () => (await merged(running)) >= bursts,
          TIMEOUT_MS,
          () => `${sink.received.length} arrived\n${running.child.output}`,
        );
      }
      expect(sink.received.length).toBeLessThan(2 * BURST);
      expect(running.child.output.match(/eth1: the host merges PTP messages/g)).toHaveLength(1);
    },
  );

  test.each(['udp4-e2e', 'udp6-e2e'])(
    'all pass where the switch may turn it off: %s',
    async (capture) => {
      const running = await start('off');
      source.send(...burst(capture, 1), ...burst(capture, 1 + BURST));
      const frames = await sink.waitForFrames(2 * BURST, TIMEOUT_MS);
      expect(frames).toHaveLength(2 * BURST);
      expect(await merged(running)).toBe(0);
    },
  );
});
