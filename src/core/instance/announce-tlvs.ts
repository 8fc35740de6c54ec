/**
 * The TLVs of the Announce messages that a boundary clock sends: its PATH_TRACE (16.2), and of those that its parent's
 * Announce brought, the ones that go on from clock to clock (14.2, table 52), octet by octet and in their order.
 */
import type { MessageOf } from '../wire/message.js';
import { encodeTlvs, type Tlv } from '../wire/tlv.js';

/** A code of table 52, for whose TLV there is no type of its own here. */
const alternateTimeOffsetIndicator = 0x0009;
/** ORGANIZATION_EXTENSION_PROPAGATE, ENHANCED_ACCURACY_METRICS, whatever comes later, and experimental ones. */
const propagating = { first: 0x4000, last: 0x7fff } as const;

/** Octets of TLVs: an Announce and UDP over IPv6 in a frame of 1500 octets, two of them spare (Annex D.3). */
export const maxAnnounceTlvOctets = 1500 - 40 - 8 - 2 - 64;

/** PATH_TRACE is each clock's own affair; what asks not to be propagated (0x8000 on) or says nothing of it stays. */
export function propagates(tlv: Tlv): boolean {
  if (tlv.tlvType !== 'unknown') return false;
  const { code } = tlv;
  return (
    code === alternateTimeOffsetIndicator || (code >= propagating.first && code <= propagating.last)
  );
}

/** Those that go on from `message`. */
export function propagatedTlvs({ tlvs }: MessageOf<'Announce'>): readonly Tlv[] {
  return tlvs.filter(propagates);
}

/** Whoever fills a frame with TLVs leaves no room for our own: as many as fit, the first ones first. */
export function fitting(tlvs: readonly Tlv[]): {
  readonly tlvs: readonly Tlv[];
  readonly leftOut: number;
} {
  let octets = 0;
  const kept = tlvs.filter((tlv) => {
    const { length } = encodeTlvs([tlv]);
    if (octets + length > maxAnnounceTlvOctets) return false;
    octets += length;
    return true;
  });
  return { tlvs: kept, leftOut: tlvs.length - kept.length };
}
