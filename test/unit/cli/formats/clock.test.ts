/** What `show clock` and its parts say of a clock that follows, to people. */
import { describe, expect, test } from 'vitest';
import { clockText, transparentClockText } from '../../../../src/cli/formats/clock.js';
import type { Paint } from '../../../../src/cli/formats/colour.js';
import type {
  ClockStatus,
  ForeignMasterStatus,
} from '../../../../src/daemon/status/clock-status.js';
import type { TransparentClockStatus } from '../../../../src/daemon/status/status.js';
import { boundaryReport } from '../../lab/boundary-reports.js';

const quality = { clockClass: 6, clockAccuracy: 0x21, offsetScaledLogVariance: 0x4e5d };

function masterOf(change: Partial<ForeignMasterStatus>): ForeignMasterStatus {
  return {
    interface: 'eth1',
    sourcePortIdentity: '001b19.fffe.000001-1',
    grandmasterIdentity: '001b19.fffe.000001',
    grandmasterClockQuality: quality,
    grandmasterPriority1: 127,
    grandmasterPriority2: 128,
    stepsRemoved: 0,
    heardWithinSeconds: 2,
    best: true,
    standing: 'followed',
    standingText: 'followed',
    logAnnounceInterval: 1,
    sequenceIdStuck: false,
    ...change,
  };
}

const following: ClockStatus = {
  clock: {
    ...boundaryReport.clock,
    instance: 'studio',
    domainNumber: 24,
    sdoId: 0x100,
    aheadOfSystemClockNs: 36_999_996_500,
    offsets: {
      '10s': { samples: 1600, rms: 24, max: 61, mtie: 80 },
      '100s': { samples: 0, rms: null, max: null, mtie: null },
    },
  },
  parent: {
    parentPortIdentity: '001b19.fffe.000001-1',
    grandmasterIdentity: '001b19.fffe.000001',
    grandmasterClockQuality: quality,
    grandmasterPriority1: 127,
    grandmasterPriority2: 128,
  },
  time: {
    currentUtcOffset: 37,
    currentUtcOffsetValid: true,
    leap59: false,
    leap61: true,
    timeTraceable: true,
    frequencyTraceable: false,
    ptpTimescale: true,
    timeSource: 0x20,
  },
  foreignMasters: [
    masterOf({}),
    masterOf({
      ...{ interface: 'eth2', sourcePortIdentity: '001b19.fffe.000002-1', best: false },
      ...{ standing: 'worse', standingText: 'a better one is heard on its port' },
    }),
  ],
};

const layout = { columns: 80 };

test('clock: words and units, and what it is ahead of UTC by told apart', () => {
  const text = clockText('clock', [following], layout);
  expect(text).toMatch(/^studio: domain 24, sdoId 0x100\n/);
  expect(text).toMatch(/^ +lockState +locked: the offsets are small$/m);
  expect(text).toMatch(/^ +time +from the master, 1 step from the grandmaster$/m);
  expect(text).toMatch(/^ +last 10 s +rms 24 ns, max 61 ns, MTIE 80 ns, 1,600 samples$/m);
  expect(text).toMatch(/^ +last 100 s +no offsets$/m);
  expect(text).toMatch(/^ +rate +\+10\.012 ppm against its time stamps; servo pi$/m);
  expect(text).toMatch(/^ +system clock +3\.50 us behind it, beside TAI - UTC = 37 s$/m);
  expect(text).toMatch(/^ +port p1 +SLAVE \(timeReceiver\), /m);
  expect(text).not.toMatch(/[{}[\]"]/);
});

test('parent: the grandmaster in words, by which port', () => {
  expect(clockText('parent', [following], layout)).toBe(
    [
      'studio: domain 24, sdoId 0x100',
      '  parent         001b19.fffe.000001-1, by eth1',
      '  grandmaster    001b19.fffe.000001',
      '  priority1      127',
      '  clockClass     6: synchronised to a primary reference',
      '  clockAccuracy  0x21: 100 ns',
      '  variance       0x4e5d: a deviation of 34 ns',
      '  priority2      128',
      '  stepsRemoved   1',
    ].join('\n'),
  );
});

test('time: what the grandmaster says of it', () => {
  expect(clockText('time', [following], layout)).toBe(
    [
      'studio: domain 24, sdoId 0x100',
      '  currentUtcOffset    37 s',
      '  leap second         inserted at the end of this UTC day (leap61)',
      '  timeTraceable       yes',
      '  frequencyTraceable  no',
      '  timescale           PTP: TAI',
      '  timeSource          0x20: GNSS',
    ].join('\n'),
  );
});

describe('foreign masters', () => {
  test('in their order, with all that is compared, in pages of 80 columns', () => {
    const text = clockText('foreign-masters', [following], layout);
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    const [, page = ''] = text.split('\n\n');
    expect(page.split('\n').slice(0, 5)).toEqual([
      'best first  variance  priority2  stepsRemoved         heard',
      '1. eth1       0x4e5d        128             0  < 2.00 s ago',
      '2. eth2       0x4e5d        128             0  < 2.00 s ago',
      '1. eth1: followed',
      '2. eth2: a better one is heard on its port',
    ]);
  });

  test('in one page of a wide terminal', () => {
    const text = clockText('foreign-masters', [following], { columns: 200 });
    expect(text).toMatch(
      /^1\. eth1 +001b19\.fffe\.000001-1 +001b19\.fffe\.000001 +127 +6 +100 ns +0x4e5d +128 +0 +< 2\.00 s ago$/m,
    );
  });
});

test('several clocks are told apart', () => {
  const other = { ...following, clock: { ...following.clock, instance: 'b', domainNumber: 7 } };
  const text = clockText('time', [following, other], layout);
  expect(text).toMatch(/^studio: domain 24.*^b: domain 7/ms);
});

test('states alone are coloured', () => {
  const coloured = new Set<string>();
  const paint: Paint = (mood, text) => {
    if (mood !== undefined) coloured.add(text);
    return text;
  };
  clockText('clock', [following], { columns: 80, paint });
  expect(coloured).toEqual(new Set(['locked', 'SLAVE', 'MASTER']));
});

test('a transparent clock shows how it stands to the rates of the grandmasters', () => {
  const syntonisation: TransparentClockStatus['syntonisation'] = [
    {
      ...{ sdoId: 0, domainNumber: 0, state: 'locked', source: '001b19.fffe.000001-1' },
      ...{ rateRatio: 1.00001, rateOffsetPpb: 10_081, standardErrorPpb: 0.84 },
    },
    {
      ...{ sdoId: 0, domainNumber: 1, state: 'unlocked', source: '001b19.fffe.000002-1' },
      ...{ rateRatio: null, rateOffsetPpb: null, standardErrorPpb: null },
    },
  ];
  const clock: TransparentClockStatus = {
    ...{ instance: 'tc', type: 'e2e-tc', domain: 'any', syntonisation },
  };
  expect(transparentClockText([clock], {})).toBe(
    [
      'tc: a transparent clock, which keeps no PTP time; residence times are corrected by the rate of:',
      '  domain 0  locked to the Syncs of 001b19.fffe.000001-1: its rate is +10.081 ppm (+/- 0.8 ppb)',
      '  domain 1  unlocked to the Syncs of 001b19.fffe.000002-1: its rate is not known yet',
    ].join('\n'),
  );
});
