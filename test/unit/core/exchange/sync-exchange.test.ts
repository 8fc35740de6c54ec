import { describe, expect, it } from 'vitest';
import {
  idleSyncExchange,
  maxPendingSyncs,
  stepSyncExchange,
  type SyncEvent,
  type SyncTransition,
} from '../../../../src/core/exchange/sync-exchange.js';
import { instantAfter, instantFromNs } from '../../../../src/core/time/instant.js';
import {
  maxTimeInterval,
  timeInterval,
  timeIntervalFromNs,
  zeroTimeInterval,
} from '../../../../src/core/time/time-interval.js';
import { Flag } from '../../../../src/core/wire/header.js';
import type { Tlv } from '../../../../src/core/wire/tlv.js';
import { followUpInformationTlv } from '../../../../src/core/wire/tlv/organization-extension.js';
import { headerOf } from '../../../../src/core/port/port.js';
import { sourceSettings } from '../../../support/ordinary-clocks.js';

const arrival = instantFromNs(5_000_000_500n);

function sync(
  sequenceId: number,
  correctionField = zeroTimeInterval,
  flagField = Flag.twoStep as number,
  {
    sdoId = 0,
    tlvs = [],
    laterNs = 0,
  }: { readonly sdoId?: number; readonly tlvs?: readonly Tlv[]; readonly laterNs?: number } = {},
): SyncEvent {
  return {
    kind: 'sync',
    message: {
      messageType: 'Sync',
      header: headerOf({ ...sourceSettings, sdoId }, 'Sync', {
        flagField,
        correctionField,
        sequenceId,
        logMessageInterval: 0,
      }),
      originTimestamp: { secondsField: 5, nanosecondsField: 7 },
      tlvs,
    },
    syncEventIngressTimestamp: instantAfter(arrival, timeIntervalFromNs(laterNs)),
  };
}

function followUp(sequenceId: number, correctionField = zeroTimeInterval): SyncEvent {
  return {
    kind: 'followUp',
    message: {
      messageType: 'Follow_Up',
      header: headerOf(sourceSettings, 'Follow_Up', {
        flagField: 0,
        correctionField,
        sequenceId,
        logMessageInterval: 0,
      }),
      preciseOriginTimestamp: { secondsField: 5, nanosecondsField: 100 },
      tlvs: [],
    },
  };
}

/** The last of the transitions that these events lead to. */
function after(...events: readonly SyncEvent[]): SyncTransition {
  return events.reduce<SyncTransition>(({ exchange }, event) => stepSyncExchange(exchange, event), {
    exchange: idleSyncExchange,
    discarded: [],
  });
}

const measured = (sequenceId: number, correctionNs: number) => ({
  sequenceId,
  originTimestamp: instantFromNs(5_000_000_100n),
  syncEventIngressTimestamp: arrival,
  correctionField: timeIntervalFromNs(correctionNs),
});

describe('a Sync exchange', () => {
  it('adds the corrections of Sync and Follow_Up', () => {
    const { exchange, measurement, discarded } = after(
      sync(1, timeIntervalFromNs(2)),
      followUp(1, timeIntervalFromNs(40.5)),
    );
    expect(measurement).toEqual(measured(1, 42.5));
    expect(exchange.pending).toEqual([]);
    expect(discarded).toEqual([]);
  });

  it('takes a Follow_Up that comes before its Sync', () => {
    const { measurement, discarded } = after(
      followUp(1, timeIntervalFromNs(40)),
      sync(1, timeIntervalFromNs(2)),
    );
    expect(measurement).toEqual(measured(1, 42));
    expect(discarded).toEqual([]);
  });

  it('takes a one-step Sync as it is', () => {
    expect(after(sync(9, timeIntervalFromNs(3), 0)).measurement).toEqual({
      ...measured(9, 3),
      originTimestamp: instantFromNs(5_000_000_007n),
    });
  });

  describe('of a Sync whose twoStepFlag is clear', () => {
    const gptp = { sdoId: 0x100 };
    const information = followUpInformationTlv({
      cumulativeScaledRateOffset: 0,
      gmTimeBaseIndicator: 0,
      lastGmPhaseChange: 0n,
      scaledLastGmFreqChange: 0,
    });
    const unflagged = (sequenceId: number, options = {}) =>
      sync(sequenceId, timeIntervalFromNs(2), 0, options);
    const inOneStep = (sequenceId: number) => ({
      ...measured(sequenceId, 2),
      originTimestamp: instantFromNs(5_000_000_007n),
    });

    it('waits for the Follow_Up in gPTP, which has the flag ignored (802.1AS-2011, table 11-4)', () => {
      expect(after(unflagged(1, gptp)).measurement).toBeUndefined();
      expect(after(unflagged(1, gptp), followUp(1)).measurement).toEqual(measured(1, 2));
      expect(after(followUp(1), unflagged(1, gptp)).measurement).toEqual(measured(1, 2));
    });

    it('takes a one-step Sync of gPTP, which carries the Follow_Up information TLV, as it is', () => {
      const { measurement } = after(unflagged(1, { ...gptp, tlvs: [information] }));
      expect(measurement).toEqual(inOneStep(1));
    });

    it('takes the Follow_Up that has come before it', () => {
      expect(after(followUp(1), unflagged(1))).toMatchObject({ measurement: measured(1, 2) });
    });

    it('waits for the next Follow_Up once one has come', () => {
      const proved = [unflagged(1), followUp(1), unflagged(2)];
      expect(after(...proved).measurement).toBeUndefined();
      expect(after(...proved, followUp(2)).measurement).toEqual(measured(2, 2));
    });

    it('waits although single Follow_Ups are lost, but not for a sender that sends no more', () => {
      const lost = [unflagged(1), followUp(1), unflagged(2), unflagged(3)];
      expect(after(...lost, followUp(3), unflagged(4), unflagged(5)).measurement).toBeUndefined();
      const silent = [...lost, unflagged(4), unflagged(5)];
      expect(after(...silent).measurement).toBeUndefined();
      expect(after(...silent, unflagged(6)).measurement).toEqual(inOneStep(6));
    });
  });

  it('takes Follow_Ups that come when later Syncs are here already (C10)', () => {
    const behind = [sync(1), sync(2, zeroTimeInterval, Flag.twoStep, { laterNs: 7_812_500 })];
    const first = after(...behind, followUp(1));
    expect(first).toMatchObject({ measurement: measured(1, 0), discarded: [] });
    expect(stepSyncExchange(first.exchange, followUp(2))).toMatchObject({
      measurement: { sequenceId: 2 },
      discarded: [],
    });
  });

  it('gives up a Sync whose Follow_Up is a second late, or comes after that of a later one', () => {
    const late = after(sync(1), sync(2, zeroTimeInterval, Flag.twoStep, { laterNs: 1e9 }));
    expect(late.exchange.pending.map(({ sequenceId }) => sequenceId)).toEqual([2]);
    expect(late.discarded).toEqual(['followUpMissing']);
    expect(stepSyncExchange(late.exchange, followUp(1)).discarded).toEqual(['staleFollowUp']);
    expect(after(sync(1), sync(2), followUp(2)).discarded).toEqual(['followUpMissing']);
  });

  it('has so many Syncs wait and no more', () => {
    const syncs = Array.from({ length: maxPendingSyncs + 1 }, (_, index) => sync(index));
    const { exchange, discarded } = after(...syncs);
    expect(exchange.pending).toHaveLength(maxPendingSyncs);
    expect(discarded).toEqual(['followUpMissing']);
  });

  it('gives up a Follow_Up whose Sync has not come', () => {
    expect(after(followUp(1), sync(2))).toMatchObject({
      exchange: { pending: [{ sequenceId: 2 }] },
      discarded: ['syncMissing'],
    });
    expect(after(followUp(1), followUp(2))).toMatchObject({
      exchange: { early: { sequenceId: 2 } },
      discarded: ['syncMissing'],
    });
  });

  it('never pairs messages of different sequenceIds', () => {
    expect(after(sync(1), followUp(2)).measurement).toBeUndefined();
    expect(after(followUp(2), sync(1)).measurement).toBeUndefined();
  });

  it('keeps waiting when a Follow_Up of an earlier Sync comes late, across the wrap of sequenceId', () => {
    expect(after(sync(0), followUp(0xffff))).toMatchObject({
      exchange: { pending: [{ sequenceId: 0 }] },
      discarded: ['staleFollowUp'],
    });
  });

  it('goes on with the later Sync when its Follow_Up overtakes it, across the wrap of sequenceId', () => {
    expect(after(sync(0xffff), followUp(0), sync(0)).measurement).toEqual(measured(0, 0));
  });

  it('keeps the first of two copies of a Sync', () => {
    expect(after(sync(1), sync(1))).toMatchObject({
      exchange: { pending: [{ sequenceId: 1 }] },
      discarded: ['duplicateSync'],
    });
  });

  it('takes no second copy of what is complete: its time would be a later one', () => {
    expect(after(sync(1), followUp(1), sync(1))).toEqual({
      exchange: { pending: [], completed: { sequenceId: 1 } },
      discarded: ['duplicateSync'],
    });
    expect(after(sync(1), followUp(1), sync(1), followUp(1))).toEqual({
      exchange: { pending: [], completed: { sequenceId: 1 } },
      discarded: ['staleFollowUp'],
    });
    expect(after(sync(1), followUp(1), sync(1), sync(2), followUp(2)).measurement).toMatchObject({
      sequenceId: 2,
    });
  });

  it.each([
    ['while its Follow_Up is waited for', [sync(100), sync(99)]],
    ['when it is complete', [sync(100), followUp(100), sync(99)]],
    ['across the wrap of sequenceId', [sync(3), followUp(3), sync(0xfff8)]],
    ['of one step', [sync(100, zeroTimeInterval, 0), sync(99, zeroTimeInterval, 0)]],
  ])('leaves out a Sync that a later one has overtaken: %s', (_, events) => {
    const { measurement, discarded } = after(...events);
    expect([measurement, discarded]).toEqual([undefined, ['staleSync']]);
  });

  it('goes on at once when a master begins its sequenceIds again', () => {
    expect(after(sync(500), sync(0), followUp(0)).measurement).toEqual(measured(0, 0));
  });

  it('refuses a correction that is, or sums up to, "too big to be represented" (13.3.2.9)', () => {
    const large = timeInterval(maxTimeInterval - 1n);
    for (const events of [
      [sync(1, maxTimeInterval, 0)],
      [sync(1, maxTimeInterval), followUp(1, timeInterval(-5n))],
      [followUp(1, large), sync(1, large)],
    ]) {
      expect(after(...events)).toEqual({
        exchange: { pending: [], completed: { sequenceId: 1 } },
        discarded: ['correctionTooBig'],
      });
    }
  });
});
