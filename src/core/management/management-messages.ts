/** Management messages: how one is read as a request, how it is answered, how it passes through a boundary clock (clause 15). */
import type { Output, PeerAddress } from '../io.js';
import { discarded, headerOf, type PortSettings, type ReceivedMessage } from '../port/port.js';
import { allPorts, type PortIdentity } from '../time/identity.js';
import { zeroTimeInterval } from '../time/time-interval.js';
import { copyOf } from '../wire/codec.js';
import { Flag, headerLength, noLogMessageInterval } from '../wire/header.js';
import {
  codeOfManagementId,
  decodeManagementData,
  encodeManagementData,
  managementIdOfCode,
  type ManagementId,
} from '../wire/management-data/management-ids.js';
import { ManagementAction } from '../wire/messages/management.js';
import { encode, type MessageOf } from '../wire/message.js';
import type { Tlv } from '../wire/tlv.js';
import {
  managementErrorCodes,
  type ManagementError,
  type ManagementTlv,
} from '../wire/tlv/management.js';
import {
  manage,
  type ManagedClock,
  type ManagementRequest,
  type ManagementResult,
} from './managed-clock.js';

type ManagementMessage = MessageOf<'Management'>;
export type ReceivedManagement = ReceivedMessage & { readonly message: ManagementMessage };

export interface ManagementPermissions {
  /** SET and COMMAND from the network are carried out; a management message does not prove who sent it. */
  readonly allowSet: boolean;
}

/** One frame holds the answer, or it is too big: Ethernet's 1500 octets less IPv6, UDP and all that is around the data. */
const maxDataFieldLength = 1380;

/** True of a message that answerManagement has to be asked for. */
export function isManagement(received: ReceivedMessage): received is ReceivedManagement {
  return received.message.messageType === 'Management';
}

/**
 * The answers to a request for `clock`, one message a port it concerns; none to what is no request or is for another.
 * `port`: by which it came in; the answers go the same way, to a group if it came to a group (15.4.1).
 */
export function answerManagement(
  clock: ManagedClock,
  port: PortSettings,
  received: ReceivedManagement,
  permissions: ManagementPermissions,
): readonly Output[] {
  const { message } = received;
  if (!isFor(clock, message.targetPortIdentity)) return [];
  const action = requestedAction(message.actionField);
  if (action === undefined) return [];
  const [tlv, ...others] = message.tlvs;
  // What an organization tells its own devices in a message without MANAGEMENT, as ST 2059-2 does, is for those.
  if (tlv?.tlvType === 'ORGANIZATION_EXTENSION') return [discarded(port, 'organizationManagement')];
  if (tlv?.tlvType !== 'MANAGEMENT' || others.length > 0) {
    return [discarded(port, 'malformedManagement')];
  }
  const answer = (tlvOfAnswer: Tlv, portNumber = port.portIdentity.portNumber) =>
    answerTo(port, received, tlvOfAnswer, portNumber);
  const request = requestOf(message, tlv, action, permissions);
  if (typeof request === 'string') return [answer(errorTlv(tlv.managementId, request))];
  const { results, outputs } = manage(clock, request);
  return [
    ...results.map((result) => answer(resultTlv(request.id, result), result.portNumber)),
    ...outputs,
  ];
}

/** 15.3.1: the target is this clock, or all clocks. */
function isFor({ clockIdentity }: ManagedClock, target: PortIdentity): boolean {
  return target.clockIdentity === clockIdentity || target.clockIdentity === allPorts.clockIdentity;
}

function requestedAction(actionField: number): ManagementRequest['action'] | undefined {
  switch (actionField) {
    case ManagementAction.GET:
      return 'GET';
    case ManagementAction.SET:
      return 'SET';
    case ManagementAction.COMMAND:
      return 'COMMAND';
    default:
      return undefined;
  }
}

function requestOf(
  { targetPortIdentity }: ManagementMessage,
  { managementId, dataField }: ManagementTlv,
  action: ManagementRequest['action'],
  { allowSet }: ManagementPermissions,
): ManagementRequest | ManagementError {
  const id = managementIdOfCode(managementId);
  if (id === undefined) return 'NO_SUCH_ID';
  if (id === 'unserved') return 'NOT_SUPPORTED';
  if (action !== 'GET' && !allowSet) return action === 'SET' ? 'NOT_SETABLE' : 'NOT_SUPPORTED';
  const { portNumber } = targetPortIdentity;
  const target = {
    id,
    portNumber: portNumber === allPorts.portNumber ? 'all' : portNumber,
  } as const;
  if (action !== 'SET') return { ...target, action };
  const data = decodeManagementData(id, dataField);
  return typeof data === 'string' ? data : { ...target, action, data };
}

function resultTlv(id: ManagementId, result: ManagementResult): Tlv {
  const managementId = codeOfManagementId(id);
  switch (result.kind) {
    case 'error':
      return errorTlv(managementId, result.error);
    case 'done':
      return { tlvType: 'MANAGEMENT', managementId, dataField: new Uint8Array(0) };
    case 'data': {
      const dataField = encodeManagementData(id, result.data);
      if (dataField.length > maxDataFieldLength) return errorTlv(managementId, 'RESPONSE_TOO_BIG');
      return { tlvType: 'MANAGEMENT', managementId, dataField };
    }
  }
}

function errorTlv(managementId: number, error: ManagementError): Tlv {
  return {
    tlvType: 'MANAGEMENT_ERROR_STATUS',
    managementErrorId: managementErrorCodes[error],
    managementId,
    displayData: new Uint8Array(0),
  };
}

/** 15.4.1: an answer goes to the clock that asked, through as many boundary clocks as the request has come through. */
function answerTo(
  port: PortSettings,
  { message, source, toUnicast }: ReceivedManagement,
  tlv: Tlv,
  portNumber: number,
): Output {
  const { header, startingBoundaryHops, boundaryHops, actionField } = message;
  const hops = Math.max(0, startingBoundaryHops - boundaryHops);
  const { minorVersionPTP, sequenceId, domainNumber, sdoId } = header;
  const destination: PeerAddress = toUnicast ? source : { kind: 'multicast' };
  const command = actionField === ManagementAction.COMMAND;
  const answer = encode({
    messageType: 'Management',
    header: {
      ...headerOf(port, 'Management', {
        flagField: toUnicast ? Flag.unicast : 0,
        correctionField: zeroTimeInterval,
        sequenceId,
        logMessageInterval: noLogMessageInterval,
      }),
      ...{ minorVersionPTP, domainNumber, sdoId },
      sourcePortIdentity: { ...port.portIdentity, portNumber },
    },
    targetPortIdentity: header.sourcePortIdentity,
    startingBoundaryHops: hops,
    boundaryHops: hops,
    actionField: command ? ManagementAction.ACKNOWLEDGE : ManagementAction.RESPONSE,
    tlvs: [tlv],
  });
  return { kind: 'sendGeneral', port: port.port, message: answer, destination };
}

/** The place of boundaryHops in the body: after targetPortIdentity and startingBoundaryHops. */
const boundaryHopsOffset = headerLength + 11;

/**
 * 15.3.3: the message as it goes on from a boundary clock, one hop less to go, all else as it came. Undefined where it
 * has come far enough.
 */
export function oneHopFurther(
  { boundaryHops }: ManagementMessage,
  octets: Uint8Array,
): Uint8Array | undefined {
  if (boundaryHops === 0) return undefined;
  const forwarded = copyOf(octets);
  forwarded[boundaryHopsOffset] = boundaryHops - 1;
  return forwarded;
}
