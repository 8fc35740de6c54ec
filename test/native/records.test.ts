/** The batch format between addon/io/record_encoder.cc and src/native/records.ts. */
import { expect, test } from 'vitest';
import { decodeRecords } from '../../src/native/records.js';

interface Fields {
  readonly kind: number;
  readonly port?: number;
  readonly ptpOffset?: number;
  readonly timestampNs?: bigint;
  readonly context?: number;
  readonly ptpLength?: number;
  readonly flags?: number;
  readonly payload?: Uint8Array;
}

function record(fields: Fields): Uint8Array {
  const payload = fields.payload ?? new Uint8Array();
  const bytes = new Uint8Array(Math.ceil((32 + payload.length) / 8) * 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint8(4, fields.kind);
  view.setUint8(5, fields.port ?? 0);
  view.setUint16(6, fields.ptpOffset ?? 0, true);
  view.setBigInt64(8, fields.timestampNs ?? 0n, true);
  view.setUint32(16, fields.context ?? 0, true);
  view.setUint16(20, fields.ptpLength ?? 0, true);
  view.setUint16(22, fields.flags ?? 0, true);
  view.setUint32(24, payload.length, true);
  bytes.set(payload, 32);
  return bytes;
}

test('a batch of every kind, payloads of odd length in between', () => {
  const frame = Uint8Array.from({ length: 61 }, (_, i) => i);
  const batch = Buffer.concat([
    record({
      kind: 1,
      port: 3,
      ptpOffset: 14,
      timestampNs: 1_700_000_000_123_456_789n,
      ptpLength: 44,
      payload: frame,
    }),
    record({ kind: 2, port: 1, context: 0xffff_ffff, timestampNs: -5n }),
    record({ kind: 3, port: 2, context: 7 }),
    record({ kind: 4, flags: 1 }),
    record({ kind: 4, port: 31, flags: 3 }),
    record({ kind: 5, payload: new TextEncoder().encode('sending: Network is down') }),
  ]);
  expect(decodeRecords(batch)).toEqual([
    {
      kind: 'frame',
      port: 3,
      frame: Buffer.from(frame),
      timestampNs: 1_700_000_000_123_456_789n,
      ptpOffset: 14,
      ptpLength: 44,
    },
    { kind: 'transmitTimestamp', port: 1, context: 0xffff_ffff, timestampNs: -5n },
    { kind: 'transmitTimestampLost', port: 2, context: 7 },
    { kind: 'link', port: 0, present: true, up: false },
    { kind: 'link', port: 31, present: true, up: true },
    { kind: 'portError', port: 0, message: 'sending: Network is down' },
  ]);
});

test('an empty batch holds nothing', () => {
  expect(decodeRecords(new Uint8Array())).toEqual([]);
});

test('a kind that the engine does not write is a programmer error', () => {
  expect(() => decodeRecords(record({ kind: 99 }))).toThrow(RangeError);
});
