/**
 * Transparent means transparent: of a Sync nothing changes, of its Follow_Up only the correctionField and the UDP
 * checksum that follows from it; on every transport, with no, one or two VLAN tags; and nothing goes back.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ptpFramesOf } from '../support/ptp-frames.js';
import { FramePort } from '../support/netns/frame-port.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Star } from '../support/netns/star.js';

const MESSAGE_TYPES = { sync: 0x0, followUp: 0x8, announce: 0xb };
const CORRECTION = { offset: 8, length: 8 };
const UDP_HEADER_LENGTH = 8;
const UDP_CHECKSUM_BEFORE_PTP = 2;
const UDP_PROTOCOL = 17;
const VLAN_TAG_OFFSET = 12;
const ARRIVAL_TIMEOUT_MS = 5_000;
/** Nanoseconds; a switch that is awake takes microseconds. */
const LONGEST_RESIDENCE_NS = 1_000_000_000;

/** `addresses`: where in an untagged frame the addresses of the UDP pseudo header are. */
const transports = [
  { transport: 'L2', capture: 'l2-e2e', addresses: undefined },
  { transport: 'UDPv4', capture: 'udp4-e2e', addresses: [26, 34] },
  { transport: 'UDPv6', capture: 'udp6-e2e', addresses: [22, 54] },
] as const;
const tagStacks = [
  { tags: 'untagged', octets: '' },
  { tags: '802.1Q with priority 5, VLAN 100', octets: '8100a064' },
  { tags: 'QinQ', octets: '88a8600a81006014' },
];
const cases = transports.flatMap((transport) =>
  tagStacks.map((tagStack) => ({ ...transport, ...tagStack })),
);

function withTags(frame: Uint8Array, octets: string): Uint8Array {
  const tags = Buffer.from(octets, 'hex');
  return new Uint8Array([
    ...frame.subarray(0, VLAN_TAG_OFFSET),
    ...tags,
    ...frame.subarray(VLAN_TAG_OFFSET),
  ]);
}

/** Sum of all 16-bit words with end-around carry: the same before and after a change that the checksum makes good. */
function onesComplementSum(octets: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < octets.length; i += 2) sum += (octets[i]! << 8) | (octets[i + 1] ?? 0);
  return sum % 0xffff;
}

/** The captures were taken on veth, whose UDP checksums are left to a device that never computes them. */
function withUdpChecksum(
  frame: Uint8Array,
  ptpOffset: number,
  [addressesStart, addressesEnd]: readonly [number, number],
): Uint8Array {
  const whole = Buffer.from(frame);
  const udp = whole.subarray(ptpOffset - UDP_HEADER_LENGTH);
  const datagram = udp.subarray(0, udp.readUInt16BE(4));
  datagram.writeUInt16BE(0, 6);
  const pseudoHeader = onesComplementSum(whole.subarray(addressesStart, addressesEnd));
  const sum = pseudoHeader + datagram.length + UDP_PROTOCOL + onesComplementSum(datagram);
  datagram.writeUInt16BE(0xffff - (sum % 0xffff), 6);
  return new Uint8Array(whole);
}

function masked(frame: Uint8Array, ptpOffset: number, overUdp: boolean): string {
  const copy = frame.slice();
  copy.fill(0, ptpOffset + CORRECTION.offset, ptpOffset + CORRECTION.offset + CORRECTION.length);
  if (overUdp) copy.fill(0, ptpOffset - UDP_CHECKSUM_BEFORE_PTP, ptpOffset);
  return Buffer.from(copy).toString('hex');
}

function correctionNs(frame: Uint8Array, ptpOffset: number): number {
  const scaled = Buffer.from(frame).readBigInt64BE(ptpOffset + CORRECTION.offset);
  return Number(scaled) / 2 ** 16;
}

const missing = missingPrerequisite('g++');
if (missing !== undefined) console.warn(`transparency: skipped, ${missing}`);

describe.skipIf(missing !== undefined)('a forwarded frame', () => {
  let star: Star;

  beforeAll(async () => {
    star = new Star({ slaves: 1 });
    await star.startSwitches();
  });

  afterAll(() => star.close());

  test.for(cases)('$transport, $tags', async ({ capture, addresses, octets }) => {
    const captured = ptpFramesOf(capture);
    const { ptpOffset: untaggedOffset } = captured[0]!;
    const ptpOffset = untaggedOffset + octets.length / 2;
    const [sync, followUp, announce] = Object.values(MESSAGE_TYPES).map((type) => {
      const message = captured.find(({ payload }) => (payload[0]! & 0x0f) === type);
      const frame = addresses
        ? withUdpChecksum(message!.frame, untaggedOffset, addresses)
        : message!.frame;
      return withTags(frame, octets);
    }) as [Uint8Array, Uint8Array, Uint8Array];
    const isOurs = (frame: Uint8Array) =>
      Buffer.from(frame.subarray(0, ptpOffset)).includes(Buffer.from(sync.subarray(6, 12)));
    const gm = await FramePort.open(star.gm.namespace, 'eth0', isOurs);
    const slave = await FramePort.open(star.slaves[0]!.namespace, 'eth0', isOurs);

    gm.send(announce, sync, followUp);

    const arrived = await slave.waitForFrames(3, ARRIVAL_TIMEOUT_MS);
    const corrected = arrived[2]!;
    const overUdp = addresses !== undefined;
    expect(arrived[0]).toEqual(announce);
    expect(arrived[1]).toEqual(sync);
    expect(masked(corrected, ptpOffset, overUdp)).toBe(masked(followUp, ptpOffset, overUdp));
    if (overUdp) expect(onesComplementSum(corrected)).toBe(onesComplementSum(followUp));
    const residenceNs = correctionNs(corrected, ptpOffset) - correctionNs(followUp, ptpOffset);
    expect(residenceNs).toBeGreaterThan(0);
    expect(residenceNs).toBeLessThan(LONGEST_RESIDENCE_NS);
    expect(gm.received).toEqual([]);
  });
});
