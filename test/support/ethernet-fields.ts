/** Fields of a PTP message on Ethernet without tags, read in the plainest way and apart from the product's own parsers. */

const ptpOffset = 14;
const FOLLOW_UP = 0x8;

export function isFollowUp(frame: Uint8Array): boolean {
  return (frame[ptpOffset]! & 0x0f) === FOLLOW_UP;
}

/** correctionField, in units of 2^-16 ns. */
export function correctionOf(frame: Uint8Array): bigint {
  return new DataView(frame.buffer, frame.byteOffset).getBigInt64(ptpOffset + 8);
}

/** The same, in nanoseconds. */
export function correctionNsOf(frame: Uint8Array): number {
  return Number(correctionOf(frame)) / 2 ** 16;
}
