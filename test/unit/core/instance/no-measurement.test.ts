/** No measurement, no lock: what stays away, comes too late or is refused ends it, and is told. */
import { describe, expect, test } from 'vitest';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import { durationNs } from '../../../../src/core/time/instant.js';
import { maxTimeInterval, timeIntervalFromNs } from '../../../../src/core/time/time-interval.js';
import type { MissingMessage } from '../../../../src/core/port/receiving/receipts.js';
import type { MessageType } from '../../../../src/core/wire/header.js';
import type { Message } from '../../../../src/core/wire/message.js';
import {
  ClockNetwork,
  type Cable,
  type ClockOptions,
  type SimulatedClock,
} from '../../../support/clock-network.js';

/** gm - bc - slave, the grandmaster a primary reference. */
function chain(common: Partial<ClockOptions> = {}, ofBc: Partial<ClockOptions> = {}) {
  const network = new ClockNetwork();
  const gm = network.add({ ports: 1, clockClass: 6, ...common });
  const bc = network.add({ ports: 2, rateOffset: 30e-6, offsetNs: 3600e9, ...common, ...ofBc });
  const slave = network.add({ ports: 1, slaveOnly: true, ...common });
  const upper = network.connect(gm, 0, bc, 0);
  const lower = network.connect(bc, 1, slave, 0);
  return { network, gm, bc, slave, upper, lower };
}

/** Messages of that type arrive with that correctionField. */
function correcting(type: MessageType, correctionField = maxTimeInterval) {
  return (message: Message): Message =>
    message.messageType === type
      ? { ...message, header: { ...message.header, correctionField } }
      : message;
}

/** As of a master behind clocks that correct half the way only, or one that tells UTC there. */
const tooLong = correcting('Delay_Resp', timeIntervalFromNs(-9.613e9));

const lost = (type: MessageType) => (cable: Cable) => {
  cable.lost = [type];
};
const late = (type: MessageType, seconds: number) => (cable: Cable) => {
  cable.late = { [type]: seconds * 1e9 };
};
const altered = (altering: Cable['altered']) => (cable: Cable) => {
  cable.altered = altering;
};
const stampless = (type: MessageType) => (_: Cable, clock: SimulatedClock) => {
  clock.lostTimestamps = [type];
};

type Trouble = (cable: Cable, clock: SimulatedClock) => void;

// A minute of virtual time is a second or two of a busy machine's.
describe('no measurement, no lock', { timeout: 60_000 }, () => {
  test.each<[MessageType, MissingMessage['how'], string, Trouble, number]>([
    ['Sync', 'absent', 'they are lost', lost('Sync'), 3.2],
    ['Sync', 'noTimestamp', 'no time stamps of receipt', stampless('Sync'), 3.2],
    ['Follow_Up', 'absent', 'they are lost', lost('Follow_Up'), 3.2],
    ['Follow_Up', 'late', 'by 1.5 s', late('Follow_Up', 1.5), 4.7],
    ['Follow_Up', 'refused', 'correction too big', altered(correcting('Follow_Up')), 3.2],
    ['Delay_Resp', 'absent', 'they are lost', lost('Delay_Resp'), 3.7],
    ['Delay_Resp', 'late', 'by 2 s', late('Delay_Resp', 2), 4.7],
    ['Delay_Resp', 'refused', 'correction too big', altered(correcting('Delay_Resp')), 3.7],
    ['Delay_Resp', 'refused', 'a path of 4.8 s', altered(tooLong), 3.7],
    ['Delay_Req', 'noTimestamp', 'no transmit time stamps', stampless('Delay_Req'), 3.7],
  ])('%s %s (%s): the lock ends in time, and comes back', (messageType, how, _, begin, seconds) => {
    const { network, gm, bc, slave, upper } = chain();
    network.run(30);
    expect([bc.states()[0], bc.clock.state().lockState]).toEqual(['SLAVE', 'locked']);
    expect(bc.clock.state().missing).toEqual([]);
    expect(slave.clock.state().parentDS.grandmasterClockQuality.clockClass).toBe(6);

    begin(upper, bc);
    network.run(seconds);
    expect(bc.clock.state()).toMatchObject({
      ...{ lockState: 'holdover', missing: [{ messageType, how }] },
      ports: [{ portState: 'UNCALIBRATED' }, { portState: 'MASTER' }],
      // The master is there all the time.
      parentDS: { grandmasterIdentity: clockIdentity(1n) },
    });
    // Whoever follows this clock learns at once that its time is no primary reference's any more.
    expect(slave.clock.state().parentDS.grandmasterClockQuality.clockClass).toBe(248);
    network.run(10);
    expect(bc.clock.state().missing).toEqual([{ messageType, how }]);
    expect(Math.abs(network.offsetNs(bc, gm))).toBeLessThan(2_000);

    upper.lost = [];
    upper.late = {};
    upper.altered = (message) => message;
    bc.lostTimestamps = [];
    network.run(15);
    expect(bc.clock.state()).toMatchObject({ lockState: 'locked', missing: [] });
    expect(bc.states()[0]).toBe('SLAVE');
    expect(Math.abs(network.offsetNs(bc, gm))).toBeLessThan(20);
    expect(slave.clock.state().parentDS.grandmasterClockQuality.clockClass).toBe(6);
  });

  test.each<[MissingMessage, string, Trouble]>([
    [{ messageType: 'Pdelay_Resp', how: 'absent' }, 'they are lost', lost('Pdelay_Resp')],
    [
      { messageType: 'Pdelay_Resp', how: 'refused' },
      'a link of 40 ms',
      altered(correcting('Pdelay_Resp', timeIntervalFromNs(-80e6))),
    ],
    [{ messageType: 'Pdelay_Req', how: 'noTimestamp' }, 'no time stamps', stampless('Pdelay_Req')],
  ])('peer to peer, %j: %s', (missing, _, begin) => {
    const { network, bc, upper } = chain({ delayMechanism: 'p2p' });
    network.run(30);
    expect(bc.clock.state()).toMatchObject({ lockState: 'locked', missing: [] });
    begin(upper, bc);
    // Nine answers may be lost in a row, four a second.
    network.run(3.2);
    expect(bc.clock.state()).toMatchObject({ lockState: 'holdover', missing: [missing] });
    expect(bc.states()[0]).toBe('UNCALIBRATED');
    upper.lost = [];
    upper.altered = (message) => message;
    bc.lostTimestamps = [];
    network.run(15);
    expect(bc.clock.state()).toMatchObject({ lockState: 'locked', missing: [] });
    expect(bc.states()[0]).toBe('SLAVE');
  });

  test('a path that there cannot be is never followed by, and counted (B4)', () => {
    const { network, bc, upper } = chain();
    upper.altered = correcting('Delay_Resp', timeIntervalFromNs(9.613e9));
    network.run(20);
    expect(bc.states()).toEqual(['UNCALIBRATED', 'MASTER']);
    expect(bc.clock.state()).toMatchObject({
      lockState: 'unlocked',
      missing: [{ messageType: 'Delay_Resp', how: 'refused' }],
    });
    expect(bc.discards.get('pathDelayOutOfRange')).toBeGreaterThan(50);
  });

  test('Delay_Resps that come after the next Delay_Req count (B5)', () => {
    const { network, gm, bc, upper } = chain();
    upper.late = { Delay_Resp: 0.3e9 };
    network.run(14);
    expect(bc.clock.state()).toMatchObject({ lockState: 'locked', missing: [] });
    expect(Math.abs(network.offsetNs(bc, gm))).toBeLessThan(50);
    expect(bc.discards.get('delayRespMissing')).toBeUndefined();
  });

  test('Follow_Ups that come after the next Sync count (C10)', () => {
    const { network, gm, bc, upper } = chain({ logSyncInterval: -7 });
    upper.late = { Follow_Up: 12e6 };
    network.run(8);
    expect(bc.clock.state()).toMatchObject({ lockState: 'locked', missing: [] });
    expect(Math.abs(network.offsetNs(bc, gm))).toBeLessThan(50);
    expect(bc.discards.get('followUpMissing')).toBeUndefined();
  });

  test.each(['e2e', 'p2p'] as const)(
    '%s: a grandmaster of another epoch is gone to with one step, before a lock and in it (A5)',
    (delayMechanism) => {
      const days = (count: number) => count * 86_400e9;
      const network = new ClockNetwork();
      const gm = network.add({ ports: 1, clockClass: 6, delayMechanism });
      const bc = network.add({ ports: 1, offsetNs: days(20_000), delayMechanism });
      network.connect(gm, 0, bc, 0);
      // It takes two Announces after the grandmaster's announceReceiptTimeout to be followed.
      network.run(8);
      expect(Math.abs(network.offsetNs(bc, gm))).toBeLessThan(1_000);
      network.run(15);
      expect(bc.clock.state().lockState).toBe('locked');

      gm.setByNs = days(400);
      // Four offsets in a row are ignored, the next one is believed; then the path is measured anew.
      network.run(0.75);
      expect(Math.abs(network.offsetNs(bc, gm))).toBeLessThan(1_000);
    },
  );

  test.each([
    [7, 4],
    [-7, -7],
    [-3, -3],
  ])(
    'a master that tells 2^%d s as the interval of Delay_Req is asked each 2^%d s (W18)',
    (told, kept) => {
      const { network, upper } = chain();
      const times: number[] = [];
      let seconds = 0;
      upper.altered = (message) => {
        if (message.messageType === 'Delay_Req') times.push(seconds);
        return message.messageType === 'Delay_Resp'
          ? { ...message, header: { ...message.header, logMessageInterval: told } }
          : message;
      };
      const span = Math.max(6, 2 ** kept * 12);
      for (; seconds < 20 + span; seconds += 1) network.run(1);
      const count = times.filter((time) => time >= 20).length;
      expect(count * 2 ** kept).toBeGreaterThan(span / 2);
      expect(count * 2 ** kept).toBeLessThan(span * 2);
    },
  );

  test('what a master may tell is a key', () => {
    const { network, bc, upper } = chain(
      {},
      { measurement: { toldLogMinDelayReqInterval: { min: -2, max: 0 } } },
    );
    let requests = 0;
    upper.altered = (message) => {
      if (message.messageType === 'Delay_Req') requests += 1;
      return message;
    };
    network.run(40);
    // The master tells 8 a second.
    expect(requests).toBeLessThan(4 * 40 * 1.3);
    expect(bc.clock.state().lockState).toBe('locked');
  });

  test('so is how long it goes on without a measurement', () => {
    const { network, bc, upper } = chain(
      {},
      { measurement: { syncReceiptTimeout: 64, maxSyncReceiptTimeout: durationNs(20e9) } },
    );
    network.run(30);
    upper.lost = ['Follow_Up'];
    network.run(7);
    expect(bc.clock.state()).toMatchObject({ lockState: 'locked', missing: [] });
    network.run(2);
    expect(bc.clock.state().lockState).toBe('holdover');
  });

  test('the timers of a master that is followed no more are cancelled (C5)', () => {
    const { network, bc, upper } = chain();
    network.run(30);
    const running = () => [...bc.timers.keys()].filter((timer) => timer.endsWith('Receipt'));
    expect(running().sort()).toEqual(['0/announceReceipt', '0/delayReceipt', '0/syncReceipt']);
    network.setLink(upper, false);
    expect(running()).toEqual([]);
  });
});

describe('what is told before there is a lock (C6)', { timeout: 60_000 }, () => {
  /** clockClasses that the boundary clock has told while it was in no lock, and in lock. */
  function told(untilLocked: 'announce' | 'degrade' | 'silent') {
    const { network, bc, lower } = chain({}, { untilLocked });
    const before = new Set<number>();
    const inLock = new Set<number>();
    let syncsBefore = 0;
    lower.altered = (message) => {
      if (message.header.sourcePortIdentity.clockIdentity !== clockIdentity(2n)) return message;
      const { lockState, currentDS } = bc.clock.state();
      const locked = lockState === 'locked';
      if (currentDS.stepsRemoved === 0) return message;
      if (message.messageType === 'Sync' && !locked) syncsBefore += 1;
      if (message.messageType === 'Announce') {
        (locked ? inLock : before).add(message.grandmasterClockQuality.clockClass);
      }
      return message;
    };
    network.run(20);
    return { before: [...before], inLock: [...inLock], syncsBefore };
  }

  test('degrade: the quality of this clock itself', () => {
    const { before, inLock, syncsBefore } = told('degrade');
    expect([before, inLock]).toEqual([[248], [6]]);
    expect(syncsBefore).toBeGreaterThan(0);
  });

  test("announce: the grandmaster's", () => {
    expect(told('announce')).toMatchObject({ before: [6], inLock: [6] });
  });

  test('silent: nothing', () => {
    expect(told('silent')).toEqual({ before: [], inLock: [6], syncsBefore: 0 });
  });
});

test('a grandmaster that has become worse is announced so at once (C8)', () => {
  const { network, gm, bc, slave } = chain();
  network.run(20.3);
  expect(slave.clock.state().parentDS.grandmasterClockQuality.clockClass).toBe(6);
  const clockQuality = { clockClass: 7, clockAccuracy: 0xfe, offsetScaledLogVariance: 0xffff };
  network.reconfigure(gm, { defaultDS: { clockQuality } });
  network.run(0.001);
  for (const { clock } of [bc, slave]) {
    expect(clock.state().parentDS.grandmasterClockQuality.clockClass).toBe(7);
  }
});

test.each([1500e-6, 0.05])(
  'a master that runs by %d faster than the one before it is followed',
  { timeout: 60_000 },
  (rateOffset) => {
    const network = new ClockNetwork();
    const better = network.add({ ports: 1, clockClass: 6, priority1: 10, rateOffset });
    const bc = network.add({ ports: 2, rateOffset: 30e-6 });
    const other = network.add({ ports: 1, clockClass: 6, priority1: 100 });
    const cable = network.connect(better, 0, bc, 0);
    network.connect(other, 0, bc, 1);
    network.run(30);
    expect(bc.clock.state().lockState).toBe('locked');
    network.setLink(cable, false);
    network.run(20);
    expect(bc.clock.state().lockState).toBe('locked');
    expect(Math.abs(network.offsetNs(bc, other))).toBeLessThan(1_000);
  },
);
