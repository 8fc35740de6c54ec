/** Which TLVs of an Announce go on from clock to clock, and how many. */
import { describe, expect, test } from 'vitest';
import {
  fitting,
  maxAnnounceTlvOctets,
  propagatedTlvs,
  roomForTlvs,
} from '../../../../src/core/instance/announce-tlvs.js';
import { ClockDataSets } from '../../../../src/core/instance/clock-data-sets.js';
import { defaultProfile } from '../../../../src/core/profile/default.js';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import { encodeTlvs, type Tlv } from '../../../../src/core/wire/tlv.js';
import { announceFrom, portIdentityOf } from '../../../support/announces.js';

function tlvOf(code: number, octets = 6): Tlv {
  return { tlvType: 'unknown', code, valueField: new Uint8Array(octets).fill(code & 0xff) };
}

const announceWith = (...tlvs: readonly Tlv[]) => announceFrom(portIdentityOf(1n), {}, {}, tlvs);

function dataSets(pathTrace = false): ClockDataSets {
  return new ClockDataSets(
    {
      ...{ clockIdentity: clockIdentity(9n), numberPorts: 2, priority1: 128, priority2: 128 },
      clockQuality: { clockClass: 248, clockAccuracy: 0xfe, offsetScaledLogVariance: 0xffff },
      ...{ domainNumber: 0, sdoId: 0, slaveOnly: false },
    },
    pathTrace,
    defaultProfile.clockClasses,
  );
}

describe('TLVs that propagate (14.2, table 52)', () => {
  test.each<[string, number, boolean]>([
    ['ALTERNATE_TIME_OFFSET_INDICATOR', 0x0009, true],
    ['reserved', 0x000a, false],
    ['experimental, of 2008', 0x2004, false],
    ['the last before those that propagate', 0x3fff, false],
    ['ORGANIZATION_EXTENSION_PROPAGATE', 0x4000, true],
    ['ENHANCED_ACCURACY_METRICS', 0x4001, true],
    ['experimental that propagates', 0x7fff, true],
    ['ORGANIZATION_EXTENSION_DO_NOT_PROPAGATE', 0x8000, false],
    ['L1_SYNC', 0x8001, false],
    ['reserved at the end', 0xffff, false],
  ])('%s (0x%s)', (_, code, goesOn) => {
    const tlv = tlvOf(code);
    expect(propagatedTlvs(announceWith(tlv))).toEqual(goesOn ? [tlv] : []);
  });

  test('PATH_TRACE, PAD and AUTHENTICATION are each hop’s own', () => {
    const path: Tlv = { tlvType: 'PATH_TRACE', pathSequence: [clockIdentity(1n)] };
    const pad: Tlv = { tlvType: 'PAD', pad: new Uint8Array(2) };
    expect(propagatedTlvs(announceWith(path, pad, tlvOf(0x4000)))).toEqual([tlvOf(0x4000)]);
  });

  test('their order stays, behind the own PATH_TRACE; a grandmaster has none of them', () => {
    const sets = dataSets(true);
    sets.takeParent(announceWith(tlvOf(0x4001), tlvOf(0x0009), tlvOf(0x4000)));
    expect(sets.announced(true).announceTlvs).toEqual([
      { tlvType: 'PATH_TRACE', pathSequence: [clockIdentity(9n)] },
      ...[tlvOf(0x4001), tlvOf(0x0009), tlvOf(0x4000)],
    ]);
    sets.becomeGrandmaster();
    expect(sets.announced(true).announceTlvs).toEqual([
      { tlvType: 'PATH_TRACE', pathSequence: [clockIdentity(9n)] },
    ]);
  });
});

describe('their bound', () => {
  test('as many as fit, and how many did not', () => {
    const half = tlvOf(0x4000, maxAnnounceTlvOctets / 2 - 4 - ((maxAnnounceTlvOctets / 2) % 2));
    const { tlvs, leftOut } = fitting([half, half, half]);
    expect(tlvs).toHaveLength(2);
    expect(leftOut).toBe(1);
    expect(encodeTlvs(tlvs).length).toBeLessThanOrEqual(maxAnnounceTlvOctets);
  });

  test('a path too long to be told is not told, and what is behind it is', () => {
    const sets = dataSets(true);
    const pathSequence = Array.from({ length: 200 }, (_, index) =>
      clockIdentity(BigInt(1_000 + index)),
    );
    sets.takeParent(announceWith({ tlvType: 'PATH_TRACE', pathSequence }, tlvOf(0x4000)));
    expect(sets.announced(true).announceTlvs).toEqual([tlvOf(0x4000)]);
    expect(sets.tlvsLeftOut).toBe(1);
  });

  test('on Ethernet alone there is room for what UDP over IPv6 has no room for', () => {
    expect(roomForTlvs(['l2'])).toBe(1436);
    expect(roomForTlvs(['udp4', 'l2'])).toBe(1408);
    expect(roomForTlvs(['l2', 'udp6', 'udp4'])).toBe(maxAnnounceTlvOctets);
    const most = tlvOf(0x4000, 1432);
    expect(fitting([most]).leftOut).toBe(1);
    expect(fitting([most], roomForTlvs(['l2'])).leftOut).toBe(0);
  });
});

const decodedOrganizationExtension: Tlv = {
  tlvType: 'ORGANIZATION_EXTENSION',
  organizationId: 0x1c129d,
  organizationSubType: 1,
  dataField: new Uint8Array(12),
};

describe('what those behind a clock do not get', () => {
  const maxStepsRemoved = 255;

  test('a TLV that nobody hands on; each hop’s own is no loss', () => {
    const sets = dataSets(true);
    const path: Tlv = { tlvType: 'PATH_TRACE', pathSequence: [clockIdentity(1n)] };
    sets.takeParent(announceWith(path, tlvOf(0x0009), tlvOf(0x4000)));
    expect(sets.lostBehind(maxStepsRemoved)).toEqual([]);
    // IEEE C37.238's, of type ORGANIZATION_EXTENSION.
    sets.takeParent(announceWith(path, decodedOrganizationExtension, tlvOf(0x0009)));
    expect(sets.lostBehind(maxStepsRemoved)).toEqual(['announceTlvEndsHere']);
  });

  test('the last step', () => {
    const sets = dataSets(true);
    sets.takeParent({ ...announceWith(), stepsRemoved: 253 });
    expect(sets.lostBehind(maxStepsRemoved)).toEqual([]);
    sets.takeParent({ ...announceWith(), stepsRemoved: 254 });
    expect(sets.lostBehind(maxStepsRemoved)).toEqual(['noStepsLeft']);
  });
});
