/** What a transparent clock answers to management requests, and to what it does not answer. */
import { describe, expect, test } from 'vitest';
import type { ManagedTransparentClock } from '../../../../src/core/management/managed-transparent-clock.js';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import {
  decodeManagementData,
  encodeManagementData,
  type ManagementData,
  type ManagementId,
} from '../../../../src/core/wire/management-data/management-ids.js';
import { decode, type MessageOf } from '../../../../src/core/wire/message.js';
import { managementErrorCodes } from '../../../../src/core/wire/tlv/management.js';
import {
  asker,
  ownIdentity,
  requestOctets,
  transparentClock,
  type Request,
} from '../../../support/managed-clocks.js';

const source = { kind: 'unicast', mac: '02:00:00:00:00:02' } as const;

function outputs(clock: ManagedTransparentClock, request: Request, port = 0) {
  const message = requestOctets(request);
  return clock.step({ kind: 'message', port, message, source, toUnicast: false });
}

function answers(clock: ManagedTransparentClock, request: Request): MessageOf<'Management'>[] {
  return outputs(clock, request).map((output) => {
    const result = output.kind === 'sendGeneral' ? decode(output.message) : undefined;
    if (!result?.ok || result.message.messageType !== 'Management') throw new Error('no answer');
    return result.message;
  });
}

function dataOf<Id extends ManagementId>(clock: ManagedTransparentClock, id: Id, domainNumber = 0) {
  return answers(clock, { id, domainNumber }).map(({ tlvs: [tlv] }) => {
    if (tlv?.tlvType !== 'MANAGEMENT') throw new Error(`no ${id}`);
    return decodeManagementData(id, tlv.dataField) as ManagementData<Id>;
  });
}

describe('a transparent clock', () => {
  test('says who it is, in the domain that it is asked in', () => {
    expect(dataOf(transparentClock(), 'DEFAULT_DATA_SET', 24)).toEqual([
      {
        ...{ twoStepFlag: true, slaveOnly: false, numberPorts: 3, clockIdentity: ownIdentity },
        ...{ priority1: 255, priority2: 255, clockClass: 255, clockAccuracy: 0xfe },
        ...{ offsetScaledLogVariance: 0xffff, domainNumber: 24 },
      },
    ]);
    const [answer] = answers(transparentClock(), { id: 'DOMAIN', domainNumber: 24, hops: [3, 3] });
    expect(answer).toMatchObject({
      header: { domainNumber: 24, sequenceId: 4711 },
      targetPortIdentity: asker,
      startingBoundaryHops: 0,
      boundaryHops: 0,
    });
  });

  test('has ports with a link and without', () => {
    const ports = dataOf(transparentClock(), 'PORT_DATA_SET');
    expect(ports.map(({ portState }) => portState)).toEqual(['PASSIVE', 'PASSIVE', 'FAULTY']);
    expect(ports[0]).toMatchObject({ delayMechanism: 'p2p', logMinPdelayReqInterval: -2 });
    const faulty = dataOf(transparentClock(), 'TRANSPARENT_CLOCK_PORT_DATA_SET');
    expect(faulty.map(({ faultyFlag }) => faultyFlag)).toEqual([false, false, true]);
    expect(dataOf(transparentClock(), 'CLOCK_DESCRIPTION')[0]).toMatchObject({
      clockType: 0x2000,
      revisionData: ';;1.2.3',
    });
  });

  test('follows nobody, and says so', () => {
    for (const id of ['CURRENT_DATA_SET', 'PARENT_DATA_SET', 'TIME_STATUS_NP'] as const) {
      expect(answers(transparentClock(), { id })).toMatchObject([
        { tlvs: [{ managementErrorId: managementErrorCodes.NOT_SUPPORTED }] },
      ]);
    }
  });

  test('is described by whoever is allowed to', () => {
    const dataField = encodeManagementData('USER_DESCRIPTION', { userDescription: 'rack 7' });
    const set = { action: 'SET', id: 'USER_DESCRIPTION', dataField } as const;
    const firm = transparentClock();
    expect(answers(firm, set)).toMatchObject([
      { tlvs: [{ managementErrorId: managementErrorCodes.NOT_SETABLE }] },
    ]);
    expect(dataOf(firm, 'USER_DESCRIPTION')).toEqual([{ userDescription: '' }]);
    const open = transparentClock({ allowSet: true });
    answers(open, set);
    expect(dataOf(open, 'USER_DESCRIPTION')).toEqual([{ userDescription: 'rack 7' }]);
    expect(dataOf(open, 'CLOCK_DESCRIPTION')[0]).toMatchObject({ userDescription: 'rack 7' });
  });

  test('has one description, whichever transport it is asked by', () => {
    const userDescription = { text: '' };
    const [l2, udp4] = [1, 2].map(() => transparentClock({ allowSet: true, userDescription }));
    if (l2 === undefined || udp4 === undefined) throw new Error('no clocks');
    const dataField = encodeManagementData('USER_DESCRIPTION', { userDescription: 'rack 7' });
    answers(l2, { action: 'SET', id: 'USER_DESCRIPTION', dataField });
    expect(dataOf(udp4, 'USER_DESCRIPTION')).toEqual([{ userDescription: 'rack 7' }]);
  });

  test('is silent to what is for another clock, in a domain of another, its own or no request', () => {
    const clock = transparentClock();
    const target = { clockIdentity: clockIdentity(1n), portNumber: 1 };
    expect(outputs(clock, { id: 'DOMAIN', target })).toEqual([]);
    expect(outputs(clock, { id: 'DOMAIN', action: 'RESPONSE' })).toEqual([]);
    expect(outputs(clock, { id: 'DOMAIN', domainNumber: 5 })).toMatchObject([
      { kind: 'discarded', reason: 'otherDomain' },
    ]);
    const from = { clockIdentity: ownIdentity, portNumber: 2 };
    expect(outputs(clock, { id: 'DOMAIN', from })).toMatchObject([
      { kind: 'discarded', reason: 'ownMessage' },
    ]);
  });
});
