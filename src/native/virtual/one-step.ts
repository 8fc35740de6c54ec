/** What one-step hardware does to a Sync that leaves: its own time stamp goes into originTimestamp (9.5.9.3). */

const etherTypeOffset = 12;
const ptpEtherType = 0x88f7;
/** On Ethernet without VLAN tags, the only transport that the virtual hardware knows. */
const ptpOffset = 14;
const flagFieldOffset = ptpOffset + 6;
const twoStepFlag = 0x02;
const originTimestampOffset = ptpOffset + 34;
const nsPerSecond = 1_000_000_000n;

/** Writes `timestampNs` into `frame` if that is a one-step Sync; leaves any other frame alone. */
export function stampOneStepSync(frame: Uint8Array, timestampNs: bigint): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint16(etherTypeOffset) !== ptpEtherType) return;
  const messageType = view.getUint8(ptpOffset) & 0x0f;
  if (messageType !== 0 || (view.getUint8(flagFieldOffset) & twoStepFlag) !== 0) return;
  const seconds = timestampNs / nsPerSecond;
  view.setUint16(originTimestampOffset, Number(seconds >> 32n));
  view.setUint32(originTimestampOffset + 2, Number(seconds & 0xffff_ffffn));
  view.setUint32(originTimestampOffset + 6, Number(timestampNs % nsPerSecond));
}
