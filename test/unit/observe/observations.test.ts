/** What is remembered of the seconds, and the one answer that is made of it. */
import { describe, expect, test } from 'vitest';
import { Observations } from '../../../src/observe/observations.js';
import type { Snapshot } from '../../../src/observe/snapshot.js';
import type { ObservedSummary } from '../../../src/observe/summary.js';
import {
  goodGrandmaster,
  plainClock,
  plainClockPort,
  PlainCounters,
  plainMaster,
  plainPort,
  plainSnapshot,
} from './plain-snapshots.js';

const dateAt = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();

function newObservations(): Observations {
  return new Observations((unixMs) => new Date(unixMs).toISOString());
}

function summaryOf(observations: Observations): ObservedSummary {
  const summary = observations.summary();
  if (summary === undefined) throw new Error('nothing was looked at');
  return summary;
}

/** @param each what a second is like, of `seconds` seconds */
function observed(seconds: number, each: (second: number) => Partial<Snapshot>): Observations {
  const observations = newObservations();
  for (let second = 0; second < seconds; second++) {
    observations.take(plainSnapshot(second, each(second)));
  }
  return observations;
}

test('nothing is told before the first look', () => {
  expect(newObservations().summary()).toBeUndefined();
});

describe('a port', () => {
  test('its rates are averages of ten seconds, and nothing before there are two looks', () => {
    const counters = new PlainCounters(2);
    const each = () => {
      counters.count(0, 'rx.Sync', 16);
      counters.count(0, 'tx.Delay_Req', 2);
      return { counters: counters.snapshot };
    };
    const rates = ({ ports: [port] }: ObservedSummary) => [
      ...[port?.receivedPerSecond, port?.sentPerSecond],
      ...[port?.syncReceivedPerSecond, port?.syncSentPerSecond],
    ];
    expect(rates(summaryOf(observed(1, each)))).toEqual([null, null, null, null]);
    const observations = observed(30, each);
    expect(rates(summaryOf(observations))).toEqual([16, 2, 16, 0]);
    expect(observations.history.ofPort('eth1', 'receivedPerSecond', 3)).toEqual([16, 16, 16]);
  });

  test('a look that comes late leaves no gap, and its rate is of the time that it took', () => {
    const counters = new PlainCounters(2);
    const observations = newObservations();
    for (const seconds of [0, 1.4, 2, 3.3]) {
      counters.count(0, 'rx.Sync', 10);
      observations.take(plainSnapshot(seconds, { counters: counters.snapshot }));
    }
    const rates = observations.history.ofPort('eth1', 'syncReceivedPerSecond', 4);
    expect(rates?.map((rate) => rate && Math.round(rate * 10) / 10)).toEqual([
      ...[null, 7.1, 16.7, 7.7],
    ]);
  });

  test('what it has lost is told apart from what was not for here, with the reasons and the time', () => {
    const counters = new PlainCounters(2);
    const observations = observed(1000, (second) => {
      counters.count(1, 'drop.linkDown');
      if (second === 10) counters.count(1, 'drop.sendFailed', 3);
      if (second === 980) counters.count(1, 'drop.correctionUnknown', 2);
      return { counters: counters.snapshot };
    });
    const { ports } = summaryOf(observations);
    expect(ports[1]).toMatchObject({
      dropped: { lost: 5, discarded: 1000, malformed: 0 },
      lost: {
        ...{ lastMinute: 2, last15Minutes: 2, sinceStart: 5, lastAt: dateAt(980) },
        reasons: { correctionUnknown: 2 },
      },
    });
    expect(ports[0]?.lost).toEqual({
      ...{ lastMinute: 0, last15Minutes: 0, sinceStart: 0, lastAt: null, reasons: {} },
    });
  });

  test('time stamps that stay away are told with the time of the last', () => {
    const counters = new PlainCounters(2);
    const observations = observed(100, (second) => {
      if (second === 7) counters.count(0, 'timestamp.transmitMissing', 12);
      return { counters: counters.snapshot };
    });
    expect(summaryOf(observations).ports[0]?.timestampsMissing).toEqual({
      ...{ lastMinute: 0, last15Minutes: 12, sinceStart: 12, lastAt: dateAt(7) },
    });
  });

  test('residence has windows, each with the time of its maximum', () => {
    const counters = new PlainCounters(2);
    const observations = observed(200, (second) => {
      counters.measure(1, 800, 100);
      if (second === 20) counters.measure(1, 50_000);
      return { counters: counters.snapshot };
    });
    const { residence } = summaryOf(observations).ports[1] ?? {};
    expect(residence).toMatchObject({
      lastMinute: { p50Ns: 999, p99Ns: 999, maxNs: 999, maxAt: dateAt(199) },
      last15Minutes: { p50Ns: 999, maxNs: 50_000, maxAt: dateAt(20) },
      sinceStart: { messages: 20_001, maxNs: 50_000, maxAt: dateAt(20) },
    });
    expect(observations.history.ofPort('eth2', 'residenceMaxNs', 1)).toEqual([999]);
    expect(observations.history.ofPort('eth1', 'residenceMaxNs', 1)).toEqual([null]);
  });

  test('since when its link is as it is', () => {
    const observations = observed(30, (second) => ({
      ports: [
        plainPort('eth1', { link: second >= 10 && second < 20 ? 'down' : 'up' }),
        plainPort('eth2'),
      ],
    }));
    const { ports } = summaryOf(observations);
    expect(ports.map(({ linkSince }) => linkSince)).toEqual([
      { since: dateAt(20), changes: 2 },
      { since: dateAt(0), changes: 0 },
    ]);
  });

  test('its part in each clock, and why', () => {
    const winner = { ...goodGrandmaster, sender: '001b19.fffe.000001-1', interface: 'eth1' };
    const passive = plainClockPort('eth2', {
      ...{ portNumber: 2, portState: 'PASSIVE', decision: { code: 'P2', winner } },
    });
    const observations = observed(5, () => ({
      clocks: [plainClock({ ports: [plainClockPort('eth1'), passive] })],
    }));
    expect(summaryOf(observations).ports[1]?.roles).toEqual([
      {
        ...{ instance: 'bc of domain 24', domain: 24, portState: 'PASSIVE', code: 'P2' },
        ...{ why: 'eth1 hears the better clock', since: dateAt(0), changes: 0 },
      },
    ]);
  });
});

describe('a domain that ends here', () => {
  const other = { ...goodGrandmaster, grandmasterIdentity: '00b0ae.fffe.000011' };

  test('who is grandmaster, how good, by which port, since when, how often it changed', () => {
    const observations = observed(100, (second) => {
      const parent = second < 40 ? goodGrandmaster : other;
      return {
        clocks: [
          plainClock({
            parent: {
              ...parent,
              portIdentity: `${parent.grandmasterIdentity}-1`,
              interface: 'eth1',
            },
          }),
        ],
      };
    });
    expect(summaryOf(observations).clocks[0]).toMatchObject({
      grandmaster: {
        ...{ grandmasterIdentity: '00b0ae.fffe.000011', clockClass: 6, stepsRemoved: 0 },
        ...{ interface: 'eth1', time: { utcOffset: 37, timeSource: 0x20 } },
        ...{ since: dateAt(40), changes: 1, changesLast15Minutes: 1 },
      },
      parent: { portIdentity: '00b0ae.fffe.000011-1', since: dateAt(40), changes: 1 },
      lock: { since: dateAt(0), changes: 0 },
    });
  });

  test('who else announces himself', () => {
    const rival = plainMaster('eth2', { ...other, standing: 'bestOfPort' });
    const observations = observed(2, () => ({
      clocks: [plainClock({ foreignMasters: [plainMaster('eth1'), rival] })],
    }));
    expect(summaryOf(observations).clocks[0]?.others).toEqual([rival]);
  });

  test('windows of its offsets go empty when no Syncs come any more; the history has gaps then', () => {
    const observations = observed(200, (second) => ({
      clocks: [plainClock(second < 100 ? {} : { offsets: null })],
    }));
    const { offsets } = summaryOf(observations).clocks[0] ?? {};
    expect(offsets?.lastMinute).toEqual({ offsets: 0, rmsNs: null, maxNs: null, maxAt: null });
    expect(offsets?.sinceStart).toEqual({
      ...{ offsets: 800, rmsNs: 24, maxNs: 61, maxAt: dateAt(99) },
    });
    const history = (series: 'offsetMinNs' | 'meanDelayNs') =>
      observations.history.ofClock('bc of domain 24', series, 101);
    expect([history('offsetMinNs')?.[0], history('meanDelayNs')?.[0]]).toEqual([-61, 312]);
    expect(
      history('offsetMinNs')
        ?.slice(1)
        .every((value) => value === null),
    ).toBe(true);
  });

  test('a clock that a reload has taken away is forgotten, and begins anew when it comes back', () => {
    const observations = observed(30, (second) => ({
      clocks: second >= 10 && second < 20 ? [] : [plainClock()],
    }));
    const [clock] = summaryOf(observations).clocks;
    expect(clock?.grandmaster).toMatchObject({ since: dateAt(20), changes: 0 });
    expect(clock?.offsets.sinceStart.offsets).toBe(80);
  });
});

test('domains that pass are listed with the transparent clock that forwards them', () => {
  const domain = {
    domain: 0,
    sdoId: 0,
    state: 'locked',
    rateOffsetPpb: 10,
    source: 'a-1',
  } as const;
  const observations = observed(1, () => ({
    transparentClocks: [{ name: 'e2e-tc of any domain', type: 'e2e-tc', domain: 'any' }],
    domains: [{ instance: 'e2e-tc of any domain', ...domain }],
  }));
  expect(summaryOf(observations).transparentClocks).toEqual([
    { name: 'e2e-tc of any domain', type: 'e2e-tc', domain: 'any', domains: [domain] },
  ]);
});

test('the system clock is set: the dates move with it, what has passed does not', () => {
  const observations = newObservations();
  observations.take(plainSnapshot(0));
  observations.take({ ...plainSnapshot(60), unixMs: Date.UTC(2030, 0, 1) });
  expect(summaryOf(observations).ports[0]?.linkSince.since).toBe('2029-12-31T23:59:00.000Z');
});
