/** The door of the forwarder without an engine: what it refuses, and what a caller may do to it. */
import { describe, expect, test } from 'vitest';
import { defaultProfile } from '../../src/core/profile/default.js';
import { clockIdentity, type PortIdentity } from '../../src/core/time/identity.js';
import { encapsulate } from '../../src/daemon/runtime/encapsulation.js';
import { createForwarder } from '../../src/native/addon.js';
import type { Forwarder, ForwarderOptions } from '../../src/native/forwarder.js';
import { decodeRecords, eachSend } from '../../src/native/records.js';
import { requestOctets } from '../support/managed-clocks.js';
import { policyOf } from './contract/bench.js';
import { followUpFrame, syncFrame } from './contract/frames.js';

const options: ForwarderOptions = { ports: 2, seed: 1, limits: { exchanges: 16, heldMessages: 4 } };

/** End to end from port 0 to port 1, both up. */
function forwarder(onReadable: () => void = () => undefined): Forwarder {
  const created = createForwarder(options, onReadable);
  created.program(policyOf('e2e-tc'));
  for (const port of [0, 1]) created.setLink(port, true);
  return created;
}

function codeOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'accepted';
}

interface Sent {
  readonly port: number;
  readonly frame: Uint8Array;
  readonly number: number | undefined;
}

function sent(from: Forwarder, size: number): Sent[] {
  const sends: Sent[] = [];
  eachSend(from.sends, size, (port, frame, number) => sends.push({ port, frame, number }));
  return sends;
}

/** A request for the domain of that clock. */
function managementFrame(target: PortIdentity): Uint8Array {
  return encapsulate(
    requestOctets({ id: 'DOMAIN', target }),
    { kind: 'multicast' },
    { transport: 'l2', mac: '02:00:00:00:00:02' },
    defaultProfile.encapsulation,
  );
}

describe('arguments are checked at the door', () => {
  test.each([
    ['no port', { ports: 0 }],
    ['more ports than a port set holds', { ports: 33 }],
    ['a seed that is not an integer', { seed: 0.5 }],
    ['a table of no size', { limits: { exchanges: 0 } }],
    ['a table larger than memory', { limits: { heldMessages: 2 ** 31 } }],
    ['a time-out that is not a number', { limits: { heldLifetimeNs: NaN } }],
  ])('%s', (_, changed) => {
    const create = () => createForwarder({ ...options, ...changed }, () => undefined);
    expect(codeOf(create)).toBe('ERR_ARGUMENT');
  });

  const frame = syncFrame({ sequenceId: 1 });
  const calls: readonly (readonly [string, (on: Forwarder) => unknown])[] = [
    ['a port that there is not', (on) => on.receive(2, frame, 0n, 0)],
    ['a frame that is none', (on) => on.receive(0, 'frame' as unknown as Uint8Array, 0n, 0)],
    ['a frame that is too long', (on) => on.receive(0, new Uint8Array(1537), 0n, 0)],
    ['a time stamp beyond 64 bits', (on) => on.receive(0, frame, 1n << 63n, 0)],
    ['a time stamp that is a number', (on) => on.receive(0, frame, 5 as unknown as bigint, 0)],
    ['a time before the start', (on) => on.receive(0, frame, 0n, -1)],
    ['a time that is none', (on) => on.advance(NaN)],
    ['a context beyond 32 bits', (on) => on.submit(0, frame, 2 ** 32, 0)],
    ['a link that is neither up nor down', (on) => on.setLink(0, 1 as unknown as boolean)],
    [
      'a rate that no clock has',
      (on) => {
        on.relate(0, { rawAnchorNs: 0n, commonAnchorNs: 0n, rateOffset: 1, epoch: 0 });
      },
    ],
    [
      'a managed clock of no identity',
      (on) => {
        on.program({ ...policyOf('e2e-tc'), managedClock: -1n });
      },
    ],
  ];
  test.each(calls)('%s', (_, call) => {
    expect(codeOf(() => call(forwarder()))).toBe('ERR_ARGUMENT');
  });

  test('a callback that is none', () => {
    expect(codeOf(() => createForwarder(options, 5 as unknown as () => void))).toBe('ERR_ARGUMENT');
  });
});

test('a Sync, its time stamp and its Follow_Up: what is sent comes back from each call', () => {
  const on = forwarder();
  const sync = syncFrame({ sequenceId: 1 });
  const followUp = followUpFrame({ sequenceId: 1 });
  const before = sync.slice();

  const [first] = sent(on, on.receive(0, sync, 1_000n, 0));
  expect(first).toMatchObject({ port: 1, number: 0 });
  expect(Buffer.from(first?.frame ?? [])).toEqual(Buffer.from(sync));
  expect(sync).toEqual(before);

  expect(on.receive(0, followUp, undefined, 10)).toBe(0); // held for the time stamp
  expect(on.nextDeadline()).toBeGreaterThan(10);
  const [second] = sent(on, on.transmitTimestamp(1, 0, 8_500n, 20));
  expect(second).toMatchObject({ port: 1, number: undefined });
  const correction = Buffer.from(second?.frame ?? []).readBigInt64BE(14 + 8);
  expect(correction).toBe(7_500n << 16n);
});

test('a management request for the managed clock is forwarded, and a copy of it handed up', () => {
  const on = forwarder();
  on.program({ ...policyOf('e2e-tc'), managedClock: 0x020000fffe000009n });
  const frame = managementFrame({
    clockIdentity: clockIdentity(0x020000fffe000009n),
    portNumber: 1,
  });
  const [forwarded] = sent(on, on.receive(0, frame, undefined, 0));
  expect(Buffer.from(forwarded?.frame ?? [])).toEqual(Buffer.from(frame));
  const record = decodeRecords(on.drain()).find(({ kind }) => kind === 'frame');
  expect(record).toMatchObject({ kind: 'frame', port: 0, timestampNs: 0n, ptpOffset: 14 });
});

test('a frame that was sent stays what it was when the next call writes its own', () => {
  const on = forwarder();
  const [first] = sent(on, on.receive(0, syncFrame({ sequenceId: 1 }), 0n, 0));
  const copy = first?.frame.slice();
  on.receive(0, syncFrame({ sequenceId: 2 }), 0n, 0);
  expect(first?.frame).toEqual(copy);
});

test('whoever is told of records may call again at once', () => {
  const kinds: string[] = [];
  const on = createForwarder(options, () => {
    kinds.push(...decodeRecords(on.drain()).map(({ kind }) => kind));
    on.advance(5);
  });
  on.program(policyOf('terminate'));
  on.setLink(0, true);
  on.receive(0, syncFrame({ sequenceId: 1 }), 0n, 0);
  expect(kinds).toEqual(['link', 'frame']);
});

test('what a call sends is not lost when whoever is told of records calls again at once', () => {
  const frames: Uint8Array[] = [];
  const take = (size: number) => frames.push(...sent(on, size).map(({ frame }) => frame));
  let again: Uint8Array | undefined;
  const on = createForwarder(options, () => {
    on.drain();
    const frame = again;
    again = undefined;
    if (frame !== undefined) take(on.receive(0, frame, 0n, 0));
  });
  const target = { clockIdentity: clockIdentity(9n), portNumber: 1 };
  on.program({ ...policyOf('e2e-tc'), managedClock: 9n });
  for (const port of [0, 1]) on.setLink(port, true);
  // It is forwarded, and a copy of it is a record.
  const request = managementFrame(target);
  again = syncFrame({ sequenceId: 2 });
  const both = [request, again];
  take(on.receive(0, request, undefined, 0));
  expect(frames.map((frame) => Buffer.from(frame))).toEqual(
    both.map((frame) => Buffer.from(frame)),
  );
});

test('an error that the callback throws reaches the caller', () => {
  const on = createForwarder(options, () => {
    throw new Error('from the callback');
  });
  expect(() => {
    on.setLink(0, true);
  }).toThrow('from the callback');
});

test('memory of the batch that was transferred away is noticed', () => {
  const on = forwarder();
  structuredClone(on.sends, { transfer: [on.sends.buffer as ArrayBuffer] });
  expect(codeOf(() => on.receive(0, syncFrame({ sequenceId: 1 }), 0n, 0))).toBe('ERR_ARGUMENT');
});

test('a batch that a forwarder cannot have written is a programmer error', () => {
  const batch = new Uint8Array(32);
  batch[0] = 32;
  batch[4] = 1;
  expect(() => {
    eachSend(batch, 32, () => undefined);
  }).toThrow(RangeError);
});
