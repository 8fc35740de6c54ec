/** What a boundary clock makes of Announce messages, and of their staying away: message by message, timer by timer. */
import { describe, expect, test } from 'vitest';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import type { Output } from '../../../../src/core/io.js';
import type { AnnounceBody } from '../../../../src/core/wire/messages/announce.js';
import { Flag, type Header } from '../../../../src/core/wire/header.js';
import {
  AnnounceBench as Bench,
  better,
  good,
  own,
  reasons,
  timer,
  worse,
} from '../../../support/announce-bench.js';
import { encode } from '../../../../src/core/wire/message.js';
import { announceFrom, portIdentityOf } from '../../../support/announces.js';

describe('which Announce messages count (9.3.2.5)', () => {
  test.each<[string, bigint, Partial<AnnounceBody>, Partial<Header>, boolean, string[]]>([
    ['any other', 1n, {}, {}, false, []],
    ['253 steps removed', 1n, { stepsRemoved: 253 }, {}, false, []],
    ['255 steps removed', 1n, { stepsRemoved: 255 }, {}, false, ['unqualifiedAnnounce']],
    [
      'alternateMaster (17.3.2)',
      1n,
      {},
      { flagField: Flag.alternateMaster },
      false,
      ['unqualifiedAnnounce'],
    ],
    ['its own, come back', own, {}, {}, false, ['ownMessage']],
    ['of another domain', 1n, {}, { domainNumber: 1 }, false, ['otherDomain']],
    ['of another sdoId', 1n, {}, { sdoId: 0x100 }, false, ['otherSdoId']],
    ['to this clock alone', 1n, {}, {}, true, ['otherTransmission']],
  ])('%s', (_, source, body, header, toUnicast, expected) => {
    const bench = new Bench();
    const outputs = [1, 2].flatMap(() =>
      bench.announce(0, source, { ...good, ...body }, header, toUnicast),
    );
    expect([...new Set(reasons(outputs))]).toEqual(expected);
    expect(bench.grandmaster).toBe(expected.length === 0 ? 1n : own);
  });
});

describe('FOREIGN_MASTER_TIME_WINDOW and FOREIGN_MASTER_THRESHOLD (9.3.2.4.4)', () => {
  // Announce intervals that pass between one message and the next: two within four intervals qualify.
  test.each<[readonly number[], boolean]>([
    [[], false],
    [[0], true],
    [[3], true],
    [[4], false],
    [[4, 4, 4], false],
    [[4, 3], true],
  ])('intervals between messages: %j', (gaps, qualified) => {
    const bench = new Bench();
    bench.announce(0, 1n, good);
    for (const gap of gaps) {
      for (let passed = 0; passed < gap; ++passed) bench.timer('0/stateDecision');
      bench.announce(0, 1n, good);
    }
    expect(bench.grandmaster).toBe(qualified ? 1n : own);
    expect(bench.states()[0]).toBe(qualified ? 'UNCALIBRATED' : 'LISTENING');
  });

  test.each([
    ['copies of one message', [7, 7, 7], ['staleAnnounce'], false],
    ['a message that a later one has overtaken', [7, 6], ['staleAnnounce'], false],
    ['the same across the wrap of sequenceId', [0, 0xffff], ['staleAnnounce'], false],
    ['a message after a lost one', [7, 9], [], true],
    ['a master that counts from the beginning again', [7, 0], [], true],
  ])('messages are counted that are distinct: %s', (_, sequenceIds, expected, qualified) => {
    const bench = new Bench();
    const outputs = sequenceIds.flatMap((sequenceId) =>
      bench.announce(0, 1n, good, { sequenceId }),
    );
    expect([...new Set(reasons(outputs))]).toEqual(expected);
    expect(bench.grandmaster).toBe(qualified ? 1n : own);
  });

  test('two masters, one message each: neither is qualified', () => {
    const bench = new Bench();
    bench.announce(0, 1n, good);
    bench.announce(0, 2n, good);
    expect(bench.states()[0]).toBe('LISTENING');
  });

  test('on two ports, one message each: the ports count by themselves', () => {
    const bench = new Bench();
    bench.announce(0, 1n, good);
    bench.announce(1, 1n, good);
    expect(bench.states()).toEqual(['LISTENING', 'LISTENING']);
  });
});

describe('announceReceiptTimeoutInterval (7.7.3.1, 9.2.6.12)', () => {
  // And half an interval more, which is what chance has it here (C7).
  test.each([
    [1, 3, 7e9],
    [0, 3, 3.5e9],
    [-3, 2, 0.3125e9],
    [-3, 10, 1.3125e9],
  ])('logAnnounceInterval %d, announceReceiptTimeout %d: %d ns', (log, timeout, after) => {
    const bench = new Bench({ logAnnounceInterval: log, announceReceiptTimeout: timeout });
    const outputs = bench.qualify(0, 1n, good);
    expect(timer(outputs, '0/announceReceipt')).toEqual({
      kind: 'setTimer',
      timer: '0/announceReceipt',
      after,
    });
  });

  test("each of the parent's messages puts it off, those of others do not", () => {
    const bench = new Bench();
    bench.qualify(0, 1n, good);
    const restarts = (outputs: readonly Output[]) =>
      timer(outputs, '0/announceReceipt')?.kind === 'setTimer';
    expect(restarts(bench.announce(0, 1n, good))).toBe(true);
    expect(restarts(bench.announce(0, 2n, worse))).toBe(false);
  });

  test('a listening port that hears nobody becomes master at once (M2)', () => {
    const bench = new Bench();
    bench.timer('0/announceReceipt');
    expect(bench.states()).toEqual(['MASTER', 'LISTENING']);
  });

  test('nobody who is heard on a masterOnly port puts it off (8.2.15.5.2)', () => {
    const bench = new Bench({ masterOnly: true });
    const outputs = bench.qualify(0, 1n, better);
    expect(timer(outputs, '0/announceReceipt')).toBeUndefined();
    expect(reasons(outputs)).toEqual(['masterOnlyPort', 'masterOnlyPort']);
    bench.timer('0/announceReceipt');
    expect(bench.states()[0]).toBe('MASTER');
    bench.qualify(0, 1n, better);
    expect(bench.states()[0]).toBe('MASTER');
    expect(bench.standings()).toEqual(['masterOnlyPort']);
  });

  test('a slave whose parent is silent is grandmaster; with somebody else there, slave of that one', () => {
    const alone = new Bench();
    alone.qualify(0, 1n, good);
    alone.timer('0/announceReceipt');
    expect(alone.states()[0]).toBe('MASTER');
    expect(alone.grandmaster).toBe(own);

    const second = new Bench();
    second.qualify(0, 1n, better);
    second.qualify(0, 2n, good);
    second.timer('0/announceReceipt');
    expect(second.states()[0]).toBe('UNCALIBRATED');
    expect(second.grandmaster).toBe(2n);
  });

  test('a passive port whose master is silent is master', () => {
    const bench = new Bench();
    const gm = { ...good, grandmasterIdentity: clockIdentity(1n) };
    bench.qualify(0, 2n, gm);
    bench.qualify(1, 3n, gm);
    expect(bench.states()).toEqual(['UNCALIBRATED', 'PASSIVE']);
    bench.timer('1/announceReceipt');
    expect(bench.states()).toEqual(['UNCALIBRATED', 'MASTER']);
  });

  test('a master waits for nobody', () => {
    const bench = new Bench();
    bench.qualify(0, 1n, good);
    const outputs = bench.qualify(0, 1n, worse);
    expect(timer(outputs, '0/announceReceipt')?.kind).toBe('cancelTimer');
  });
});

describe('QUALIFICATION_TIMEOUT (9.2.6.11)', () => {
  test.each([
    [0, 0, 2e9],
    [1, 0, 3e9],
    [6, -2, 2e9],
  ])(
    'M3 behind a master of %d stepsRemoved, logAnnounceInterval %d: %d ns',
    (steps, log, after) => {
      const bench = new Bench({ logAnnounceInterval: log });
      const gm = { ...good, stepsRemoved: steps, grandmasterIdentity: clockIdentity(9n) };
      const outputs = bench.qualify(0, 1n, gm);
      // The other port hears nothing; it is asked for a state as soon as somebody worse is heard there.
      const asked = [...outputs, ...bench.qualify(1, 2n, worse)];
      expect(bench.states()[0]).toBe('UNCALIBRATED');
      expect(timer(asked, '1/qualification')).toEqual({
        kind: 'setTimer',
        timer: '1/qualification',
        after,
      });
      bench.timer('1/qualification');
      expect(bench.states()).toEqual(['UNCALIBRATED', 'MASTER']);
    },
  );

  test('M2: none', () => {
    const bench = new Bench();
    bench.qualify(0, 1n, worse);
    expect(bench.states()[0]).toBe('MASTER');
  });

  test('M1: none; P1: passive, and the clock its own parent', () => {
    const reference = new Bench({}, 6);
    reference.qualify(0, 1n, better);
    reference.qualify(1, 2n, worse);
    expect(reference.states()).toEqual(['PASSIVE', 'MASTER']);
    expect(reference.grandmaster).toBe(own);
  });
});

describe('the updates of 9.3.5', () => {
  test('S1: currentDS, parentDS and timePropertiesDS are those of the Announce (table 16)', () => {
    const bench = new Bench();
    const flagField =
      Flag.ptpTimescale | Flag.currentUtcOffsetValid | Flag.leap61 | Flag.timeTraceable;
    const body = { ...good, stepsRemoved: 4, currentUtcOffset: 36, timeSource: 0x20 };
    bench.announce(0, 1n, body, { flagField });
    bench.announce(0, 1n, body, { flagField });
    expect(bench.clock.state()).toMatchObject({
      currentDS: { stepsRemoved: 5 },
      parentDS: { parentPortIdentity: portIdentityOf(1n), grandmasterPriority1: 10 },
      timePropertiesDS: {
        ...{ currentUtcOffset: 36, currentUtcOffsetValid: true, ptpTimescale: true },
        ...{ leap61: true, leap59: false, timeTraceable: true, frequencyTraceable: false },
        timeSource: 0x20,
      },
    });
  });

  test('what the parent says anew is taken over with its next message', () => {
    const bench = new Bench();
    bench.qualify(0, 1n, good);
    bench.announce(0, 1n, { ...good, stepsRemoved: 7, grandmasterPriority2: 3 });
    expect(bench.clock.state()).toMatchObject({
      currentDS: { stepsRemoved: 8 },
      parentDS: { grandmasterPriority2: 3 },
    });
  });

  test('M2: the clock is its own parent, stepsRemoved 0 (table 14)', () => {
    const bench = new Bench();
    bench.qualify(0, 1n, good);
    bench.qualify(0, 1n, worse);
    expect(bench.clock.state()).toMatchObject({
      currentDS: { stepsRemoved: 0, offsetFromMaster: 0n, meanDelay: 0n },
      parentDS: {
        parentPortIdentity: portIdentityOf(own, 0),
        grandmasterIdentity: own,
        grandmasterPriority1: 128,
      },
    });
  });
});

test('an Announce whose last TLV is cut short counts, with the TLVs before it, and that is told', () => {
  const bench = new Bench();
  const propagates = { tlvType: 'unknown', code: 0x4000, valueField: new Uint8Array(2) } as const;
  const send = (sequenceId: number) => {
    const whole = encode(announceFrom(portIdentityOf(1n), good, { sequenceId }, [propagates]));
    // A TLV of 8 octets, of which 2 are there.
    const octets = Uint8Array.from([...whole, 0x40, 0x01, 0, 8, 1, 2]);
    octets[3] = octets.length;
    return bench.clock.step({
      ...{ kind: 'message', port: 0, message: octets, toUnicast: false },
      source: { kind: 'unicast', mac: '02:00:00:00:00:01' },
    });
  };
  expect(reasons(send(1))).toEqual(['malformedTlv']);
  const outputs = send(2);
  expect(reasons(outputs)).toEqual(['malformedTlv']);
  expect(bench.states()[0]).toBe('UNCALIBRATED');
  expect(bench.grandmaster).toBe(1n);
});

describe('a clock that takes the place of another', () => {
  /** What the bench's clock knows of its neighbours, in another one whose links come up by and by. */
  function successorOf(former: Bench): Bench {
    const bench = new Bench({}, 248, {}, false);
    for (const portNumber of [1, 2]) {
      bench.clock.beginAmong(portNumber, former.clock.neighboursOf(portNumber));
    }
    return bench;
  }

  test('follows whom that one followed, and is a master where that one was, without listening first', () => {
    const former = new Bench();
    former.qualify(0, 1n, good);
    former.timer('1/announceReceipt');
    former.timer('1/qualification');
    expect(former.states()).toEqual(['UNCALIBRATED', 'MASTER']);

    const bench = successorOf(former);
    // The port of the master comes up last: until then nothing is decided.
    for (const port of [1, 0]) {
      const outputs = bench.clock.step({ kind: 'link', port, up: true });
      const timers = outputs.filter(({ kind }) => kind === 'setTimer');
      expect(timers).toContainEqual(
        expect.objectContaining({ timer: `${port}/stateDecision`, after: 1 }),
      );
      expect(outputs.some(({ kind }) => kind.startsWith('send'))).toBe(false);
    }
    bench.timer('1/stateDecision');
    bench.timer('0/stateDecision');
    expect(bench.states()).toEqual(['UNCALIBRATED', 'MASTER']);
    expect(bench.grandmaster).toBe(1n);
  });

  test('is the grandmaster at once where that one was', () => {
    const former = new Bench();
    for (const port of [0, 1]) former.timer(`${port}/announceReceipt`);
    const bench = successorOf(former);
    for (const port of [0, 1]) bench.clock.step({ kind: 'link', port, up: true });
    bench.timer('0/stateDecision');
    expect(bench.states()).toEqual(['MASTER', 'MASTER']);
  });

  test('listens first where the link comes up for a second time', () => {
    const former = new Bench();
    for (const port of [0, 1]) former.timer(`${port}/announceReceipt`);
    const bench = successorOf(former);
    for (const up of [true, false, true]) bench.clock.step({ kind: 'link', port: 0, up });
    bench.timer('0/stateDecision');
    expect(bench.states()).toEqual(['LISTENING', 'INITIALIZING']);
  });
});
