/** Frames taken apart and built again, against those that linuxptp and the kernel built. */
import { describe, expect, it } from 'vitest';
import { defaultProfile } from '../../../../src/core/profile/default.js';
import {
  decapsulate,
  encapsulate as encapsulateBy,
  type Encapsulation,
  type LocalAddress,
} from '../../../../src/daemon/runtime/encapsulation.js';
import type { PeerAddress } from '../../../../src/core/io.js';
import { isGroupMac } from '../../../../src/daemon/runtime/addresses.js';
import { requestOctets } from '../../../support/managed-clocks.js';
import { checksumsHold } from '../../../support/internet-checksum.js';
import { allPtpFrames, ptpFramesOf, type PtpFrame } from '../../../support/ptp-frames.js';

const encapsulate = (message: Uint8Array, destination: PeerAddress, local: LocalAddress) =>
  // As linuxptp has it unless told otherwise.
  encapsulateBy(message, destination, local, {
    ...defaultProfile.encapsulation,
    dscp: { event: 0, general: 0 },
  });

function takenApart({ frame, ptpOffset, ptpLength }: PtpFrame) {
  const received = decapsulate(frame, ptpOffset, ptpLength);
  if (received === undefined) throw new Error('not taken for a PTP frame');
  return received;
}

function localOf(frame: PtpFrame): LocalAddress {
  const { transport, source } = takenApart(frame);
  if (transport === 'l2') return { transport, mac: source.mac };
  if (source.ip === undefined) throw new Error('no IP address');
  return { transport, mac: source.mac, ip: source.ip };
}

const ipv4Destination = (frame: Uint8Array) => frame.subarray(30, 34).join('.');

/** Built again from what was taken apart. */
function rebuilt(captured: PtpFrame): Uint8Array {
  const { message, destinationMac } = takenApart(captured);
  const destination: PeerAddress = isGroupMac(destinationMac)
    ? { kind: 'multicast' }
    : { kind: 'unicast', mac: destinationMac, ip: ipv4Destination(captured.frame) };
  return encapsulate(message, destination, localOf(captured));
}

/** What the kernel fills in as it likes: identification and checksums of IPv4, flow label and checksum of IPv6. */
function withoutKernelsChoices({ transport }: PtpFrame, frame: Uint8Array): Uint8Array {
  const copy = new Uint8Array(frame);
  switch (transport) {
    case 'l2':
      break;
    case 'udp4':
      copy.fill(0, 18, 20);
      copy.fill(0, 24, 26);
      copy.fill(0, 40, 42);
      break;
    case 'udp6':
      copy.fill(0, 15, 18);
      copy.fill(0, 60, 62);
      break;
  }
  return copy;
}

describe('frames of the captures', () => {
  // gPTP and G.8275.1 send everything to the peer delay group: a profile that is not spoken here yet.
  const frames = allPtpFrames().filter(({ capture }) => !['gptp', 'g8275-1'].includes(capture));

  it('are built again octet for octet, but for what the kernel chooses', () => {
    expect(frames.length).toBeGreaterThan(800);
    for (const captured of frames) {
      expect(
        withoutKernelsChoices(captured, rebuilt(captured)),
        `${captured.capture} ${captured.frameNumber}`,
      ).toEqual(withoutKernelsChoices(captured, captured.frame));
    }
  });

  it('have right checksums when built again', () => {
    for (const captured of frames.filter(({ transport }) => transport !== 'l2')) {
      expect(checksumsHold(rebuilt(captured)), `${captured.capture} ${captured.frameNumber}`).toBe(
        true,
      );
    }
  });
});

describe('decapsulate', () => {
  const [udp4] = ptpFramesOf('udp4-hybrid');
  const [udp6] = ptpFramesOf('udp6-e2e');
  const [l2] = ptpFramesOf('l2-e2e');
  if (!udp4 || !udp6 || !l2) throw new Error('captures without PTP frames');

  it('tells transport, sender and group', () => {
    const source = { kind: 'unicast', mac: '02:00:00:00:00:01' };
    expect(takenApart(l2)).toMatchObject({
      transport: 'l2',
      messageType: 'Announce',
      source,
      destinationMac: '01:1b:19:00:00:00',
    });
    expect(takenApart(udp4)).toMatchObject({
      transport: 'udp4',
      source: { ...source, ip: '192.0.2.1' },
      destinationMac: '01:00:5e:00:01:81',
    });
    expect(takenApart(udp6)).toMatchObject({
      transport: 'udp6',
      source: { ...source, ip: '2001:db8::1' },
      destinationMac: '33:33:00:00:01:81',
    });
  });

  it('leaves what follows the message behind', () => {
    expect(takenApart(udp6).message).toHaveLength(udp6.ptpLength);
    expect(udp6.frame.length - udp6.ptpOffset - udp6.ptpLength).toBe(2);
  });

  it.each([
    ['one tag', [0x81, 0x00, 0x20, 0x0a]],
    ['two tags', [0x88, 0xa8, 0x00, 0x64, 0x81, 0x00, 0x20, 0x0a]],
  ])('looks behind %s', (_, tags) => {
    for (const { frame, ptpOffset, ptpLength, transport } of [l2, udp4, udp6]) {
      const tagged = new Uint8Array([...frame.subarray(0, 12), ...tags, ...frame.subarray(12)]);
      expect(decapsulate(tagged, ptpOffset + tags.length, ptpLength)).toMatchObject({ transport });
    }
  });

  it('takes nothing else for a PTP frame', () => {
    const { frame, ptpOffset, ptpLength } = udp4;
    const arp = new Uint8Array(frame);
    arp.set([0x08, 0x06], 12);
    expect(decapsulate(arp, ptpOffset, ptpLength)).toBeUndefined();
    expect(decapsulate(frame, 20, ptpLength)).toBeUndefined();
    expect(decapsulate(frame, ptpOffset, frame.length)).toBeUndefined();
    expect(decapsulate(frame.subarray(0, 13), 0, 0)).toBeUndefined();
    const endless = new Uint8Array(60);
    for (let offset = 12; offset < 60; offset += 4) endless.set([0x81, 0x00], offset);
    expect(decapsulate(endless, 14, 40)).toBeUndefined();
  });
});

describe('encapsulate', () => {
  const [captured] = ptpFramesOf('l2-e2e');
  if (!captured) throw new Error('capture without PTP frames');
  const { message } = takenApart(captured);
  const local = { transport: 'udp4', mac: '02:00:00:00:00:01', ip: '192.0.2.1' } as const;
  const peer = { kind: 'unicast', mac: '02:00:00:00:00:02' } as const;

  it('reaches a unicast peer over IPv6', () => {
    const frame = encapsulate(
      message,
      { ...peer, ip: '2001:db8::2' },
      { transport: 'udp6', mac: local.mac, ip: '2001:db8::1' },
    );
    expect(checksumsHold(frame)).toBe(true);
    expect(decapsulate(new Uint8Array(frame), 62, message.length)).toMatchObject({
      transport: 'udp6',
      message,
      source: { kind: 'unicast', mac: local.mac, ip: '2001:db8::1' },
      destinationMac: peer.mac,
    });
  });

  it('sends an odd number of octets with a right checksum', () => {
    const odd = new Uint8Array([...message, 0x5a]);
    expect(checksumsHold(encapsulate(odd, { ...peer, ip: '192.0.2.2' }, local))).toBe(true);
  });

  it('never sends a checksum of 0, which would mean none', () => {
    // Try every value of one word: for one of them the sum is 0.
    const variant = new Uint8Array(message);
    for (let word = 0; word <= 0xffff; word += 1) {
      variant.set([word >> 8, word & 0xff], 30);
      const frame = encapsulate(variant, { ...peer, ip: '192.0.2.2' }, local);
      if (frame[40] === 0 && frame[41] === 0) throw new Error(`checksum 0 with ${word}`);
    }
  });

  it('refuses a peer without IP address, and addresses that are none', () => {
    expect(() => encapsulate(message, peer, local)).toThrow('no IP address');
    expect(() => encapsulate(message, { ...peer, ip: 'fe80::1' }, local)).toThrow(
      'not an IPv4 address',
    );
    expect(() => encapsulate(message, { kind: 'multicast' }, { ...local, mac: '' })).toThrow(
      'not a MAC address',
    );
  });
});

describe('a manager', () => {
  const own = { transport: 'udp4', mac: '02:00:00:00:00:01', ip: '192.0.2.1' } as const;
  const manager = { kind: 'unicast', mac: '02:00:00:00:00:02', ip: '192.0.2.9' } as const;
  const management = requestOctets({ id: 'PRIORITY1' });
  const udp4PtpOffset = 14 + 20 + 8;

  it('is answered at the UDP port that it asks from; whoever asks otherwise is not', () => {
    for (const [message, udpPort] of [
      [management, 40_123],
      [ptpFramesOf('udp4-hybrid').map(takenApart)[0]?.message ?? management, undefined],
    ] as const) {
      const asked = encapsulate(message, { ...manager, ip: own.ip }, own);
      Buffer.from(asked.buffer, asked.byteOffset).writeUInt16BE(40_123, udp4PtpOffset - 8);
      const received = decapsulate(new Uint8Array(asked), udp4PtpOffset, message.length);
      expect(received?.source.udpPort).toBe(udpPort);
    }
  });

  it('over IPv6 too; over Ethernet there is none', () => {
    for (const [transport, ip, ptpOffset] of [
      ['udp6', '2001:db8::1', 62],
      ['l2', '', 14],
    ] as const) {
      const peer = { ...manager, ip: '2001:db8::9', udpPort: 40_123 };
      const frame = encapsulate(management, peer, { transport, mac: own.mac, ip });
      const source = decapsulate(new Uint8Array(frame), ptpOffset, management.length)?.source;
      expect(source?.udpPort).toBe(transport === 'l2' ? undefined : 320);
      if (transport === 'udp6') expect(Buffer.from(frame).readUInt16BE(ptpOffset - 6)).toBe(40_123);
    }
  });
});

describe('another profile', () => {
  const [l2] = ptpFramesOf('l2-e2e');
  const [udp4] = ptpFramesOf('udp4-hybrid');
  if (!l2 || !udp4) throw new Error('captures without PTP frames');
  const own: Encapsulation = {
    groups: {
      l2: { primary: '01:80:c2:00:00:0e', peerDelay: '01:80:c2:00:00:0e' },
      udp4: { primary: '239.192.0.1', peerDelay: '224.0.0.107' },
      udp6: { primary: 'ff05::1', peerDelay: 'ff02::6b' },
    },
    timeToLive: { multicast: 16, unicast: 2 },
    dscp: { event: 46, general: 34 },
    vlanPriority: 4,
  };

  it('has groups, a time to live and a VLAN priority of its own', () => {
    const built = (captured: PtpFrame, destination: PeerAddress, vlanId?: number) => {
      const { message } = takenApart(captured);
      return Buffer.from(encapsulateBy(message, destination, localOf(captured), own, vlanId));
    };
    const ethernet = built(l2, { kind: 'multicast' }, 10);
    expect(ethernet.toString('hex', 0, 6)).toBe('0180c200000e');
    expect(ethernet.readUInt16BE(14)).toBe((4 << 13) | 10);
    const toGroup = built(udp4, { kind: 'multicast' });
    expect(toGroup.toString('hex', 0, 6)).toBe('01005e400001');
    expect([ipv4Destination(toGroup), toGroup[22]]).toEqual(['239.192.0.1', 16]);
    const toPeer = built(udp4, { kind: 'unicast', mac: '02:00:00:00:00:02', ip: '192.0.2.2' });
    expect([ipv4Destination(toPeer), toPeer[22]]).toEqual(['192.0.2.2', 2]);
  });

  it('sorts event messages and others into classes of their own, over IPv4 and IPv6', () => {
    const built = (local: LocalAddress, messageType: number) => {
      const message = Uint8Array.from(takenApart(l2).message);
      message[0] = messageType;
      return Buffer.from(encapsulateBy(message, { kind: 'multicast' }, local, own));
    };
    const [udp4At, udp6At]: LocalAddress[] = [
      { transport: 'udp4', mac: '02:00:00:00:00:01', ip: '192.0.2.1' },
      { transport: 'udp6', mac: '02:00:00:00:00:01', ip: 'fe80::1' },
    ];
    const eventTypes = [0x0, 0x1, 0x2, 0x3];
    const generalTypes = [0x8, 0x9, 0xa, 0xb, 0xc, 0xd];
    for (const type of [...eventTypes, ...generalTypes]) {
      const octet = (eventTypes.includes(type) ? 46 : 34) << 2;
      const four = built(udp4At!, type);
      expect([four[14], four[15], checksumsHold(four)]).toEqual([0x45, octet, true]);
      const six = built(udp6At!, type);
      // Four bits of version, eight of the traffic class, twenty of the flow label.
      expect(six.readUInt32BE(14)).toBe(0x60000000 + octet * 2 ** 20);
      expect(checksumsHold(six)).toBe(true);
    }
  });
});
