/** Data fields of management TLVs, octet for octet those of linuxptp. */
import { describe, expect, it, test } from 'vitest';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import { timeInterval } from '../../../../src/core/time/time-interval.js';
import {
  codeOfManagementId,
  decodeManagementData,
  encodeManagementData,
  managementDataFromJson,
  managementDataToJson,
  managementIdOfCode,
  managementIds,
  type ManagementId,
} from '../../../../src/core/wire/management-data/management-ids.js';
import { decode } from '../../../../src/core/wire/message.js';
import { ManagementAction } from '../../../../src/core/wire/messages/management.js';
import { ptpFramesOf } from '../../../support/ptp-frames.js';

const grandmaster = clockIdentity(0x020000fffe000001n);

/** The data fields that ptp4l answers GET with, by id. */
const captured = new Map<ManagementId, Uint8Array>();
for (const { payload } of ptpFramesOf('l2-management')) {
  const result = decode(payload);
  if (!result.ok || result.message.messageType !== 'Management') continue;
  const [tlv] = result.message.tlvs;
  if (result.message.actionField !== ManagementAction.RESPONSE) continue;
  if (tlv?.tlvType !== 'MANAGEMENT') continue;
  const id = managementIdOfCode(tlv.managementId);
  if (id !== undefined && id !== 'unserved') captured.set(id, tlv.dataField);
}

function capturedField(id: ManagementId): Uint8Array {
  const field = captured.get(id);
  if (field === undefined) throw new Error(`no ${id} in the capture`);
  return field;
}

describe('what ptp4l answers', () => {
  it('is there for 26 ids', () => {
    expect(captured.size).toBe(26);
  });

  test.each([...captured])('%s is read and written octet for octet', (id, field) => {
    const data = decodeManagementData(id, field);
    expect(data).toBeTypeOf('object');
    expect(encodeManagementData(id, data as never)).toEqual(field);
  });

  it('says what tshark says', () => {
    expect(decodeManagementData('DEFAULT_DATA_SET', capturedField('DEFAULT_DATA_SET'))).toEqual({
      twoStepFlag: true,
      slaveOnly: false,
      numberPorts: 1,
      priority1: 10,
      clockClass: 248,
      clockAccuracy: 0xfe,
      offsetScaledLogVariance: 0xffff,
      priority2: 128,
      clockIdentity: grandmaster,
      domainNumber: 0,
    });
    expect(decodeManagementData('PORT_DATA_SET', capturedField('PORT_DATA_SET'))).toEqual({
      portIdentity: { clockIdentity: grandmaster, portNumber: 1 },
      portState: 'MASTER',
      logMinDelayReqInterval: 0,
      peerMeanPathDelay: 0n,
      logAnnounceInterval: 0,
      announceReceiptTimeout: 2,
      logSyncInterval: 0,
      delayMechanism: 'e2e',
      logMinPdelayReqInterval: 0,
      versionNumber: 2,
    });
    expect(decodeManagementData('CLOCK_DESCRIPTION', capturedField('CLOCK_DESCRIPTION'))).toEqual({
      clockType: 0x8000,
      physicalLayerProtocol: 'IEEE 802.3',
      physicalAddress: Uint8Array.of(2, 0, 0, 0, 0, 1),
      networkProtocol: 'l2',
      protocolAddress: Uint8Array.of(2, 0, 0, 0, 0, 1),
      manufacturerIdentity: Uint8Array.of(0, 0, 0),
      productDescription: ';;',
      revisionData: ';;',
      userDescription: '',
      profileIdentity: Uint8Array.of(0x00, 0x1b, 0x19, 0x00, 0x01, 0x00),
    });
  });
});

describe('a data field', () => {
  it('of another length is WRONG_LENGTH', () => {
    const field = capturedField('PARENT_DATA_SET');
    expect(decodeManagementData('PARENT_DATA_SET', field.subarray(2))).toBe('WRONG_LENGTH');
    expect(decodeManagementData('PARENT_DATA_SET', new Uint8Array([...field, 0, 0]))).toBe(
      'WRONG_LENGTH',
    );
    expect(decodeManagementData('PRIORITY1', new Uint8Array(0))).toBe('WRONG_LENGTH');
  });

  it('with a code that stands for nothing is WRONG_VALUE', () => {
    expect(decodeManagementData('DELAY_MECHANISM', Uint8Array.of(7, 0))).toBe('WRONG_VALUE');
    expect(decodeManagementData('DELAY_MECHANISM', Uint8Array.of(2, 0))).toEqual({
      delayMechanism: 'p2p',
    });
  });

  it('of text has an even number of octets', () => {
    expect(encodeManagementData('USER_DESCRIPTION', { userDescription: 'ab' })).toEqual(
      Uint8Array.of(2, 0x61, 0x62, 0),
    );
    const umlaut = encodeManagementData('USER_DESCRIPTION', { userDescription: 'ü' });
    expect(umlaut).toEqual(Uint8Array.of(2, 0xc3, 0xbc, 0));
    expect(decodeManagementData('USER_DESCRIPTION', umlaut)).toEqual({ userDescription: 'ü' });
  });

  it('keeps times to the unit of 2^-16 ns and counts to 53 bits, little endian', () => {
    const current = {
      stepsRemoved: 2,
      offsetFromMaster: timeInterval(-1n),
      meanPathDelay: timeInterval(0x10000n),
    };
    const field = encodeManagementData('CURRENT_DATA_SET', current);
    expect([...field].map((octet) => octet.toString(16).padStart(2, '0')).join('')).toBe(
      '0002ffffffffffffffff0000000000010000',
    );
    expect(decodeManagementData('CURRENT_DATA_SET', field)).toEqual(current);
    const stats = decodeManagementData('PORT_STATS_NP', capturedField('PORT_STATS_NP'));
    expect(stats).toMatchObject({ transmitted: { Announce: expect.any(Number) as number } });
  });
});

describe('JSON', () => {
  test.each([...captured.keys()])('%s has a form that JSON can hold', (id) => {
    const data = decodeManagementData(id, capturedField(id));
    const json = managementDataToJson(id, data as never);
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });

  it('is read back where it can be set, and the wrong member is named', () => {
    expect(managementDataFromJson('PRIORITY1', { priority1: 7 })).toEqual({ priority1: 7 });
    expect(managementDataFromJson('PRIORITY1', { priority1: 256 })).toBe('priority1');
    expect(managementDataFromJson('PRIORITY1', {})).toBe('priority1');
    expect(managementDataFromJson('TIMESCALE_PROPERTIES', { timeSource: 0x20 })).toBe(
      'ptpTimescale',
    );
    expect(managementDataFromJson('LOG_SYNC_INTERVAL', { logSyncInterval: -4 })).toEqual({
      logSyncInterval: -4,
    });
  });
});

it('every id has a code of its own', () => {
  expect(managementIds.map((id) => managementIdOfCode(codeOfManagementId(id)))).toEqual(
    managementIds,
  );
  expect(managementIdOfCode(0x0005)).toBe('unserved');
  expect(managementIdOfCode(0x7fff)).toBeUndefined();
});
