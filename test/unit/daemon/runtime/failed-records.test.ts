/** Frames that meet a fault of the program: left out, told once, counted; all others are taken. */
import { expect, test } from 'vitest';
import type { Input } from '../../../../src/core/io.js';
import { defaultProfile } from '../../../../src/core/profile/default.js';
import { encapsulate } from '../../../../src/daemon/runtime/encapsulation.js';
import { FailedRecords } from '../../../../src/daemon/runtime/failed-records.js';
import { Pump, type PumpEvent } from '../../../../src/daemon/runtime/pump.js';
import { encode } from '../../../../src/core/wire/message.js';
import type { EngineRecord } from '../../../../src/native/data-plane.js';
import { announceFrom, portIdentityOf } from '../../../support/announces.js';
import { VirtualTime } from '../../../support/virtual-time.js';
import { FakeDataPlane } from './pumped-data-plane.js';

const { encapsulation } = defaultProfile;
const mac = '02:00:00:00:00:01';

function announceRecord(domainNumber: number): EngineRecord {
  const octets = encode(announceFrom(portIdentityOf(1n), {}, { domainNumber }));
  const local = { transport: 'l2', mac: '02:00:00:00:00:02' } as const;
  const frame = encapsulate(octets, { kind: 'multicast' }, local, encapsulation);
  return {
    ...{ kind: 'frame', port: 0, frame, timestampNs: 0n },
    ...{ ptpOffset: 14, ptpLength: octets.length },
  };
}

test('of a batch the record alone is left out that something throws at', () => {
  const dataPlane = new FakeDataPlane(mac);
  const taken: Input[] = [];
  const events: PumpEvent[] = [];
  const bad = 13;
  const step = (input: Input) => {
    if (input.kind === 'message' && input.message[4] === bad) throw new TypeError('a fault');
    taken.push(input);
    const message = new Uint8Array(44);
    return [{ kind: 'sendGeneral', port: 0, message, destination: { kind: 'multicast' } }] as const;
  };
  const pump = new Pump({
    dataPlane,
    attachments: [{ name: 'bc', instance: { step }, encapsulation, ports: [{ transport: 'l2' }] }],
    timerClock: new VirtualTime(),
    onEvent: (event) => events.push(event),
  });
  pump.start();
  dataPlane.submitted.length = 0;
  dataPlane.deliver(announceRecord(0), announceRecord(bad), announceRecord(0));
  dataPlane.deliver(announceRecord(bad));
  expect(taken.map(({ kind }) => kind)).toEqual(['link', 'message', 'message']);
  expect(dataPlane.submitted.map((frames) => frames.length)).toEqual([2]);
  expect(pump.failedRecords).toBe(2);
  expect(events).toMatchObject([
    { kind: 'portError', port: 0, message: expect.stringContaining('bc: a fault') as string },
  ]);
});

test('16 causes at most are told of', () => {
  const failed = new FailedRecords();
  const told = Array.from({ length: 20 }, (_, index) =>
    failed.note(announceRecord(0), new Error(`fault ${index}`)),
  );
  expect(told.filter((line) => line !== undefined)).toHaveLength(16);
  expect(told[15]).toContain('of other causes nothing more is told');
  expect(failed.count).toBe(20);
});
