/** An interval that becomes shorter counts from now on, and not from the end of what was begun with the longer one. */
import { describe, expect, test } from 'vitest';
import type { Output } from '../../../../src/core/io.js';
import type { ClockPortSettings } from '../../../../src/core/port/clock-port-settings.js';
import { decode } from '../../../../src/core/wire/message.js';
import { AnnounceBench, better, good, timer } from '../../../support/announce-bench.js';

/** 16 s, as all intervals here at first. */
const slow = 4;
const quick = { logAnnounceInterval: 0 };

function bench(settings: Partial<ClockPortSettings> = {}): AnnounceBench {
  return new AnnounceBench({
    ...{ logAnnounceInterval: slow, logSyncInterval: slow, logMinPdelayReqInterval: slow },
    ...settings,
  });
}

/** What is sent, with the interval that it tells. */
const sent = (outputs: readonly Output[]) =>
  outputs.flatMap((output) => {
    if (output.kind !== 'sendEvent' && output.kind !== 'sendGeneral') return [];
    const result = decode(output.message);
    if (!result.ok) throw new Error(result.reason);
    return [[result.message.messageType, result.message.header.logMessageInterval]];
  });

describe('announceReceiptTimeout', () => {
  // Three intervals and, of the one that is added at random, a half.
  const anew = { kind: 'setTimer', after: 3.5e9 };

  test('of a port that listens', () => {
    const { clock } = bench();
    const outputs = clock.reconfigurePort(1, quick);
    expect(timer(outputs, '0/announceReceipt')).toMatchObject(anew);
  });

  test('of a port that follows, and of one that is passive', () => {
    const it = bench();
    it.qualify(0, 1n, better);
    it.qualify(1, 1n, { ...better, stepsRemoved: 1 });
    expect(it.states()).toEqual(['UNCALIBRATED', 'PASSIVE']);
    for (const port of [0, 1]) {
      const outputs = it.clock.reconfigurePort(port + 1, quick);
      expect(timer(outputs, `${port}/announceReceipt`)).toMatchObject(anew);
    }
  });

  test('by its number of intervals', () => {
    const outputs = bench().clock.reconfigurePort(1, { announceReceiptTimeout: 2 });
    expect(timer(outputs, '0/announceReceipt')).toMatchObject({ after: 2.5 * 16e9 });
  });

  test('but a master waits for nobody', () => {
    const it = bench();
    it.timer('0/announceReceipt');
    expect(timer(it.clock.reconfigurePort(1, quick), '0/announceReceipt')).toBeUndefined();
  });
});

describe('a master', () => {
  function master(): AnnounceBench {
    const it = bench();
    it.timer('0/announceReceipt');
    expect(it.states()[0]).toBe('MASTER');
    return it;
  }

  test('announces itself at once, and from now on at the new interval', () => {
    const outputs = master().clock.reconfigurePort(1, quick);
    expect(sent(outputs)).toEqual([['Announce', 0]]);
    expect(timer(outputs, '0/announce')).toMatchObject({ kind: 'setTimer', after: 1e9 });
    expect(timer(outputs, '0/sync')).toBeUndefined();
  });

  test('sends Sync at once, and from now on at the new interval', () => {
    const outputs = master().clock.reconfigurePort(1, { logSyncInterval: -3 });
    expect(sent(outputs)).toEqual([['Sync', -3]]);
    expect(timer(outputs, '0/sync')).toMatchObject({ kind: 'setTimer', after: 125e6 });
    expect(timer(outputs, '0/announce')).toBeUndefined();
  });

  test('has a longer interval from the next message on', () => {
    const longer = { logAnnounceInterval: slow + 1, logSyncInterval: slow + 1 };
    expect(master().clock.reconfigurePort(1, longer)).toEqual([]);
  });
});

test('the state decision comes an interval from now', () => {
  const outputs = bench().clock.reconfigurePort(1, quick);
  expect(timer(outputs, '0/stateDecision')).toMatchObject({ kind: 'setTimer', after: 1e9 });
  expect(timer(outputs, '1/stateDecision')).toBeUndefined();
});

test('a port that waits to become a master waits as many of the new intervals', () => {
  const it = bench();
  it.qualify(0, 1n, better);
  it.qualify(1, 2n, good);
  expect(it.states()).toEqual(['UNCALIBRATED', 'PRE_MASTER']);
  const outputs = it.clock.reconfigurePort(2, quick);
  expect(timer(outputs, '1/qualification')).toMatchObject({ kind: 'setTimer', after: 2e9 });
});

test('the next Pdelay_Req leaves an interval from now', () => {
  const { clock } = bench({ delayMechanism: 'p2p' });
  const outputs = clock.reconfigurePort(1, { logMinPdelayReqInterval: 0 });
  expect(timer(outputs, '0/pdelayReq')).toMatchObject({ kind: 'setTimer', after: 1e9 });
});

test('a port without a link has no timers', () => {
  const all = { ...quick, logSyncInterval: 0, logMinPdelayReqInterval: 0 };
  const { clock } = new AnnounceBench(
    { logAnnounceInterval: slow, delayMechanism: 'p2p' },
    248,
    {},
    false,
  );
  expect(clock.reconfigurePort(1, all)).toEqual([]);
});
