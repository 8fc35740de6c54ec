/** Who is heard and not followed: why, as a state and as a count. */
import { describe, expect, test } from 'vitest';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import {
  AnnounceBench,
  better,
  good,
  own,
  reasons,
  worse,
} from '../../../support/announce-bench.js';
import { portIdentityOf } from '../../../support/announces.js';
import { ClockNetwork } from '../../../support/clock-network.js';

describe('the standing of a foreign master', () => {
  test('by what it has announced and what the others have', () => {
    const bench = new AnnounceBench();
    bench.announce(0, 1n, better);
    expect(bench.standings()).toEqual(['notQualified']);
    bench.announce(0, 1n, better);
    bench.qualify(0, 2n, good);
    bench.qualify(1, 3n, good);
    expect(bench.standings()).toEqual(['followed', 'worse', 'bestOfPort']);
  });

  test('of one that is worse than this clock', () => {
    const bench = new AnnounceBench();
    bench.qualify(0, 1n, worse);
    expect(bench.standings()).toEqual(['worseThanThisClock']);
  });

  test('of one whose Announce cannot count (9.3.2.5)', () => {
    const bench = new AnnounceBench();
    bench.qualify(0, 1n, { ...good, stepsRemoved: 255 });
    expect(bench.standings()).toEqual(['unqualifiedAnnounce']);
  });
});

test('a slaveOnly clock that is better than the grandmaster follows nobody, and says why', () => {
  const quality = { clockClass: 255, clockAccuracy: 0xfe, offsetScaledLogVariance: 0xffff };
  const bench = new AnnounceBench({}, 255);
  const { defaultDS } = bench.clock.state();
  bench.clock.reconfigure({ defaultDS: { ...defaultDS, slaveOnly: true, clockQuality: quality } });
  const gm = { grandmasterPriority1: 200, grandmasterClockQuality: { ...quality, clockClass: 6 } };
  const outputs = bench.qualify(0, 1n, gm);
  expect(bench.states()).toEqual(['LISTENING', 'LISTENING']);
  expect(reasons(outputs)).toEqual(['worseThanThisClock']);
  expect(bench.standings()).toEqual(['worseThanThisClock']);
});

describe('a sender that does not count its messages (7.3.7)', () => {
  test('is heard, once in two announce intervals, and told of', () => {
    const bench = new AnnounceBench();
    const told: string[] = [];
    for (let interval = 0; interval < 12; ++interval) {
      told.push(...reasons(bench.announce(0, 1n, good, { sequenceId: 0 })));
      bench.timer('0/stateDecision');
    }
    expect(bench.grandmaster).toBe(1n);
    expect(told[0]).toBe('staleAnnounce');
    expect(told.slice(1)).toEqual(Array.from({ length: 5 }, () => 'sequenceIdStuck'));
    expect(bench.clock.state().foreignMasters).toMatchObject([
      { standing: 'followed', sequenceIdStuck: true },
    ]);
  });

  test('a master that is followed and stops counting stays followed', () => {
    const bench = new AnnounceBench();
    bench.qualify(0, 1n, good);
    let puttingOff = 0;
    for (let interval = 0; interval < 10; ++interval) {
      bench.timer('0/stateDecision');
      const outputs = bench.announce(0, 1n, good, { sequenceId: 2 });
      if (outputs.some((it) => it.kind === 'setTimer' && it.timer === '0/announceReceipt')) {
        ++puttingOff;
      }
    }
    expect([bench.grandmaster, puttingOff]).toEqual([1n, 5]);
  });

  test('copies within an interval are none, however many', () => {
    const bench = new AnnounceBench();
    for (let copy = 0; copy < 20; ++copy) bench.announce(0, 1n, good, { sequenceId: 7 });
    bench.timer('0/stateDecision');
    bench.announce(0, 1n, good, { sequenceId: 7 });
    expect(bench.standings()).toEqual(['notQualified']);
  });
});

test('a sender whose interval does not fit that of the port is seen, and told of', () => {
  const bench = new AnnounceBench({ logAnnounceInterval: -2 });
  const outputs = [];
  for (let told = 0; told < 3; ++told) {
    outputs.push(...bench.announce(0, 1n, good, { logMessageInterval: 1 }));
    for (let passed = 0; passed < 8; ++passed) {
      expect(bench.standings()).toEqual(['announcesTooSeldom']);
      bench.timer('0/stateDecision');
    }
  }
  expect(bench.grandmaster).toBe(50n);
  expect(reasons(outputs)).toEqual(Array.from({ length: 3 }, () => 'announcesTooSeldom'));
});

describe('the acceptable master table (17.5)', () => {
  const acceptableMasters = [
    { clockIdentity: clockIdentity(1n) },
    { clockIdentity: clockIdentity(2n), portNumber: 2 },
    { clockIdentity: clockIdentity(3n), alternatePriority1: 5 },
  ];

  test('lets those be followed that are in it', () => {
    const bench = new AnnounceBench({}, 248, { acceptableMasters });
    expect(reasons(bench.qualify(0, 9n, better))).toEqual([
      'notAcceptableMaster',
      'notAcceptableMaster',
    ]);
    expect(reasons(bench.qualify(0, 2n, better))).toContain('notAcceptableMaster');
    expect(bench.grandmaster).toBe(50n);
    bench.qualify(0, 1n, good);
    expect(bench.grandmaster).toBe(1n);
    expect(bench.standings()).toEqual(['followed', 'notAcceptableMaster', 'notAcceptableMaster']);
  });

  test('has another priority1 compared, and tells the one that is announced', () => {
    const bench = new AnnounceBench({}, 248, { acceptableMasters });
    bench.qualify(0, 1n, good);
    bench.qualify(0, 3n, worse);
    expect(bench.grandmaster).toBe(3n);
    expect(bench.clock.state().parentDS).toMatchObject({
      parentPortIdentity: portIdentityOf(3n),
      grandmasterPriority1: 200,
    });
  });
});

test('the interval of Delay_Req is the one that the master tells (8.2.15.2.2)', () => {
  const network = new ClockNetwork();
  const gm = network.add({ ports: 1, priority1: 1, logSyncInterval: -2 });
  const slave = network.add({ ports: 1 });
  const cable = network.connect(gm, 0, slave, 0);
  network.run(20);
  const [port] = slave.clock.state().ports;
  expect([port?.portState, port?.logMinDelayReqInterval]).toEqual(['SLAVE', -2]);
  network.setLink(cable, false);
  expect(slave.clock.state().ports[0]?.logMinDelayReqInterval).toBe(-3);
});

describe('two ports of one clock on one network (9.5.2.2)', () => {
  test('the one with the lower number is the master, the other passive, until they are parted', () => {
    const network = new ClockNetwork();
    const clock = network.add({ ports: 3 });
    const slave = network.add({ ports: 1, slaveOnly: true });
    const between = network.connect(clock, 0, clock, 2);
    network.connect(clock, 0, slave, 0);
    const other = network.connect(clock, 2, slave, 0);
    network.run(30);
    expect(clock.states()).toEqual(['MASTER', 'INITIALIZING', 'PASSIVE']);
    expect(clock.discards.get('portsOnOneNetwork')).toBeGreaterThan(10);
    expect(slave.clock.state().parentDS.parentPortIdentity.portNumber).toBe(1);
    expect(slave.states()).toEqual(['SLAVE']);
    network.setLink(between, false);
    network.setLink(other, false);
    network.setLink(other, true);
    network.run(10);
    expect(clock.states()[2]).toBe('MASTER');
  });

  test('with a grandmaster there as well, one follows it and the other is passive', () => {
    const network = new ClockNetwork();
    const clock = network.add({ ports: 2 });
    const gm = network.add({ ports: 1, priority1: 1 });
    network.connect(clock, 0, clock, 1);
    network.connect(clock, 0, gm, 0);
    network.connect(clock, 1, gm, 0);
    network.run(30);
    expect(clock.states()).toEqual(['SLAVE', 'PASSIVE']);
  });

  test('nobody else is silenced by it: another clock of the same identity has no such ports', () => {
    const bench = new AnnounceBench();
    bench.timer('0/announceReceipt');
    bench.announce(0, 50n);
    expect(bench.states()[0]).toBe('MASTER');
  });

  describe('what no port of this clock can have sent silences none of them', () => {
    /** Port 2 hears an Announce with this clock's identity and the number of that port. */
    const hearOwn = (bench: AnnounceBench, portNumber: number) =>
      bench.announce(1, own, {}, { sourcePortIdentity: portIdentityOf(own, portNumber) });
    const told = ['ownMessage', 'portsOnOneNetwork'];

    test.each([
      ['a port that there is not', 0, false],
      ['a port that there is not, masterOnly', 0, true],
      ['port 1, which still listens', 1, false],
      ['port 1, which still listens, masterOnly', 1, true],
    ])('%s', (_what, portNumber, masterOnly) => {
      const bench = new AnnounceBench({ masterOnly });
      bench.timer('1/announceReceipt');
      expect(bench.states()).toEqual(['LISTENING', 'MASTER']);
      expect(reasons(hearOwn(bench, portNumber))).toEqual(['ownMessage']);
      expect(bench.states()).toEqual(['LISTENING', 'MASTER']);
    });

    test('port 1, which follows a grandmaster', () => {
      const bench = new AnnounceBench();
      bench.timer('1/announceReceipt');
      bench.qualify(0, 1n, good);
      expect(reasons(hearOwn(bench, 1))).toEqual(['ownMessage']);
      expect(bench.states()[1]).not.toBe('PASSIVE');
    });

    test('but port 1, which is a master', () => {
      const bench = new AnnounceBench();
      bench.timer('0/announceReceipt');
      bench.timer('1/announceReceipt');
      expect(reasons(hearOwn(bench, 1))).toEqual(told);
      expect(bench.states()).toEqual(['MASTER', 'PASSIVE']);
    });
  });
});
