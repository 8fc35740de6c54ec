import { describe, expect, test } from 'vitest';
import { portStatus, statsOf } from '../../../../src/daemon/status/status.js';
import type { PortInfo } from '../../../../src/native/data-plane.js';
import { FakeDataPlane } from '../fake-data-plane.js';

const port = (name: string) => ({
  interface: name,
  ingressLatencyNs: 0,
  egressLatencyNs: 0,
  delayAsymmetryNs: 0,
});

function fakeWith(...names: string[]): FakeDataPlane {
  return new FakeDataPlane({ ports: names.map(port), timestamping: 'auto', busyPoll: false });
}

function statsFrom(fake: FakeDataPlane) {
  return statsOf({
    ports: fake.ports(),
    counters: fake.counters(),
    peerDelays: [],
    isolations: [null, { loopWith: 'eth1' }],
    notTaken: [],
    unclaimed: [],
    failedRecords: 0,
    instances: [
      {
        name: 'e2e-tc of any domain',
        type: 'e2e-tc',
        domain: 'any',
        syntonisation: [],
        discarded: {},
      },
    ],
  });
}

function statusOf(info: PortInfo) {
  const none = { isolation: null, peerDelay: undefined, bridgePort: {}, clockPorts: [] };
  return portStatus(info, none);
}

test('a port that is kept out names the port that it makes a loop with', () => {
  const { ports } = statsFrom(fakeWith('eth1', 'eth2'));
  expect(ports.map(({ isolation }) => isolation)).toEqual([null, { loopWith: 'eth1' }]);
});

describe('counters', () => {
  test('dotted names become groups, each port reads its own block', () => {
    const fake = fakeWith('eth1', 'eth2');
    fake.setCounter(0, 'rx.Sync', 5);
    fake.setCounter(1, 'tx.Sync', 4);
    fake.setCounter(1, 'drop.badVersion', 3);
    const { ports, instances } = statsFrom(fake);
    expect(ports.map(({ interface: name, counters }) => ({ name, counters }))).toEqual([
      {
        name: 'eth1',
        counters: {
          rx: { Sync: 5 },
          tx: { Sync: 0 },
          drop: { noPolicy: 0, badVersion: 0, otherDelayMechanism: 0, linkDelayUnknown: 0 },
          held: { total: 0 },
        },
      },
      {
        name: 'eth2',
        counters: {
          rx: { Sync: 0 },
          tx: { Sync: 4 },
          drop: { noPolicy: 0, badVersion: 3, otherDelayMechanism: 0, linkDelayUnknown: 0 },
          held: { total: 0 },
        },
      },
    ]);
    expect(instances).toEqual([
      {
        name: 'e2e-tc of any domain',
        type: 'e2e-tc',
        domain: 'any',
        syntonisation: [],
        discarded: {},
      },
    ]);
  });

  test('what was dropped is told apart by what it means', () => {
    const fake = fakeWith('eth1');
    fake.setCounter(0, 'drop.linkDelayUnknown', 3);
    fake.setCounter(0, 'drop.noPolicy', 2);
    fake.setCounter(0, 'drop.badVersion', 1);
    expect(statsFrom(fake).ports[0]?.dropped).toEqual({ lost: 3, discarded: 2, malformed: 1 });
  });

  test('survive JSON', () => {
    const fake = fakeWith('eth1');
    fake.setCounter(0, 'rx.Sync', 2 ** 40);
    const stats = statsFrom(fake);
    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
  });
});

describe('residence', () => {
  const residenceOf = (residencesNs: readonly number[]) => {
    const fake = fakeWith('eth1', 'eth2');
    fake.setResidences(1, residencesNs);
    return statsFrom(fake).ports[1]?.residenceNs;
  };

  test('percentiles are upper bounds of their buckets', () => {
    const hundred = [...Array<number>(98).fill(50), 500, 5000];
    expect(residenceOf(hundred)).toEqual({
      count: 100,
      min: 50,
      mean: (98 * 50 + 5500) / 100,
      p50: 99,
      p99: 999,
      max: 5000,
    });
  });

  test('no percentile exceeds the maximum', () => {
    expect(residenceOf([20])).toEqual({ count: 1, min: 20, mean: 20, p50: 20, p99: 20, max: 20 });
  });

  test('half of two is the smaller', () => {
    expect(residenceOf([5, 5000])).toMatchObject({ p50: 9, p99: 5000 });
  });

  test('nothing measured is null, not 0', () => {
    const none = { count: 0, min: null, mean: null, p50: null, p99: null, max: null };
    expect(statsFrom(fakeWith('eth1')).ports[0]?.residenceNs).toEqual(none);
  });
});

describe('ports', () => {
  test.each([
    [{ present: true, link: true }, 'up'],
    [{ present: true, link: false }, 'down'],
    [{ present: false, link: false }, 'absent'],
  ] as const)('%o is %s', (state, link) => {
    const fake = fakeWith('eth1');
    fake.infos = fake.infos.map((info) => ({ ...info, ...state }));
    expect(fake.infos.map((info) => statusOf(info))[0]?.link).toBe(link);
    expect(statsFrom(fake).ports[0]?.link).toBe(link);
  });

  test('where a hardware clock stands is in both', () => {
    const clock = { related: true, offsetNs: -7e9, ratePpb: 30_000, uncertaintyNs: 1.5 };
    const fake = fakeWith('eth1', 'eth2');
    fake.infos = fake.infos.map((info, port) => (port === 0 ? { ...info, clock } : info));
    expect(fake.infos.map((info) => statusOf(info).clock)).toEqual([clock, null]);
    expect(statsFrom(fake).ports.map((port) => port.clock)).toEqual([clock, null]);
  });

  test('no hardware clock is null', () => {
    const [info] = fakeWith('eth1').infos;
    expect(info && statusOf(info).phcIndex).toBeNull();
    expect(info && statusOf({ ...info, phcIndex: 0 }).phcIndex).toBe(0);
  });
});
