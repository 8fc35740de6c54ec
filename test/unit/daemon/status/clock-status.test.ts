/** What is told of a clock that is in no lock: why, and which message is missing. */
import { describe, expect, test } from 'vitest';
import type { ClockState } from '../../../../src/core/instance/clock-state.js';
import type { MissingMessage } from '../../../../src/core/port/receiving/receipts.js';
import { clockText } from '../../../../src/cli/formats/clock.js';
import type { NotTakenStatus } from '../../../../src/daemon/status/not-taken.js';
import { clockStatusOf } from '../../../../src/daemon/status/clock-status.js';
import type { Standing } from '../../../../src/core/bmca/standing.js';
import { announceFrom, portIdentityOf } from '../../../support/announces.js';
import { ClockNetwork } from '../../../support/clock-network.js';

const layout = { columns: 80 };

const { clock } = new ClockNetwork().add({ ports: 1 });
const fresh = clock.state();

const following: Partial<ClockState> = {
  currentDS: { ...fresh.currentDS, stepsRemoved: 1 },
  holdover: 'unspecified',
};

function statusOf(change: Partial<ClockState>, notTaken: readonly NotTakenStatus[] = []) {
  const steered = {
    instance: 'bc of domain 0',
    notTaken,
    source: 'system',
    kind: 'virtual',
    steered: [],
  } as const;
  const ports = [{ interface: 'eth0', discarded: {} }];
  return clockStatusOf({ ...fresh, ...change }, steered, ports, 0);
}

describe('the reason', () => {
  test.each<[ClockState['lockState'], readonly MissingMessage[], string]>([
    [
      'unlocked',
      [{ messageType: 'Delay_Resp', how: 'refused' }],
      'what every Delay_Resp of the master tells is refused',
    ],
    [
      'acquiring',
      [{ messageType: 'Sync', how: 'noTimestamp' }],
      'this clock gets no time stamps of Sync',
    ],
    [
      'holdover',
      [{ messageType: 'Follow_Up', how: 'absent' }],
      'no Follow_Up of the master comes: its rate is kept',
    ],
    [
      'holdover',
      [
        { messageType: 'Follow_Up', how: 'late' },
        { messageType: 'Delay_Resp', how: 'absent' },
      ],
      'every Follow_Up of the master comes too late, and no Delay_Resp of the master comes: its rate is kept',
    ],
    ['holdover', [], 'the master is measured anew: its rate is kept'],
    ['unlocked', [], 'waiting for Syncs of the master and the delay of the path to it'],
  ])('%s, %j', (lockState, missing, reason) => {
    const status = statusOf({ ...following, lockState, missing });
    expect(status.clock).toMatchObject({ lockState, missing, lockReason: reason });
  });

  test('of a clock that hears no master any more', () => {
    expect(statusOf({ lockState: 'holdover' }).clock.lockReason).toBe(
      'the master is gone and no other one is followed: its rate is kept',
    );
  });
});

test('show clock has a line of what is missing', () => {
  const missing: readonly MissingMessage[] = [
    { messageType: 'Follow_Up', how: 'late' },
    { messageType: 'Delay_Resp', how: 'absent' },
  ];
  const shown = (change: Partial<ClockState>) => clockText('clock', [statusOf(change)], layout);
  expect(shown({ missing })).toMatch(/^ +missing +Follow_Up \(late\), Delay_Resp \(absent\)$/m);
  expect(shown({})).toMatch(/^ +missing +nothing$/m);
});

describe('whoever announces himself is shown, and what has become of him', () => {
  const foreignMaster = (
    standing: Standing,
    sequenceIdStuck = false,
    change: Partial<ClockState> = {},
  ) => {
    const announce = announceFrom(portIdentityOf(9n), {}, { logMessageInterval: 3 });
    const port = portIdentityOf(1n);
    return statusOf({
      ...change,
      foreignMasters: [
        { port, announce, best: false, standing, sequenceIdStuck, heardWithinSeconds: 16 },
      ],
    });
  };

  test('in JSON', () => {
    expect(foreignMaster('masterOnlyPort').foreignMasters).toEqual([
      {
        ...{ interface: 'eth0', sourcePortIdentity: '000000.0000.000009-1' },
        ...{ grandmasterIdentity: '000000.0000.000009', grandmasterPriority1: 128 },
        grandmasterClockQuality: { ...announceFrom(portIdentityOf(9n)).grandmasterClockQuality },
        ...{ grandmasterPriority2: 128, heardWithinSeconds: 16 },
        ...{ stepsRemoved: 0, best: false, standing: 'masterOnlyPort' },
        standingText: 'the port is masterOnly',
        ...{ logAnnounceInterval: 3, sequenceIdStuck: false },
      },
    ]);
  });

  test('in the reason', () => {
    expect(foreignMaster('masterOnlyPort').clock.lockReason).toBe(
      'no better clock is followed (the port is masterOnly): this one is the grandmaster',
    );
  });

  test('in the reason of a holdover: the master that is not followed any more is not gone', () => {
    const { clock: held } = foreignMaster('masterOnlyPort', false, { lockState: 'holdover' });
    expect(held.lockReason).toBe(
      'no master is followed any more (the port is masterOnly): its rate is kept',
    );
  });

  test.each<[Standing, boolean, RegExp]>([
    ['followed', true, /followed; its sequenceId does not count$/m],
    ['announcesTooSeldom', false, /announces itself too seldom for this port: set logAnnounceInt/],
    ['worseThanThisClock', false, /this clock is better itself/],
    ['notAcceptableMaster', false, /not among the acceptableMasters$/m],
  ])('in the table: %s', (standing, stuck, line) => {
    expect(clockText('foreign-masters', [foreignMaster(standing, stuck)], layout)).toMatch(line);
  });
});

/** An Announce of another domain. */
const otherDomain: NotTakenStatus = {
  ...{ interface: 'eth0', sdoId: 0, domainNumber: 24, transport: 'l2', vlanId: null },
  ...{ announce: true, reason: 'otherDomain', description: 'eth0: not taken', messages: 3 },
};

describe('while somebody announces, nothing says that nobody does', () => {
  test('what is not taken stands in the reason', () => {
    const { lockReason } = statusOf({ lockState: 'unlocked' }, [otherDomain]).clock;
    expect(lockReason).toBe(
      'no better clock is heard: this one is the grandmaster; Announces come in that it does not take: eth0: not taken',
    );
  });

  test('beside the foreign masters stands what else announces, and why it is not taken', () => {
    const status = statusOf({}, [otherDomain]);
    const [port] = status.clock.ports;
    if (port === undefined) throw new Error('no port');
    const withDiscards = {
      ...status,
      clock: {
        ...status.clock,
        ports: [{ ...port, discarded: { announceLoop: 7, otherMaster: 2 } }],
      },
    };
    expect(clockText('foreign-masters', [withDiscards], layout)).toBe(
      [
        'bc of domain 0: domain 0',
        'no foreign masters: no Announce has come lately that it takes',
        'eth0: not taken (3)',
        'discarded at eth0 so far: 7 announceLoop: an Announce has come through this clock before (PATH_TRACE): PTP goes round a loop',
      ].join('\n'),
    );
    expect(clockText('clock', [withDiscards], layout)).toContain(
      'discarded at eth0 so far: 2 otherMaster: Sync of a port that this clock does not follow',
    );
  });
});
