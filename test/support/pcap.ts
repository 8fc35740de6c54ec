/** Reads the pcap files of test/fixtures/captures: microsecond and nanosecond format, either byte order, Ethernet. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface CapturedFrame {
  readonly timestampNs: bigint;
  readonly frame: Uint8Array;
}

/** From the package's root, where npm runs its scripts: compiled tests find them as well. */
const captures = join(process.cwd(), 'test/fixtures/captures');
const fileHeaderLength = 24;
const recordHeaderLength = 16;
/** Magic number in the writer's byte order, and how many nanoseconds its sub-second field counts. */
const nsPerUnit = new Map([
  [0xa1b2c3d4, 1000n],
  [0xa1b23c4d, 1n],
]);

/** "l2-e2e" and so on: every capture there is. */
export function captureNames(): string[] {
  return readdirSync(captures)
    .filter((file) => file.endsWith('.pcap'))
    .map((file) => file.slice(0, -'.pcap'.length));
}

export function readCapture(name: string): CapturedFrame[] {
  return parsePcap(new Uint8Array(readFileSync(join(captures, `${name}.pcap`))));
}

/** Throws Error on a file that is not pcap or ends within a record: a broken fixture must not pass for an empty one. */
export function parsePcap(file: Uint8Array): CapturedFrame[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const littleEndian = nsPerUnit.has(view.getUint32(0, true));
  const scale = nsPerUnit.get(view.getUint32(0, littleEndian));
  if (scale === undefined) throw new Error('not a pcap file');

  const frames: CapturedFrame[] = [];
  for (let offset = fileHeaderLength; offset < file.length;) {
    const seconds = BigInt(view.getUint32(offset, littleEndian));
    const subSecond = BigInt(view.getUint32(offset + 4, littleEndian));
    const start = offset + recordHeaderLength;
    const end = start + view.getUint32(offset + 8, littleEndian);
    if (end > file.length) throw new Error('pcap file ends within a record');
    frames.push({
      timestampNs: seconds * 1_000_000_000n + subSecond * scale,
      frame: file.subarray(start, end),
    });
    offset = end;
  }
  return frames;
}
