/** What every message body and every TLV value has in common: how it is read, how it is written, how reading fails. */

/** Why octets are not a PTP message; the shell counts them by this name. */
export type DecodeFailure =
  | 'truncatedHeader'
  | 'unsupportedVersion'
  | 'reservedMessageType'
  | 'messageLengthTooShort'
  | 'messageLengthBeyondEnd'
  | 'nanosecondsOutOfRange'
  | 'malformedTlv';

/** The fixed part of a message after the header; TLVs follow it. */
export interface BodyCodec<Body> {
  /** Octets the body takes on the wire. */
  readonly length: number;
  /** `view` holds exactly `length` octets; the flagField of the header says how some bodies are to be read. */
  decode(view: DataView, flagField: number): Body | DecodeFailure;
  /** Writes `length` octets from the start of `view`, which are zero before: reserved fields stay so (5.3.1). */
  encode(body: Body, view: DataView): void;
}

/** The valueField of a TLV. */
export interface TlvCodec<Tlv> {
  /** Undefined when the octets cannot be that TLV. */
  decode(value: Uint8Array): Tlv | undefined;
  /** A fresh valueField. */
  encode(tlv: Tlv): Uint8Array;
}

const slabLength = 1 << 16;
/** A longer array is its own. */
const longestCut = slabLength / 16;
let slab = new Uint8Array(0);
let slabUsed = 0;

/**
 * So many zeros, for what is written to be sent. They are cut from a common piece of memory that is never written twice: each
 * array of its own would be memory beside the heap, to be allocated and collected, and an answer to a request for all ports is
 * made of a hundred. What is kept for long is better a copy, because a cut keeps the whole piece.
 */
export function zeros(length: number): Uint8Array {
  if (length > longestCut) return new Uint8Array(length);
  if (slabUsed + length > slab.length) {
    slab = new Uint8Array(slabLength);
    slabUsed = 0;
  }
  const start = slabUsed;
  slabUsed += length;
  return slab.subarray(start, slabUsed);
}

/** A plain copy: `slice` would not do, since that of Node.js' Buffer shares the memory. */
export function copyOf(octets: Uint8Array): Uint8Array {
  return new Uint8Array(octets);
}

/** A view of those octets and of no others of their buffer. */
export function viewOf(octets: Uint8Array): DataView {
  return new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
}
