/** Reads the batches of records that the engine hands up; the layout is written by addon/io/record_encoder.h. */
import type { Transport } from '../core/io.js';
import type { EngineRecord, Notice } from './data-plane.js';

const headerSize = 32;

const recordKind = {
  frame: 1,
  transmitTimestamp: 2,
  transmitTimestampLost: 3,
  link: 4,
  portError: 5,
  syncObserved: 6,
  clockMoved: 7,
  send: 8,
  notice: 9,
  unserved: 10,
} as const;

/** In the order of dataplane::NoticeKind (addon/dataplane/effects.h). */
const notices: readonly Notice[] = [
  'loop',
  'isolationOver',
  'mergedByOffload',
  'answerByOtherPort',
  'secondAnswer',
];

/** In the order of wire::Transport (addon/wire/frame_view.h). */
const transports: readonly Transport[] = ['l2', 'udp4', 'udp6'];

function transportOfCode(code: number): Transport {
  const transport = transports[code];
  if (transport === undefined) throw new RangeError(`transport ${code} is none`);
  return transport;
}

/** Decodes one batch; payloads are views into `batch`. Throws on a batch that the engine cannot have written. */
export function decodeRecords(batch: Uint8Array): EngineRecord[] {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  const records: EngineRecord[] = [];
  for (let at = 0; at < batch.length; at += view.getUint32(at, true)) {
    records.push(decodeRecord(view, batch, at));
  }
  return records;
}

/**
 * Reads the first `size` bytes of what a Forwarder wants sent, in order. `number` is present where a transmit time stamp
 * is wanted under it; frames are copies. Throws RangeError on a batch that a Forwarder cannot have written.
 */
export function eachSend(
  sends: Uint8Array,
  size: number,
  send: (port: number, frame: Uint8Array, number: number | undefined) => void,
): void {
  if (size === 0) return;
  const view = new DataView(sends.buffer, sends.byteOffset, size);
  for (let at = 0; at < size; at += view.getUint32(at, true)) {
    const kind = view.getUint8(at + 4);
    if (kind !== recordKind.send) throw new RangeError(`record of kind ${kind}, not to be sent`);
    const numbered = (view.getUint16(at + 22, true) & 1) !== 0;
    const start = at + headerSize;
    send(
      view.getUint8(at + 5),
      sends.slice(start, start + view.getUint32(at + 24, true)),
      numbered ? view.getUint32(at + 16, true) : undefined,
    );
  }
}

function decodeRecord(view: DataView, batch: Uint8Array, at: number): EngineRecord {
  const kind = view.getUint8(at + 4);
  const port = view.getUint8(at + 5);
  const timestampNs = view.getBigInt64(at + 8, true);
  const context = view.getUint32(at + 16, true);
  const payloadSize = view.getUint32(at + 24, true);
  const payload = batch.subarray(at + headerSize, at + headerSize + payloadSize);
  switch (kind) {
    case recordKind.frame:
      return {
        kind: 'frame',
        port,
        frame: payload,
        timestampNs,
        ptpOffset: view.getUint16(at + 6, true),
        ptpLength: view.getUint16(at + 20, true),
      };
    case recordKind.transmitTimestamp:
      return { kind: 'transmitTimestamp', port, context, timestampNs };
    case recordKind.transmitTimestampLost:
      return { kind: 'transmitTimestampLost', port, context };
    case recordKind.link: {
      const flags = view.getUint16(at + 22, true);
      return { kind: 'link', port, present: (flags & 1) !== 0, up: (flags & 2) !== 0 };
    }
    case recordKind.portError:
      return { kind: 'portError', port, message: new TextDecoder().decode(payload) };
    case recordKind.syncObserved: {
      const at16 = at + headerSize + 16;
      return {
        kind: 'syncObserved',
        port,
        sdoId: view.getUint16(at + headerSize + 12, true),
        domainNumber: view.getUint8(at + headerSize + 14),
        sourcePortIdentity: payload.subarray(0, 10),
        sequenceId: view.getUint16(at + headerSize + 10, true),
        timestampNs,
        preciseOriginTimestampNs: view.getBigInt64(at16, true),
        correction: view.getBigInt64(at16 + 8, true),
      };
    }
    case recordKind.clockMoved:
      return { kind: 'clockMoved', port };
    case recordKind.notice: {
      const notice = notices[view.getUint16(at + 22, true)];
      if (notice === undefined) throw new RangeError('a notice of an unknown kind');
      return { kind: 'notice', port, notice, otherPort: context };
    }
    case recordKind.unserved: {
      const payloadAt = at + headerSize;
      return {
        kind: 'unserved',
        port,
        sdoId: view.getUint16(payloadAt, true),
        domainNumber: view.getUint8(payloadAt + 4),
        transport: transportOfCode(view.getUint8(payloadAt + 5)),
        vlanId: view.getUint16(payloadAt + 2, true),
        announce: (view.getUint16(at + 22, true) & 1) !== 0,
        messages: context,
      };
    }
    default:
      throw new RangeError(`record of unknown kind ${kind.toString()}`);
  }
}
