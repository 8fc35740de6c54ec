/** A boundary clock under management: requests as pmc sends them, in steps of the core. */
import { initialTimeProperties } from '../../../../src/core/datasets/time-properties.js';
import { describe, expect, test } from 'vitest';
import type { ManagedBoundaryClock } from '../../../../src/core/management/managed-boundary-clock.js';
import type { Output } from '../../../../src/core/io.js';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import {
  codeOfManagementId,
  decodeManagementData,
  encodeManagementData,
  type ManagementData,
  type ManagementId,
} from '../../../../src/core/wire/management-data/management-ids.js';
import { ManagementAction } from '../../../../src/core/wire/messages/management.js';
import { decode, type MessageOf } from '../../../../src/core/wire/message.js';
import { managementErrorCodes } from '../../../../src/core/wire/tlv/management.js';
import {
  asker,
  boundaryClock,
  facts,
  ownIdentity,
  requestOctets,
  type Request,
} from '../../../support/managed-clocks.js';
import { ptpFramesOf } from '../../../support/ptp-frames.js';

const own = ownIdentity;
const clock = boundaryClock;
const source = { kind: 'unicast', mac: '02:00:00:00:00:02' } as const;

function message(octets: Uint8Array, port = 0, toUnicast = false) {
  return { kind: 'message', port, message: octets, source, toUnicast } as const;
}

interface Sent {
  readonly port: number;
  readonly octets: Uint8Array;
  readonly message: MessageOf<'Management'>;
}

function managementSent(outputs: readonly Output[]): Sent[] {
  return outputs.flatMap((output) => {
    if (output.kind !== 'sendGeneral') return [];
    const result = decode(output.message);
    if (!result.ok || result.message.messageType !== 'Management') return [];
    return [{ port: output.port, octets: output.message, message: result.message }];
  });
}

/** What the clock answers, without what it hands on. */
function answers(managed: ManagedBoundaryClock, request: Request) {
  return managementSent(managed.step(message(requestOctets(request))))
    .map((sent) => sent.message)
    .filter(({ header }) => header.sourcePortIdentity.clockIdentity === own);
}

function dataOf<Id extends ManagementId>(answer: MessageOf<'Management'> | undefined, id: Id) {
  const [tlv] = answer?.tlvs ?? [];
  if (tlv?.tlvType !== 'MANAGEMENT') throw new Error(`no data of ${id}`);
  expect(tlv.managementId).toBe(codeOfManagementId(id));
  return decodeManagementData(id, tlv.dataField) as ManagementData<Id>;
}

function errorOf(answer: MessageOf<'Management'> | undefined) {
  const [tlv] = answer?.tlvs ?? [];
  if (tlv?.tlvType !== 'MANAGEMENT_ERROR_STATUS') throw new Error('no error');
  const names = Object.entries(managementErrorCodes);
  return names.find(([, code]) => code === tlv.managementErrorId)?.[0];
}

describe('GET', () => {
  test('of the clock: one answer, to the asker, under its sequenceId', () => {
    const [answer, ...others] = answers(clock(), { id: 'DEFAULT_DATA_SET', hops: [3, 1] });
    expect(others).toEqual([]);
    expect(answer).toMatchObject({
      header: {
        sequenceId: 4711,
        sourcePortIdentity: { clockIdentity: own, portNumber: 1 },
        logMessageInterval: 0x7f,
      },
      targetPortIdentity: asker,
      actionField: ManagementAction.RESPONSE,
      // 15.4.1: as far as the request has come.
      startingBoundaryHops: 2,
      boundaryHops: 2,
    });
    expect(dataOf(answer, 'DEFAULT_DATA_SET')).toMatchObject({
      clockIdentity: own,
      numberPorts: 3,
      priority1: 100,
      priority2: 101,
    });
  });

  test('of every port: an answer each, in its own name', () => {
    const ports = answers(clock({ up: [0, 1] }), { id: 'PORT_DATA_SET' });
    expect(ports.map(({ header }) => header.sourcePortIdentity.portNumber)).toEqual([1, 2, 3]);
    const states = ports.map((answer) => dataOf(answer, 'PORT_DATA_SET').portState);
    expect(states).toEqual(['MASTER', 'MASTER', 'INITIALIZING']);
  });

  test('of one port, of a port that there is not, of another clock', () => {
    const portOf = (portNumber: number, clockIdentity = own) => ({
      id: 'PORT_DATA_SET' as const,
      target: { clockIdentity, portNumber },
    });
    const managed = clock();
    expect(answers(managed, portOf(2))).toHaveLength(1);
    expect(answers(managed, portOf(9)).map(errorOf)).toEqual(['WRONG_VALUE']);
    expect(answers(managed, portOf(2, clockIdentity(1n)))).toEqual([]);
  });

  test('of an id that nobody knows, of one that is not served', () => {
    expect(errorOf(answers(clock(), { id: 0x7abc })[0])).toBe('NO_SUCH_ID');
    expect(errorOf(answers(clock(), { id: 0x2017 })[0])).toBe('NOT_SUPPORTED');
    expect(errorOf(answers(clock(), { id: 'ENABLE_PORT' })[0])).toBe('NOT_SUPPORTED');
  });

  test('unicast is answered unicast', () => {
    const request = requestOctets({ id: 'PRIORITY1' });
    expect(clock().step(message(request, 0, true))).toMatchObject([
      { kind: 'sendGeneral', port: 0, destination: source },
    ]);
  });

  test('every request of the captured pmc is answered, PORT_PROPERTIES_NP too', () => {
    const managed = clock();
    const unanswered = ptpFramesOf('l2-management').flatMap(({ payload, ptpLength }) => {
      const octets = payload.subarray(0, ptpLength);
      const result = decode(octets);
      if (!result.ok || result.message.messageType !== 'Management') return [];
      const [tlv] = result.message.tlvs;
      if (tlv?.tlvType !== 'MANAGEMENT' || result.message.actionField !== 0) return [];
      const sent = managementSent(managed.step(message(octets)));
      const answered = sent.some(({ message: { tlvs } }) => tlvs[0]?.tlvType === 'MANAGEMENT');
      return answered ? [] : [tlv.managementId.toString(16)];
    });
    expect(unanswered).toEqual([]);
  });

  test('counts the timers that have run out', () => {
    const managed = clock();
    managed.step({ kind: 'timer', timer: '1/sync' });
    managed.step({ kind: 'timer', timer: '1/sync' });
    const target = { clockIdentity: own, portNumber: 2 };
    const [answer] = answers(managed, { id: 'PORT_SERVICE_STATS_NP', target });
    expect(dataOf(answer, 'PORT_SERVICE_STATS_NP')).toMatchObject({
      portIdentity: target,
      announceTimeout: 1,
      masterSyncTimeout: 2,
      masterAnnounceTimeout: 0,
    });
  });
});

describe('SET and COMMAND', () => {
  const priority1 = (value: number) => encodeManagementData('PRIORITY1', { priority1: value });

  test('are refused over the wire unless they are allowed', () => {
    const managed = clock();
    const set = { action: 'SET', id: 'PRIORITY1', dataField: priority1(9) } as const;
    expect(errorOf(answers(managed, set)[0])).toBe('NOT_SETABLE');
    const command = { action: 'COMMAND', id: 'DISABLE_PORT' } as const;
    expect(errorOf(answers(managed, command)[0])).toBe('NOT_SUPPORTED');
    expect(managed.clock.state()).toMatchObject({
      defaultDS: { priority1: 100 },
      ports: [{ portState: 'MASTER' }, { portState: 'MASTER' }, { portState: 'MASTER' }],
    });
  });

  test('PRIORITY1: answered with what it is now, announced at the next Announce', () => {
    const managed = clock({ allowSet: true });
    const [answer] = answers(managed, { action: 'SET', id: 'PRIORITY1', dataField: priority1(9) });
    expect(dataOf(answer, 'PRIORITY1')).toEqual({ priority1: 9 });
    const [announce] = managed.step({ kind: 'timer', timer: '0/announce' });
    const decoded = announce?.kind === 'sendGeneral' ? decode(announce.message) : undefined;
    expect(decoded).toMatchObject({ ok: true, message: { grandmasterPriority1: 9 } });
  });

  test('a wrong length, a wrong value, what cannot be set', () => {
    const managed = clock({ allowSet: true });
    const set = (id: ManagementId, dataField: Uint8Array) =>
      answers(managed, { action: 'SET', id, dataField }).map(errorOf);
    expect(set('PRIORITY1', new Uint8Array(0))).toEqual(['WRONG_LENGTH']);
    expect(set('PRIORITY1', new Uint8Array(4))).toEqual(['WRONG_LENGTH']);
    expect(set('LOG_SYNC_INTERVAL', Uint8Array.of(100, 0))).toEqual([
      'WRONG_VALUE',
      'WRONG_VALUE',
      'WRONG_VALUE',
    ]);
    expect(set('DOMAIN', Uint8Array.of(4, 0))).toEqual(['NOT_SETABLE']);
    expect(set('SLAVE_ONLY', Uint8Array.of(1, 0))).toEqual(['NOT_SETABLE']);
    expect(set('DELAY_MECHANISM', Uint8Array.of(9, 0))).toEqual(['WRONG_VALUE']);
  });

  test('intervals and time-outs of one port', () => {
    const managed = clock({ allowSet: true });
    const target = { clockIdentity: own, portNumber: 2 };
    const dataField = encodeManagementData('LOG_SYNC_INTERVAL', { logSyncInterval: -3 });
    answers(managed, { action: 'SET', id: 'LOG_SYNC_INTERVAL', dataField, target });
    const timeout = encodeManagementData('ANNOUNCE_RECEIPT_TIMEOUT', { announceReceiptTimeout: 5 });
    const id = 'ANNOUNCE_RECEIPT_TIMEOUT';
    answers(managed, { action: 'SET', id, dataField: timeout, target });
    const ports = managed.clock.state().ports;
    expect(ports.map(({ logSyncInterval }) => logSyncInterval)).toEqual([0, -3, 0]);
    expect(ports.map(({ announceReceiptTimeout }) => announceReceiptTimeout)).toEqual([3, 5, 3]);
  });

  test('what a grandmaster says of its time, and what it says once it follows another', () => {
    const managed = clock({ allowSet: true });
    const settings = {
      ...{ clockClass: 6, clockAccuracy: 0x21, offsetScaledLogVariance: 0x4e5d },
      ...{ currentUtcOffset: 37, currentUtcOffsetValid: true, ptpTimescale: true },
      ...{ timeTraceable: true, frequencyTraceable: true, leap59: false, leap61: false },
      timeSource: 0x20,
    };
    const dataField = encodeManagementData('GRANDMASTER_SETTINGS_NP', settings);
    const id = 'GRANDMASTER_SETTINGS_NP';
    const [answer] = answers(managed, { action: 'SET', id, dataField });
    expect(dataOf(answer, id)).toEqual(settings);
    expect(managed.clock.state()).toMatchObject({
      parentDS: { grandmasterClockQuality: { clockClass: 6, clockAccuracy: 0x21 } },
      timePropertiesDS: { timeTraceable: true, timeSource: 0x20 },
    });
  });

  test.each([
    ['clockClass 0, which is reserved', { clockClass: 0 }],
    ['clockClass 255, which is of slaveOnly clocks', { clockClass: 255 }],
    ['clockAccuracy 0x16, which is reserved', { clockAccuracy: 0x16 }],
    ['clockAccuracy 0x40, which is reserved', { clockAccuracy: 0x40 }],
    ['clockAccuracy 0xff, which is reserved', { clockAccuracy: 0xff }],
  ])('nothing that the configuration would refuse: %s', (_, wrong) => {
    const id = 'GRANDMASTER_SETTINGS_NP';
    const dataField = encodeManagementData(id, {
      ...initialTimeProperties,
      ...{ clockClass: 6, clockAccuracy: 0x21, offsetScaledLogVariance: 0x4e5d },
      ...wrong,
    });
    const [answer] = answers(clock({ allowSet: true }), { action: 'SET', id, dataField });
    expect(errorOf(answer)).toBe('WRONG_VALUE');
  });

  test.each([
    ['AUTHENTICATION', 0x8009, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], true],
    ['PAD', 0x8008, [0, 0], true],
    ['another MANAGEMENT', 0x0001, [0x20, 0x00], false],
  ])('a request with %s behind it', (_, code, value, isAnswered) => {
    const request = requestOctets({ id: 'PRIORITY1' });
    const tlv = [code >> 8, code & 0xff, 0, value.length, ...value];
    const octets = Uint8Array.from([...request, ...tlv]);
    octets[3] = octets.length;
    const outputs = clock().step(message(octets));
    const answered = managementSent(outputs).filter(
      ({ message: { header } }) => header.sourcePortIdentity.clockIdentity === own,
    );
    expect(answered).toHaveLength(isAnswered ? 1 : 0);
  });

  describe('of a grandmaster whose time comes from a source', () => {
    const notSetable = managementErrorCodes.NOT_SETABLE;
    /** UTC of the system clock, because nobody knows how far TAI is ahead of it. */
    const utc = { ...initialTimeProperties, timeSource: 0x50 };
    const lies = {
      UTC_PROPERTIES: { ...utc, currentUtcOffsetValid: true },
      TRACEABILITY_PROPERTIES: { timeTraceable: true, frequencyTraceable: false },
      TIMESCALE_PROPERTIES: { ptpTimescale: true, timeSource: 0x50 },
      GRANDMASTER_SETTINGS_NP: {
        ...{ clockClass: 6, clockAccuracy: 0x21, offsetScaledLogVariance: 0x4e5d },
        ...{ ...utc, ptpTimescale: true, currentUtcOffsetValid: true },
      },
    } as const;

    test.each(Object.keys(lies) as (keyof typeof lies)[])(
      '%s does not make it lie: NOT_SETABLE',
      (id) => {
        const managed = clock({ allowSet: true });
        managed.clock.passTime({ now: facts.now(), timePropertiesDS: utc });
        const dataField = encodeManagementData(id, lies[id]);
        const [answer] = answers(managed, { action: 'SET', id, dataField });
        expect(answer).toMatchObject({
          tlvs: [{ tlvType: 'MANAGEMENT_ERROR_STATUS', managementErrorId: notSetable }],
        });
        expect(managed.clock.state()).toMatchObject({
          ...{ timePropertiesDS: utc, defaultDS: { clockQuality: { clockClass: 248 } } },
        });
      },
    );

    test('what is so can be set, and the quality of the clock with it', () => {
      const managed = clock({ allowSet: true });
      managed.clock.passTime({ now: facts.now(), timePropertiesDS: utc });
      const settings = { ...lies.GRANDMASTER_SETTINGS_NP, ...utc };
      const id = 'GRANDMASTER_SETTINGS_NP';
      const dataField = encodeManagementData(id, settings);
      const [answer] = answers(managed, { action: 'SET', id, dataField });
      expect(dataOf(answer, id)).toEqual(settings);
      expect(managed.clock.state().defaultDS.clockQuality.clockClass).toBe(6);
      // What the source says later is not held back by it.
      const timePropertiesDS = { ...utc, ptpTimescale: true, currentUtcOffsetValid: true };
      managed.clock.passTime({ now: facts.now(), timePropertiesDS });
      expect(managed.clock.state()).toMatchObject({ timePropertiesDS });
    });
  });

  test('DISABLE_PORT and ENABLE_PORT', () => {
    const managed = clock({ allowSet: true });
    const target = { clockIdentity: own, portNumber: 2 };
    const stateOf = () => managed.clock.state().ports[1]?.portState;
    const [done] = answers(managed, { action: 'COMMAND', id: 'DISABLE_PORT', target });
    expect(done).toMatchObject({
      actionField: ManagementAction.ACKNOWLEDGE,
      tlvs: [{ tlvType: 'MANAGEMENT', dataField: new Uint8Array(0) }],
    });
    expect(stateOf()).toBe('DISABLED');
    managed.step({ kind: 'link', port: 1, up: false });
    managed.step({ kind: 'link', port: 1, up: true });
    expect(stateOf()).toBe('DISABLED');
    answers(managed, { action: 'COMMAND', id: 'ENABLE_PORT', target });
    expect(stateOf()).toBe('LISTENING');
    answers(managed, { action: 'COMMAND', id: 'DISABLE_PORT', target });
    managed.step({ kind: 'link', port: 1, up: false });
    answers(managed, { action: 'COMMAND', id: 'ENABLE_PORT', target });
    expect(stateOf()).toBe('FAULTY');
  });

  test('nobody asks permission at the control socket', () => {
    const managed = clock();
    const { results } = managed.manage({
      ...{ action: 'SET', id: 'PRIORITY2', portNumber: 'all' },
      data: { priority2: 3 },
    });
    expect(results).toMatchObject([{ kind: 'data', data: { priority2: 3 } }]);
    expect(managed.clock.state().defaultDS.priority2).toBe(3);
  });
});

describe('15.3.3: through the clock', () => {
  const forwarded = (managed: ManagedBoundaryClock, octets: Uint8Array, port = 0) =>
    managementSent(managed.step(message(octets, port))).filter(
      ({ message: { header } }) => header.sourcePortIdentity.clockIdentity !== own,
    );

  test('by every other port of the tree, one hop less, all else as it came', () => {
    const octets = requestOctets({ id: 'PRIORITY1', hops: [4, 3] });
    const expected = octets.slice();
    expected[45] = 2;
    expect(forwarded(clock(), octets).map(({ port, octets: sent }) => [port, sent])).toEqual([
      [1, expected],
      [2, expected],
    ]);
  });

  test('answers of others as well', () => {
    const octets = requestOctets({ action: 'RESPONSE', id: 'PRIORITY1' });
    expect(forwarded(clock(), octets, 2).map(({ port }) => port)).toEqual([0, 1]);
  });

  test('not without a hop left, not for this clock alone, not to or from a port outside the tree', () => {
    expect(forwarded(clock(), requestOctets({ id: 'PRIORITY1', hops: [1, 0] }))).toEqual([]);
    const target = { clockIdentity: own, portNumber: 0xffff };
    expect(forwarded(clock(), requestOctets({ id: 'PRIORITY1', target }))).toEqual([]);
    const half = clock({ up: [0, 1] });
    expect(forwarded(half, requestOctets({ id: 'PRIORITY1' })).map(({ port }) => port)).toEqual([
      1,
    ]);
    half.step({ kind: 'link', port: 2, up: true }); // LISTENING
    expect(forwarded(half, requestOctets({ id: 'PRIORITY1' }), 2)).toEqual([]);
  });

  test('its own come back are a loop', () => {
    const managed = clock();
    const [answer] = managementSent(
      managed.step(message(requestOctets({ id: 'PRIORITY1' }))),
    ).filter(({ message: { header } }) => header.sourcePortIdentity.clockIdentity === own);
    expect(managed.step(message(answer?.octets ?? new Uint8Array(0), 1))).toEqual([
      { kind: 'discarded', port: 1, reason: 'ownMessage' },
    ]);
  });
});

test('what an organization tells its own devices, as ST 2059-2 does, goes on and is no error', () => {
  // Management, target all ones, one ORGANIZATION_EXTENSION TLV of SMPTE's (68-97-E8) in place of MANAGEMENT.
  const octets = Buffer.from(
    '0d02003c 00 00 0400 0000000000000000 00000000 020000fffe0000770001 0001 04 7f'.replaceAll(
      ' ',
      '',
    ) + 'ffffffffffffffffffff 01 01 00 00 0003 0008 6897e8 000001 0000'.replaceAll(' ', ''),
    'hex',
  );
  const managed = clock();
  const outputs = managed.step(message(octets));
  expect(outputs.filter(({ kind }) => kind === 'discarded')).toEqual([
    { kind: 'discarded', port: 0, reason: 'organizationManagement' },
  ]);
});

test('what is asked beyond requestsPerSecond is neither answered nor handed on, and counted', () => {
  const managed = clock({ requestsPerSecond: 2 });
  const octets = requestOctets({ id: 'PRIORITY1' });
  const [first, second, third] = [1, 2, 3].map(() => managed.step(message(octets)));
  expect(first).toEqual(second);
  expect(managementSent(first ?? []).length).toBeGreaterThan(1);
  expect(third).toEqual([{ kind: 'discarded', port: 0, reason: 'tooMuchManagement' }]);
  // The operator's own requests are not counted.
  expect(
    managed.manage({ action: 'GET', id: 'PRIORITY1', portNumber: 'all' }).results,
  ).toHaveLength(1);
});
