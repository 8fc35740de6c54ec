/**
 * Wraps a PTP message into the Ethernet frame that carries it, and takes such a frame apart: Ethernet itself (1588-2019
 * annex E), UDP over IPv4 (annex C) and UDP over IPv6 (annex D), with a VLAN tag or without.
 */
import { createChecksum, writeChecksum } from 'raw-socket';
import type { PeerAddress, Transport } from '../../core/io.js';
import {
  isEventMessage,
  isPeerDelayMessageType,
  messageTypeOfCode,
  type MessageType,
} from '../../core/wire/header.js';
import type { Groups, Profile } from '../../core/profile/profile.js';
import {
  formatIpv4,
  formatIpv6,
  formatMac,
  ipv4Octets,
  ipv6Octets,
  macOctets,
} from './addresses.js';

/** The addresses of a port of this box on its transport. MAC as "02:00:00:00:00:01". */
export type LocalAddress =
  | { readonly transport: 'l2'; readonly mac: string }
  | { readonly transport: 'udp4'; readonly mac: string; readonly ip: string }
  | { readonly transport: 'udp6'; readonly mac: string; readonly ip: string };

/** How a profile has messages travel. */
export type Encapsulation = Profile['encapsulation'];

type UnicastAddress = Extract<PeerAddress, { kind: 'unicast' }>;

/** A PTP frame taken apart. */
export interface ReceivedFrame {
  readonly transport: Transport;
  /** The PTP message alone; a view into the frame. */
  readonly message: Uint8Array;
  /** Undefined when the type is reserved, which decoding reports. */
  readonly messageType: MessageType | undefined;
  /** The sender, as an address that can be answered to. */
  readonly source: UnicastAddress;
  readonly destinationMac: string;
  /** Of the outermost tag; absent without a tag, and with one that holds a priority only (IEEE 802.1Q, 6.9: VLAN 0). */
  readonly vlanId?: number;
}

const etherType = { ptp: 0x88f7, ipv4: 0x0800, ipv6: 0x86dd } as const;
/** 802.1Q and 802.1ad. */
const vlanEtherTypes: readonly number[] = [0x8100, 0x88a8];
const vlanTagLength = 4;
/** The lower 12 bits of a tag. */
const vlanIdMask = 0x0fff;
const ethernetLength = 14;
const ipv4Length = 20;
const ipv6Length = 40;
const udpLength = 8;
const udpProtocol = 17;

/** Annex C.2 and D.2: the one port takes event messages, the other general messages. */
const udpPort = { event: 319, general: 320 } as const;

/** RFC 2474: DSCP is the upper part of that octet, the other two bits are of explicit congestion notification. */
const dscpShift = 2;

const dontFragment = 0x4000;

/**
 * The whole Ethernet frame around `message`, tagged where `vlanId` is given. Throws TypeError when `destination` has no IP address on a UDP transport
 * or an address is not well formed: those come from configuration or from frames already parsed.
 */
export function encapsulate(
  message: Uint8Array,
  destination: PeerAddress,
  local: LocalAddress,
  encapsulation: Encapsulation,
  vlanId?: number,
): Uint8Array {
  const frame = untagged(message, destination, local, encapsulation);
  return vlanId === undefined ? frame : tagged(frame, vlanId, encapsulation);
}

function tagged(frame: Uint8Array, vlanId: number, { vlanPriority }: Encapsulation): Uint8Array {
  const tag = Buffer.alloc(vlanTagLength);
  tag.writeUInt16BE(0x8100, 0);
  tag.writeUInt16BE((vlanPriority << 13) | vlanId, 2);
  const addresses = 12;
  return Buffer.concat([frame.subarray(0, addresses), tag, frame.subarray(addresses)]);
}

function untagged(
  message: Uint8Array,
  destination: PeerAddress,
  local: LocalAddress,
  encapsulation: Encapsulation,
): Uint8Array {
  const messageType = messageTypeOfCode((message[0] ?? 0) & 0x0f);
  if (messageType === undefined) throw new TypeError('not a PTP message to send');
  switch (local.transport) {
    case 'l2': {
      const { l2 } = encapsulation.groups;
      const mac = destination.kind === 'unicast' ? destination.mac : l2[groupOf(messageType)];
      return Buffer.concat([ethernetHeader(mac, local.mac, etherType.ptp), message]);
    }
    case 'udp4':
      return udp4Frame(message, messageType, destination, local, encapsulation);
    case 'udp6':
      return udp6Frame(message, messageType, destination, local, encapsulation);
  }
}

function groupOf(messageType: MessageType): keyof Groups {
  return isPeerDelayMessageType(messageType) ? 'peerDelay' : 'primary';
}

function trafficClassOf(messageType: MessageType, { dscp }: Encapsulation): number {
  return (isEventMessage(messageType) ? dscp.event : dscp.general) << dscpShift;
}

function ethernetHeader(destination: string, source: string, type: number): Buffer {
  const header = Buffer.allocUnsafe(ethernetLength);
  header.set(macOctets(destination), 0);
  header.set(macOctets(source), 6);
  header.writeUInt16BE(type, 12);
  return header;
}

/** Throws TypeError: an address without IP is of no use to UDP. */
function ipOf(destination: UnicastAddress): string {
  if (destination.ip === undefined) {
    throw new TypeError(`no IP address to reach ${destination.mac} over UDP`);
  }
  return destination.ip;
}

function udp4Frame(
  message: Uint8Array,
  messageType: MessageType,
  destination: PeerAddress,
  local: Extract<LocalAddress, { transport: 'udp4' }>,
  encapsulation: Encapsulation,
): Uint8Array {
  const { groups, timeToLive } = encapsulation;
  const ip = ipv4Octets(
    destination.kind === 'unicast' ? ipOf(destination) : groups.udp4[groupOf(messageType)],
  );
  const source = ipv4Octets(local.ip);
  // RFC 1112, 6.4: the lower 23 bits of the group.
  const mac =
    destination.kind === 'unicast'
      ? destination.mac
      : formatMac(Buffer.of(0x01, 0x00, 0x5e, (ip[1] ?? 0) & 0x7f, ip[2] ?? 0, ip[3] ?? 0));

  const datagram = udpDatagram(messageType, destination, message);
  const header = Buffer.alloc(ipv4Length);
  header.writeUInt8(0x45, 0); // version 4, five words
  header.writeUInt8(trafficClassOf(messageType, encapsulation), 1);
  header.writeUInt16BE(ipv4Length + datagram.length, 2);
  header.writeUInt16BE(dontFragment, 6); // no identification is needed then: RFC 6864
  header.writeUInt8(timeToLive[destination.kind], 8);
  header.writeUInt8(udpProtocol, 9);
  source.copy(header, 12);
  ip.copy(header, 16);
  writeChecksum(header, 10, createChecksum(header));

  const pseudoHeader = Buffer.alloc(12); // RFC 768
  source.copy(pseudoHeader, 0);
  ip.copy(pseudoHeader, 4);
  pseudoHeader.writeUInt8(udpProtocol, 9);
  pseudoHeader.writeUInt16BE(datagram.length, 10);
  writeUdpChecksum(pseudoHeader, datagram);
  return Buffer.concat([ethernetHeader(mac, local.mac, etherType.ipv4), header, datagram]);
}

/**
 * Annex D.4: two octets after the message, which a transparent clock changes so that the checksum holds for the
 * corrected message.
 */
const spareOctets = Buffer.alloc(2);

function udp6Frame(
  message: Uint8Array,
  messageType: MessageType,
  destination: PeerAddress,
  local: Extract<LocalAddress, { transport: 'udp6' }>,
  encapsulation: Encapsulation,
): Uint8Array {
  const { groups, timeToLive } = encapsulation;
  const ip = ipv6Octets(
    destination.kind === 'unicast' ? ipOf(destination) : groups.udp6[groupOf(messageType)],
  );
  const source = ipv6Octets(local.ip);
  // RFC 2464, 7: the lower 32 bits of the group.
  const mac =
    destination.kind === 'unicast'
      ? destination.mac
      : formatMac(Buffer.concat([Buffer.of(0x33, 0x33), ip.subarray(12)]));

  const datagram = udpDatagram(messageType, destination, message, spareOctets);
  const header = Buffer.alloc(ipv6Length);
  // Version 6, then the traffic class, four bits further on than whole octets, then the flow label.
  header.writeUInt16BE(0x6000 | (trafficClassOf(messageType, encapsulation) << 4), 0);
  header.writeUInt16BE(datagram.length, 4);
  header.writeUInt8(udpProtocol, 6);
  header.writeUInt8(timeToLive[destination.kind], 7);
  source.copy(header, 8);
  ip.copy(header, 24);

  const pseudoHeader = Buffer.alloc(40); // RFC 8200, 8.1
  source.copy(pseudoHeader, 0);
  ip.copy(pseudoHeader, 16);
  pseudoHeader.writeUInt32BE(datagram.length, 32);
  pseudoHeader.writeUInt8(udpProtocol, 39);
  writeUdpChecksum(pseudoHeader, datagram);
  return Buffer.concat([ethernetHeader(mac, local.mac, etherType.ipv6), header, datagram]);
}

/** Header and payload, the checksum still 0. */
function udpDatagram(
  messageType: MessageType,
  destination: PeerAddress,
  ...payload: readonly Uint8Array[]
): Buffer {
  const header = Buffer.alloc(udpLength);
  const datagram = Buffer.concat([header, ...payload]);
  const port = isEventMessage(messageType) ? udpPort.event : udpPort.general;
  datagram.writeUInt16BE(port, 0);
  const asked = destination.kind === 'unicast' ? destination.udpPort : undefined;
  datagram.writeUInt16BE(asked ?? port, 2);
  datagram.writeUInt16BE(datagram.length, 4);
  return datagram;
}

function writeUdpChecksum(pseudoHeader: Buffer, datagram: Buffer): void {
  // RFC 768: 0 on the wire means "no checksum", so a sum of 0 is sent as its equal in ones' complement.
  writeChecksum(datagram, 6, createChecksum(pseudoHeader, datagram) || 0xffff);
}

/**
 * Takes apart a frame whose PTP message the engine has found at `ptpOffset`. Undefined when the headers before it are
 * not those of a PTP frame after all.
 */
export function decapsulate(
  frame: Uint8Array,
  ptpOffset: number,
  ptpLength: number,
): ReceivedFrame | undefined {
  if (frame.length < ethernetLength || ptpOffset + ptpLength > frame.length) return undefined;
  const octets = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  const network = networkHeaderOf(octets);
  const origin = originOf(octets, network.etherType, network.offset, ptpOffset);
  if (origin === undefined) return undefined;
  const { transport } = origin;
  const message = frame.subarray(ptpOffset, ptpOffset + ptpLength);
  const messageType = messageTypeOfCode((message[0] ?? 0) & 0x0f);
  // C.2 and D.2: a manager is answered at the port that he asks from, whoever else at that of the message type.
  const source =
    messageType === 'Management' && transport !== 'l2'
      ? { ...origin.source, udpPort: octets.readUInt16BE(ptpOffset - udpLength) }
      : origin.source;
  const destinationMac = formatMac(octets);
  const { vlanId = 0 } = network;
  // Written out, because this runs for every frame that is handed up and a spread is slow.
  return vlanId === 0
    ? { transport, message, messageType, source, destinationMac }
    : { transport, message, messageType, source, destinationMac, vlanId };
}

/** The sender, by the header that begins at `offset` and ends before the PTP message at the latest. */
function originOf(
  octets: Buffer,
  type: number,
  offset: number,
  ptpOffset: number,
): Pick<ReceivedFrame, 'transport' | 'source'> | undefined {
  const mac = formatMac(octets, 6);
  switch (type) {
    case etherType.ptp:
      return { transport: 'l2', source: { kind: 'unicast', mac } };
    case etherType.ipv4: {
      if (ptpOffset < offset + ipv4Length) return undefined;
      const ip = formatIpv4(octets.subarray(offset + 12, offset + 16));
      return { transport: 'udp4', source: { kind: 'unicast', mac, ip } };
    }
    case etherType.ipv6: {
      if (ptpOffset < offset + ipv6Length) return undefined;
      const ip = formatIpv6(octets.subarray(offset + 8, offset + 24));
      return { transport: 'udp6', source: { kind: 'unicast', mac, ip } };
    }
    default:
      return undefined;
  }
}

/** The EtherType after any VLAN tags, and where its header begins. */
function networkHeaderOf(frame: Buffer): {
  readonly etherType: number;
  readonly offset: number;
  readonly vlanId: number | undefined;
} {
  let offset = ethernetLength;
  let vlanId: number | undefined;
  while (vlanEtherTypes.includes(frame.readUInt16BE(offset - 2))) {
    if (offset + vlanTagLength > frame.length) break;
    vlanId ??= frame.readUInt16BE(offset) & vlanIdMask;
    offset += vlanTagLength;
  }
  return { etherType: frame.readUInt16BE(offset - 2), offset, vlanId };
}
