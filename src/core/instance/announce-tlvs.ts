/**
 * The TLVs of the Announce messages that a boundary clock sends: its PATH_TRACE (16.2), and of those that its parent's
 * Announce brought, the ones that go on from clock to clock (14.2, table 52), octet by octet and in their order.
 */
import type { Transport } from '../io.js';
import type { MessageOf } from '../wire/message.js';
import { encodeTlvs, type Tlv } from '../wire/tlv.js';

/** A code of table 52, for whose TLV there is no type of its own here. */
const alternateTimeOffsetIndicator = 0x0009;
/** ORGANIZATION_EXTENSION_PROPAGATE, ENHANCED_ACCURACY_METRICS, whatever comes later, and experimental ones. */
const propagating = { first: 0x4000, last: 0x7fff } as const;

/** The headers before a message in a frame of 1500 octets; of UDP over IPv6 also two spare octets behind it (Annex D.3). */
const overhead: Readonly<Record<Transport, number>> = { l2: 0, udp4: 20 + 8, udp6: 40 + 8 + 2 };
const announceLength = 64;

/** Octets of TLVs that an Announce has room for on every one of these transports. */
export function roomForTlvs(transports: readonly Transport[]): number {
  return 1500 - announceLength - Math.max(0, ...transports.map((transport) => overhead[transport]));
}

/** On whatever transport. */
export const maxAnnounceTlvOctets = roomForTlvs(['udp6']);

/** PATH_TRACE is each clock's own affair; what asks not to be propagated (0x8000 on) or says nothing of it stays. */
export function propagates(tlv: Tlv): boolean {
  if (tlv.tlvType !== 'unknown') return false;
  const { code } = tlv;
  return (
    code === alternateTimeOffsetIndicator || (code >= propagating.first && code <= propagating.last)
  );
}

/** Whether any of them is neither handed on nor told anew: whoever is behind this clock does not get it. */
export function anyEndsHere({ tlvs }: MessageOf<'Announce'>): boolean {
  return tlvs.some((tlv) => !propagates(tlv) && !hopByHop.includes(tlv.tlvType));
}

/** Each hop's own: that they end here is no loss. */
const hopByHop: readonly Tlv['tlvType'][] = ['PATH_TRACE', 'PAD', 'AUTHENTICATION'];

/** Those that go on from `message`. */
export function propagatedTlvs({ tlvs }: MessageOf<'Announce'>): readonly Tlv[] {
  return tlvs.filter(propagates);
}

/** Whoever fills a frame with TLVs leaves no room for our own: as many as fit, the first ones first. */
export function fitting(
  tlvs: readonly Tlv[],
  room = maxAnnounceTlvOctets,
): {
  readonly tlvs: readonly Tlv[];
  readonly leftOut: number;
} {
  let octets = 0;
  const kept = tlvs.filter((tlv) => {
    const { length } = encodeTlvs([tlv]);
    if (octets + length > room) return false;
    octets += length;
    return true;
  });
  return { tlvs: kept, leftOut: tlvs.length - kept.length };
}
