/**
 * Finds PTP in an Ethernet frame, in the plainest way and apart from the product's own parsers, so that tests of these
 * have something to be compared with.
 */
import { captureNames, readCapture } from './pcap.js';

export interface PtpFrame {
  readonly capture: string;
  /** Counted from 1, as tshark does. */
  readonly frameNumber: number;
  readonly timestampNs: bigint;
  readonly frame: Uint8Array;
  readonly transport: 'l2' | 'udp4' | 'udp6';
  readonly ptpOffset: number;
  /** messageLength as the header tells it. */
  readonly ptpLength: number;
  /** From the first octet of the PTP header to the end of the frame or of the UDP payload. */
  readonly payload: Uint8Array;
}

const ethernetLength = 14;
const udpLength = 8;
const etherTypeOffset = 12;
const vlanTagLength = 4;
const vlanEtherTypes = new Set([0x8100, 0x88a8]);

function locate(frame: Uint8Array): Pick<PtpFrame, 'transport' | 'ptpOffset'> | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const isPtpPort = (udpOffset: number) => [319, 320].includes(view.getUint16(udpOffset + 2));
  switch (view.getUint16(etherTypeOffset)) {
    case 0x88f7:
      return { transport: 'l2', ptpOffset: ethernetLength };
    case 0x0800: {
      const udpOffset = ethernetLength + (view.getUint8(ethernetLength) & 0x0f) * 4;
      if (view.getUint8(ethernetLength + 9) !== 17 || !isPtpPort(udpOffset)) return undefined;
      return { transport: 'udp4', ptpOffset: udpOffset + udpLength };
    }
    case 0x86dd: {
      const udpOffset = ethernetLength + 40;
      if (view.getUint8(ethernetLength + 6) !== 17 || !isPtpPort(udpOffset)) return undefined;
      return { transport: 'udp6', ptpOffset: udpOffset + udpLength };
    }
    default:
      return undefined;
  }
}

/** Whether a frame with any number of VLAN tags is PTP. */
export function isPtpFrame(frame: Uint8Array): boolean {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  let tags = 0;
  while (vlanEtherTypes.has(view.getUint16(etherTypeOffset + tags))) tags += vlanTagLength;
  if (tags === 0) return locate(frame) !== undefined;
  const untagged = new Uint8Array(frame.length - tags);
  untagged.set(frame.subarray(0, etherTypeOffset));
  untagged.set(frame.subarray(etherTypeOffset + tags), etherTypeOffset);
  return locate(untagged) !== undefined;
}

/** Every PTP frame of one capture. */
export function ptpFramesOf(capture: string): PtpFrame[] {
  return readCapture(capture).flatMap(({ frame, timestampNs }, index) => {
    const found = locate(frame);
    if (found === undefined) return [];
    const payload = frame.subarray(found.ptpOffset);
    const ptpLength = ((payload[2] ?? 0) << 8) | (payload[3] ?? 0);
    return { capture, frameNumber: index + 1, timestampNs, frame, ...found, ptpLength, payload };
  });
}

/** Every PTP frame of every capture. */
export function allPtpFrames(): PtpFrame[] {
  return captureNames().flatMap(ptpFramesOf);
}
