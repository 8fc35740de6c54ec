/**
 * Two access VLANs and a trunk, of a kernel whose bridge filters VLANs:
 *
 *   h1 ── eth1 (10)  switch  eth2 (10) ── h2
 *   h3 ── eth3 (20)          eth4 (10 and 20, tagged) ── h4
 *
 * and clocks in VLANs (vlan-clocks.ts).
 */

import { ptpFramesOf } from '../../support/ptp-frames.js';
import { BridgedNetwork } from '../../support/netns/bridged-network.js';
import { FramePort } from '../../support/netns/frame-port.js';
import { until } from '../../support/netns/wait.js';
import { ipBatch } from '../../support/netns/command.js';
import { Network } from '../../support/netns/network.js';
import './awake.js';
import { NICS } from './hardware-clock.js';
import { scenario } from './report.js';
import { clocksInVlans } from './vlan-clocks.js';

/** What came out at each host, in words: the kind of frame and its VLAN tag, such as `Sync 10` or `ordinary -`. */
export type Arrivals = readonly (readonly string[])[];

const START_TIMEOUT_MS = 120_000;
const ARRIVAL_TIMEOUT_MS = 20_000;
const PORTS = [
  '{interface: eth1, vlan: {pvid: 10}}',
  '{interface: eth2, vlan: {pvid: 10}}',
  '{interface: eth3, vlan: {pvid: 20}}',
  '{interface: eth4, vlan: {tagged: [10, 20]}}',
].join(', ');
const TAG_OFFSET = 12;
const kinds: Readonly<Record<number, string>> = {
  0x0: 'Sync',
  0x1: 'Delay_Req',
  0x8: 'Follow_Up',
  0x9: 'Delay_Resp',
};
/** The source of all that is sent here. */
const OURS = '0200000000';

const messages = ptpFramesOf('l2-e2e');
// The NICs would stand in the way of cables with ends of the same names.
const parking = new Network();
const parked = parking.namespace('parked');
ipBatch(NICS.map((nic) => `link set ${nic} netns ${parked.name}`));

const net = new BridgedNetwork(4);
await net.startSwitch('{name: br-ptp, stp: false}', PORTS, START_TIMEOUT_MS);
const hosts = await Promise.all(
  net.hosts.map(({ namespace }) =>
    FramePort.open(namespace, 'eth0', (frame) =>
      Buffer.from(frame.subarray(6, 11)).toString('hex').startsWith(OURS),
    ),
  ),
);

function tagged(frame: Uint8Array, host: number, tag: number | undefined): Uint8Array {
  const whole = Buffer.from(frame);
  whole.write(`${OURS}${(0xa0 + host).toString(16)}`, 6, 'hex');
  const octets = tag === undefined ? [] : [0x81, 0x00, tag >> 8, tag & 0xff];
  return new Uint8Array(
    Buffer.concat([whole.subarray(0, TAG_OFFSET), Buffer.from(octets), whole.subarray(TAG_OFFSET)]),
  );
}

function inWords(frame: Uint8Array): string {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const hasTag = view.getUint16(TAG_OFFSET) === 0x8100;
  const at = TAG_OFFSET + (hasTag ? 4 : 0);
  const kind = view.getUint16(at) === 0x88f7 ? kinds[view.getUint8(at + 2) & 0xf] : 'ordinary';
  return `${kind} ${hasTag ? view.getUint16(TAG_OFFSET + 2) & 0xfff : '-'}`;
}

const messageOf = (type: number) =>
  messages.find(({ payload }) => (payload[0]! & 0xf) === type)!.frame;

/** Sends from a host, waits for `last` at another, and tells what everyone has got. */
async function exchange(
  from: number,
  tag: number | undefined,
  frames: readonly Uint8Array[],
  last: { readonly at: number; readonly count: number },
): Promise<Arrivals> {
  for (const host of hosts) host.received.length = 0;
  hosts[from]!.send(...frames.map((frame) => tagged(frame, from, tag)));
  await until(
    `${last.count} frames at host ${last.at + 1}`,
    () => hosts[last.at]!.received.length >= last.count,
    ARRIVAL_TIMEOUT_MS,
    () => JSON.stringify(hosts.map(({ received }) => received.map(inWords))),
  );
  // Behind a frame of every VLAN nothing of the former can be under way.
  return hosts.map(({ received }) => received.map(inWords).sort());
}

const ordinary = Buffer.concat([
  Buffer.from('ffffffffffff02000000000088b5', 'hex'),
  Buffer.alloc(46),
]);
const pair = [messageOf(0x0), messageOf(0x8), ordinary];

await scenario('from an access port', () => exchange(0, undefined, pair, { at: 3, count: 3 }));
await scenario('from the trunk', () => exchange(3, 20, pair, { at: 2, count: 3 }));
await scenario('into a VLAN that the port is not in', async () => {
  hosts[0]!.send(...pair.map((frame) => tagged(frame, 0, 20)));
  hosts[3]!.send(...pair.map((frame) => tagged(frame, 3, 30)));
  hosts[3]!.send(...pair.map((frame) => tagged(frame, 3, undefined)));
  // Whatever of these is carried is there before what follows.
  return exchange(0, undefined, pair, { at: 3, count: 3 });
});
await scenario('an answer to an access port', async () => {
  const request = messageOf(0x1);
  const requested = await exchange(0, undefined, [request], { at: 3, count: 1 });
  const response = messages
    .map(({ frame }) => frame)
    .find((frame) => {
      const [a, b] = [Buffer.from(frame), Buffer.from(request)];
      const isResponse = (a[14]! & 0xf) === 0x9;
      return isResponse && a.subarray(44, 46).equals(b.subarray(44, 46));
    })!;
  return [requested, await exchange(3, 10, [response], { at: 0, count: 1 })];
});
await net.close();
await scenario('a clock in each VLAN', clocksInVlans);
await parking.close();
