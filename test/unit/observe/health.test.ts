/** Whether a switch is well: every check, as it is well and as it fails. */
import { describe, expect, test } from 'vitest';
import { checkNames, type CheckName, type HealthCheck } from '../../../src/observe/health/check.js';
import { healthOf } from '../../../src/observe/health.js';
import { Observations } from '../../../src/observe/observations.js';
import type { LinkDelaySnapshot, Snapshot } from '../../../src/observe/snapshot.js';
import type { AlarmSummary, Summary } from '../../../src/observe/summary.js';
import type { Thresholds } from '../../../src/observe/thresholds.js';
import { read } from '../../support/project-files.js';
import {
  goodGrandmaster,
  plainClock,
  PlainCounters,
  plainMaster,
  plainPort,
  plainSnapshot,
} from './plain-snapshots.js';

const thresholds: Thresholds = { residenceNs: 10e6, offsetNs: 1000, delayNs: 10_000 };
const transparent = { name: 'e2e-tc of any domain', type: 'e2e-tc', domain: 'any' } as const;

/** Half a minute of a switch; @param each what a second is like */
function summaryOf(
  each: (counters: PlainCounters, second: number) => Partial<Snapshot> | void = () => undefined,
  alarms: readonly AlarmSummary[] = [],
): Summary {
  const counters = new PlainCounters(2);
  const observations = new Observations((unixMs) => new Date(unixMs).toISOString());
  for (let second = 0; second < 30; second++) {
    counters.count(0, 'rx.Sync', 16);
    counters.measure(1, 8_000, 16);
    const changed = each(counters, second);
    observations.take(
      plainSnapshot(second, {
        ...{ counters: counters.snapshot, transparentClocks: [transparent] },
        ports: [
          plainPort('eth1', { linkDelays: [measured] }),
          plainPort('eth2', { link: 'down', hardwareClock: null, timestamping: 'software' }),
        ],
        ...{ clocks: [plainClock()], ...changed },
      }),
    );
  }
  const summary = observations.summary();
  if (summary === undefined) throw new Error('nothing was looked at');
  return { ...summary, alarms };
}

const measured: LinkDelaySnapshot = {
  ...{ transport: 'l2', state: 'measured', description: 'measured', meanLinkDelayNs: 312 },
  ...{ neighborRateRatio: null, neighbor: '001b19.fffe.000001-1' },
};

function unmeasured(state: LinkDelaySnapshot['state'], description: string): LinkDelaySnapshot {
  const none = { meanLinkDelayNs: null, neighborRateRatio: null, neighbor: null };
  return { transport: 'l2', state, description, ...none };
}

function checkIn(summary: Summary, check: CheckName, given: Thresholds = thresholds) {
  return healthOf(summary, given).checks.filter((each) => each.check === check);
}

test('all is well: every check says so, and none has a remedy', () => {
  const expected = [goodGrandmaster.grandmasterIdentity];
  const { healthy, checks } = healthOf(summaryOf(), {
    ...thresholds,
    expectedGrandmasters: expected,
  });
  expect(healthy).toBe(true);
  expect(checks.filter(({ level }) => level !== 'ok')).toEqual([]);
  expect(checks.every(({ remedy }) => remedy === null)).toBe(true);
  // What is told only while it is wrong.
  const always = checkNames.filter((name) => name !== 'alarm' && name !== 'unusable');
  expect(new Set(checks.map(({ check }) => check))).toEqual(new Set(always));
});

test('an unplugged port and one that nobody sends to are nothing wrong', () => {
  const { healthy, checks } = healthOf(
    summaryOf((counters) => counters.count(1, 'drop.linkDown', 16)),
    thresholds,
  );
  expect(healthy).toBe(true);
  expect(checks.filter(({ level }) => level !== 'ok')).toEqual([]);
});

type Case = readonly [
  check: CheckName,
  what: string,
  summary: () => Summary,
  expected: Pick<HealthCheck, 'level'> & { readonly value: RegExp },
];

const lastSecond = 29;
const parent = { ...goodGrandmaster, portIdentity: '001b19.fffe.000001-1', interface: 'eth1' };
const alone = { ...goodGrandmaster, portIdentity: '020000.fffe.000001-0', interface: null };

const cases: readonly Case[] = [
  [
    'ports-up',
    'no link is up',
    () => summaryOf(() => ({ ports: [plainPort('eth1', { link: 'down' })] })),
    { level: 'fail', value: /^0 of 1$/ },
  ],
  [
    'time-flows',
    'no Sync comes in',
    () => summaryOf((counters) => counters.count(0, 'rx.Sync', -16)),
    { level: 'fail', value: /no Sync comes in by any port/ },
  ],
  [
    'program-faults',
    'records were left out',
    () => summaryOf(() => ({ failedRecords: 2 })),
    { level: 'warn', value: /2 records left out/ },
  ],
  [
    'unusable',
    'somebody announces himself in another domain, and nobody is followed',
    () =>
      summaryOf(() => ({
        clocks: [plainClock({ parent: alone, lockState: 'unlocked' })],
        unusable: [
          {
            ...{ interface: 'eth1', sdoId: 0, domain: 5, transport: 'l2', vlan: null },
            ...{ announce: true, reason: 'otherDomain', messages: 3 },
            description: 'eth1: PTP of domain 5 over l2 is not taken: give one domain: 5',
          },
        ],
      })),
    { level: 'warn', value: /an Announce comes in that no instance takes/ },
  ],
  [
    'link',
    'the interface is not there',
    () =>
      summaryOf(() => ({
        ports: [plainPort('eth1'), plainPort('eth2', { link: 'absent', hardwareClock: null })],
      })),
    { level: 'warn', value: /no such interface/ },
  ],
  [
    'loop',
    'a port is kept out',
    () =>
      summaryOf(() => ({
        ports: [plainPort('eth1'), plainPort('eth2', { isolatedWith: 'eth1' })],
      })),
    { level: 'fail', value: /isolated: what comes in by eth1/ },
  ],
  [
    'timestamps',
    'time stamps are missing now',
    () => summaryOf((counters) => counters.count(1, 'timestamp.transmitMissing')),
    { level: 'fail', value: /^30 missing in the last minute$/ },
  ],
  [
    'timestamps',
    'two have been missing',
    () =>
      summaryOf((counters, second) =>
        counters.count(1, 'timestamp.receiveMissing', second === lastSecond ? 2 : 0),
      ),
    { level: 'warn', value: /^2 missing in the last 15 minutes$/ },
  ],
  [
    'lost-messages',
    'messages are lost now',
    () => summaryOf((counters) => counters.count(1, 'drop.sendFailed')),
    { level: 'fail', value: /^30 lost in the last minute, most of them sendFailed$/ },
  ],
  [
    'residence',
    'messages stay too long',
    () => summaryOf((counters) => counters.measure(1, 20e6, 4)),
    { level: 'fail', value: /^p99 20\.00 ms, at most 20\.00 ms/ },
  ],
  [
    'residence',
    'one has stayed too long',
    () => summaryOf((counters, second) => counters.measure(1, 20e6, second === 5 ? 1 : 0)),
    { level: 'warn', value: /^p99 9999 ns, at most 20\.00 ms/ },
  ],
  [
    'hardware-clock',
    'its clock is not related',
    () =>
      summaryOf(() => ({
        ports: [
          plainPort('eth1', {
            hardwareClock: { related: false, offsetNs: 0, ratePpb: 0, uncertaintyNs: 0 },
          }),
          plainPort('eth2'),
        ],
      })),
    { level: 'fail', value: /being related/ },
  ],
  [
    'link-delay',
    'several peers answer',
    () =>
      summaryOf(() => ({
        ports: [
          plainPort('eth1', {
            linkDelays: [unmeasured('multipleResponders', 'more than one answers')],
          }),
        ],
      })),
    { level: 'fail', value: /^l2: more than one answers$/ },
  ],
  [
    'link-delay',
    'nobody answers',
    () =>
      summaryOf(() => ({
        ports: [
          plainPort('eth1', {
            linkDelays: [unmeasured('noResponse', 'no peer answers')],
          }),
        ],
      })),
    { level: 'warn', value: /^no peer answers$/ },
  ],
  [
    'link-delay',
    'it is too long',
    () =>
      summaryOf(() => ({
        ports: [plainPort('eth1', { linkDelays: [{ ...measured, meanLinkDelayNs: 50_000 }] })],
      })),
    { level: 'fail', value: /^50\.00 us$/ },
  ],
  [
    'lock',
    'it is out of lock',
    () => summaryOf(() => ({ clocks: [plainClock({ lockState: 'unlocked' })] })),
    { level: 'fail', value: /^unlocked since 2026/ },
  ],
  [
    'lock',
    'it comes into lock',
    () => summaryOf(() => ({ clocks: [plainClock({ lockState: 'acquiring' })] })),
    { level: 'warn', value: /^acquiring since/ },
  ],
  [
    'lock',
    'it holds the time over, within its specification',
    () =>
      summaryOf(() => ({
        clocks: [plainClock({ lockState: 'holdover', holdover: 'withinSpecification' })],
      })),
    { level: 'warn', value: /^holdover withinSpecification since/ },
  ],
  [
    'lock',
    'it has no specification to hold the time over within',
    () =>
      summaryOf(() => ({
        clocks: [plainClock({ lockState: 'holdover', holdover: 'unspecified' })],
      })),
    { level: 'fail', value: /^holdover since/ },
  ],
  [
    'lock',
    'an ordinary clock follows nobody',
    () =>
      summaryOf(() => ({
        clocks: [plainClock({ type: 'oc', slaveOnly: true, parent: alone, lockState: 'unlocked' })],
      })),
    { level: 'fail', value: /^unlocked since/ },
  ],
  [
    'master-messages',
    'Follow_Ups stay away',
    () =>
      summaryOf(() => ({
        clocks: [
          plainClock({
            missing: [{ messageType: 'Follow_Up', how: 'absent', text: 'no Follow_Up comes' }],
          }),
        ],
      })),
    { level: 'fail', value: /^missing: Follow_Up \(absent\)$/ },
  ],
  [
    'offset',
    'the offset is beyond the threshold',
    () =>
      summaryOf(() => ({
        clocks: [
          plainClock({ offsets: { count: 1, sumOfSquares: 4e6, minNs: -2000, maxNs: -2000 } }),
        ],
      })),
    { level: 'fail', value: /^2000 ns rms, 2000 ns at most/ },
  ],
  [
    'offset',
    'one offset was beyond the threshold',
    () =>
      summaryOf((_, second) => ({
        clocks: [
          plainClock(
            second === 5
              ? { offsets: { count: 1, sumOfSquares: 4e6, minNs: -2000, maxNs: 0 } }
              : {},
          ),
        ],
      })),
    { level: 'warn', value: /2000 ns at most/ },
  ],
  [
    'delay',
    'the path is too long',
    () => summaryOf(() => ({ clocks: [plainClock({ meanDelayNs: 40_000 })] })),
    { level: 'fail', value: /^40\.00 us$/ },
  ],
  [
    'grandmaster',
    'it changes to and fro',
    () =>
      summaryOf((_, second) => ({
        clocks: [
          plainClock({
            parent: {
              ...parent,
              grandmasterIdentity: Math.floor(second / 5) % 2 === 0 ? 'a' : 'b',
            },
          }),
        ],
      })),
    { level: 'warn', value: /^5 changes in the last 15 minutes$/ },
  ],
];

describe('what is wrong is told', () => {
  test.each(cases)('%s: %s', (check, _, summary, { level, value }) => {
    const found = checkIn(summary(), check).find((each) => each.level !== 'ok');
    expect(found).toMatchObject({ level, value: expect.stringMatching(value) as string });
    expect(found?.remedy).toMatch(/\w/);
    const { healthy } = healthOf(summary(), thresholds);
    if (level === 'fail') expect(healthy).toBe(false);
  });

  test('a grandmaster that is not expected, followed or not', () => {
    const rival = { ...goodGrandmaster, grandmasterIdentity: '00b0ae.fffe.000011' };
    const given = { ...thresholds, expectedGrandmasters: ['001b19.fffe.000001'] };
    const summary = summaryOf(() => ({
      clocks: [
        plainClock({
          foreignMasters: [
            plainMaster('eth1'),
            plainMaster('eth2', { ...rival, standing: 'other' }),
          ],
        }),
        plainClock({
          name: 'bc of domain 25',
          parent: { ...rival, portIdentity: '00b0ae.fffe.000011-1', interface: 'eth1' },
        }),
      ],
    }));
    expect(checkIn(summary, 'other-masters', given)[0]).toMatchObject({
      ...{ level: 'fail', instance: 'bc of domain 24' },
      value: '001b19.fffe.000001-1 announces 00b0ae.fffe.000011 at eth2',
    });
    expect(checkIn(summary, 'grandmaster', given)).toMatchObject([
      { level: 'ok' },
      { level: 'fail', threshold: 'one of 001b19.fffe.000001', instance: 'bc of domain 25' },
    ]);
  });
});

test('a clock that is the grandmaster itself is well', () => {
  const summary = summaryOf(() => ({
    clocks: [plainClock({ parent: alone, lockState: 'unlocked', offsets: null })],
  }));
  expect(healthOf(summary, thresholds).healthy).toBe(true);
  expect(checkIn(summary, 'lock')[0]?.value).toMatch(/it is the grandmaster itself/);
});

test('what is not set is not watched, and what is not known is not told', () => {
  const summary = summaryOf((counters) => {
    counters.measure(1, 20e6, 400);
    return { clocks: [plainClock({ offsets: null })] };
  });
  expect(healthOf(summary, {}).healthy).toBe(true);
  expect(checkIn(summary, 'residence', {})[0]).toMatchObject({ level: 'ok', threshold: null });
  expect(checkIn(summary, 'residence')).toHaveLength(1);
  expect(checkIn(summary, 'offset')).toEqual([]);
});

describe('alarms', () => {
  const alarm: AlarmSummary = {
    ...{ kind: 'pool-spent', severity: 'error', since: '2026-01-01T00:00:00.000Z' },
    ...{ instance: null, interface: 'eth1', text: 'exchanges of others are forgotten' },
    remedy: 'see who sends so much',
  };

  test('fail by their severity, with their own words', () => {
    const { healthy, checks } = healthOf(summaryOf(undefined, [alarm]), thresholds);
    expect(healthy).toBe(false);
    expect(checks.at(-1)).toEqual({
      ...{ check: 'alarm', level: 'fail', interface: 'eth1', instance: null },
      ...{ value: alarm.text, threshold: null, remedy: alarm.remedy },
    });
    const warning = healthOf(summaryOf(undefined, [{ ...alarm, severity: 'warning' }]), thresholds);
    expect(warning).toMatchObject({ healthy: true });
    expect(warning.checks.at(-1)?.level).toBe('warn');
  });

  test('that a check tells of are not told twice, nor what is no fault', () => {
    const others = [
      { ...alarm, kind: 'transmit-timestamps-missing' },
      { ...alarm, severity: 'notice' },
    ];
    expect(checkIn(summaryOf(undefined, others), 'alarm')).toEqual([]);
  });
});

test('every check is in docs/operating.md', () => {
  const listed = [...read('docs/operating.md').matchAll(/^\| `([a-z-]+)` \|/gm)].map(
    (match) => match[1] ?? '',
  );
  const known: readonly string[] = checkNames;
  expect(known.filter((name) => !listed.includes(name))).toEqual([]);
});
