/**
 *   gm ---- bc1 ---- bc2 ---- slave
 *
 * The grandmaster's Announce says when its summer time begins (ALTERNATE_TIME_OFFSET_INDICATOR, 16.3), brings two TLVs that
 * propagate and two that do not, and then more than there is room for: two hops on, the first ones are there, octet by
 * octet, with the flags and the leap second.
 */
import { expect, test } from 'vitest';
import type { Tlv } from '../../../src/core/wire/tlv.js';
import { Scenario } from '../harness/scenario.js';

const tlv = (code: number, ...octets: number[]): Tlv => ({
  tlvType: 'unknown',
  code,
  valueField: Uint8Array.from(octets),
});

/** keyField 1, currentOffset 3600, jumpSeconds 3600, timeOfNextJump, displayName "CET", a pad. */
const alternateTimeOffset = tlv(
  0x0009,
  ...[1, 0, 0, 0x0e, 0x10, 0, 0, 0x0e, 0x10, 0, 0, 0x65, 0, 0, 0, 3, 0x43, 0x45, 0x54, 0],
);
const propagating = [alternateTimeOffset, tlv(0x4000, 1, 2, 3, 4, 5, 6), tlv(0x7f01, 7, 8)];
const staying = [tlv(0x8000, 1, 2, 3, 4, 5, 6), tlv(0x2004, 9, 9)];
const tooMuch = tlv(0x4fff, ...Array.from({ length: 1_384 }, (_, index) => index & 0xff));

const timeProperties = {
  ...{ currentUtcOffset: 36, currentUtcOffsetValid: true, leap59: false, leap61: true },
  ...{ timeTraceable: true, frequencyTraceable: true, ptpTimescale: true, timeSource: 0x20 },
};

test('TLVs, flags and leap second go on through boundary clocks', () => {
  const scenario = new Scenario(92);
  const gm = scenario.timeSource('gm', {
    timeProperties: () => timeProperties,
    announceTlvs: [...staying, ...propagating, tooMuch],
  });
  const bc1 = scenario.boundaryClock('bc1', { pathTrace: true });
  const bc2 = scenario.boundaryClock('bc2', { pathTrace: true });
  const slave = scenario.slave('slave', { pathTrace: true });
  scenario.connect(gm, 0, bc1, 0);
  scenario.connect(bc1, 1, bc2, 0);
  scenario.connect(bc2, 1, slave, 0);

  scenario.run(20);

  const { parentDS, timePropertiesDS, foreignMasters } = slave.state();
  expect(parentDS.grandmasterIdentity).toBe(gm.identity);
  expect(timePropertiesDS).toEqual(timeProperties);
  expect(foreignMasters[0]?.announce.tlvs).toEqual([
    { tlvType: 'PATH_TRACE', pathSequence: [bc1.identity, bc2.identity] },
    ...propagating,
  ]);
  expect(bc1.discards.get('tooManyAnnounceTlvs')).toBeGreaterThan(5);
  expect(bc2.discards.has('tooManyAnnounceTlvs')).toBe(false);
  expect(bc1.discards.get('announceTlvEndsHere')).toBeGreaterThan(5);
  expect(bc2.discards.has('announceTlvEndsHere')).toBe(false);
});
