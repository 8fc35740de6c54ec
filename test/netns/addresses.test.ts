/** gm eth0 ── eth1 switch1 eth2 ── eth0 slave1: the address of eth2 changes, again and again, while its clock sends Syncs from it. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { FramePort } from '../support/netns/frame-port.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Star } from '../support/netns/star.js';
import { median } from '../support/netns/statistics.js';
import { until } from '../support/netns/wait.js';

const missing = missingPrerequisite();
if (missing !== undefined) console.warn(`addresses: skipped, ${missing}`);

const changes = 15;
/** Ten Sync intervals. Each change comes right after the one before was seen: what is remembered for a second would last for one. */
const medianLimitMs = 600;
const timeoutMs = 10_000;

/** Behind an Ethernet header without a tag. */
function isSyncOverUdp(frame: Uint8Array): boolean {
  const octets = Buffer.from(frame);
  const isUdp4 = octets.readUInt16BE(12) === 0x0800 && octets[23] === 17;
  return isUdp4 && octets.readUInt16BE(36) === 319 && (octets[42]! & 0xf) === 0;
}
const sourceOf = (frame: Uint8Array): string => frame.subarray(26, 30).join('.');

describe.skipIf(missing !== undefined)('the address of an interface', () => {
  test('another one is that of the next messages, without a wait', async () => {
    const star = new Star({ slaves: 1 });
    onTestFinished(() => star.close());
    const [slave] = star.slaves;
    const [running] = await star.startClocks(
      'instances: [{type: bc, transport: udp4, logAnnounceInterval: -2, logSyncInterval: -4}]\n',
    );
    if (slave === undefined || running === undefined) throw new Error('no slave or no switch');
    const cable = await FramePort.open(slave.namespace, 'eth0', isSyncOverUdp);
    const { namespace } = star.switchPlaces[0]!;
    const fromNow = (address: string) => {
      const seen = cable.received.length;
      return until(
        `a Sync from ${address}`,
        () => cable.received.slice(seen).some((frame) => sourceOf(frame) === address),
        timeoutMs,
        () => running.child.output,
      );
    };
    let address = '192.0.2.102';
    await fromNow(address);
    const takenMs: number[] = [];
    for (let change = 0; change < changes; change++) {
      const next = `192.0.2.${120 + change}`;
      const start = performance.now();
      namespace.ip(`address del ${address}/24 dev eth2`, `address add ${next}/24 dev eth2`);
      await fromNow(next);
      takenMs.push(performance.now() - start);
      address = next;
    }
    expect(median(takenMs), takenMs.join()).toBeLessThan(medianLimitMs);
  });
});
