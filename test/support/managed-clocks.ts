/** Clocks under management, and requests to them as octets. */
import { ManagedBoundaryClock } from '../../src/core/management/managed-boundary-clock.js';
import {
  ManagedTransparentClock,
  type ManagedTransparentClockSettings,
} from '../../src/core/management/managed-transparent-clock.js';
import type { ClockFacts } from '../../src/core/management/clock-facts.js';
import { defaultProfile } from '../../src/core/profile/default.js';
import { defaultServoSettings } from '../../src/core/servo/servo.js';
import { allPorts, clockIdentity, type PortIdentity } from '../../src/core/time/identity.js';
import { instantFromNs } from '../../src/core/time/instant.js';
import { zeroTimeInterval } from '../../src/core/time/time-interval.js';
import { messageTypeCodes } from '../../src/core/wire/header.js';
import {
  codeOfManagementId,
  type ManagementId,
} from '../../src/core/wire/management-data/management-ids.js';
import type { MessageCounts } from '../../src/core/wire/management-data/port-data.js';
import { ManagementAction } from '../../src/core/wire/messages/management.js';
import { encode } from '../../src/core/wire/message.js';

export const ownIdentity = clockIdentity(0x020000fffe000009n);
export const asker: PortIdentity = {
  clockIdentity: clockIdentity(0x020000fffe000002n),
  portNumber: 77,
};

const counts = Object.fromEntries(
  Object.entries(messageTypeCodes).map(([name, code]) => [name, 100 + code]),
) as MessageCounts;

/** The link of port 3 is down. */
export const facts: ClockFacts = {
  version: '1.2.3',
  now: () => instantFromNs(1_700_000_000_000_000_000n),
  portFacts: (portNumber) => ({
    interface: `eth${portNumber}`,
    linkUp: portNumber !== 3,
    timestamping: 'software',
    physicalAddress: Uint8Array.of(2, 0, 0, 0, 0, portNumber),
    networkProtocol: 'l2',
    protocolAddress: Uint8Array.of(2, 0, 0, 0, 0, portNumber),
    received: counts,
    transmitted: counts,
  }),
};

export interface ManagedClockOptions {
  readonly allowSet?: boolean;
  readonly requestsPerSecond?: number;
  /** Ports with a link, by index; all three unless set. They are in the MASTER state. */
  readonly up?: readonly number[];
}

export function boundaryClock({
  allowSet = false,
  requestsPerSecond,
  up = [0, 1, 2],
}: ManagedClockOptions = {}) {
  const managed = new ManagedBoundaryClock(
    {
      profile: defaultProfile,
      defaultDS: {
        clockIdentity: ownIdentity,
        numberPorts: 3,
        clockQuality: { clockClass: 248, clockAccuracy: 0xfe, offsetScaledLogVariance: 0xffff },
        priority1: 100,
        priority2: 101,
        domainNumber: 0,
        sdoId: 0,
        slaveOnly: false,
      },
      ports: [0, 1, 2].map((port) => ({
        port,
        transport: 'l2',
        delayMechanism: 'e2e',
        delayAsymmetry: zeroTimeInterval,
        logAnnounceInterval: 1,
        announceReceiptTimeout: 3,
        logSyncInterval: 0,
        logMinDelayReqInterval: 0,
        logMinPdelayReqInterval: 0,
        masterOnly: false,
      })),
      pathTrace: false,
      servo: defaultServoSettings,
      random: () => 0.5,
    },
    { allowSet, facts, ...(requestsPerSecond !== undefined && { requestsPerSecond }) },
  );
  for (const port of up) {
    managed.step({ kind: 'link', port, up: true });
    managed.step({ kind: 'timer', timer: `${port}/announceReceipt` });
  }
  return managed;
}

/** Peer to peer, of every domain but 5. */
export function transparentClock({
  allowSet = false,
  ...more
}: Partial<Pick<ManagedTransparentClockSettings, 'allowSet' | 'userDescription'>> = {}) {
  return new ManagedTransparentClock({
    profile: defaultProfile,
    clockIdentity: ownIdentity,
    numberPorts: 3,
    delayMechanism: 'p2p',
    logMinPdelayReqInterval: -2,
    primaryDomain: 0,
    serves: (_sdoId, domainNumber) => domainNumber !== 5,
    allowSet,
    facts,
    ...more,
  });
}

export interface Request {
  readonly action?: keyof typeof ManagementAction;
  readonly id: ManagementId | number;
  readonly dataField?: Uint8Array;
  readonly target?: PortIdentity;
  readonly hops?: readonly [starting: number, left: number];
  readonly domainNumber?: number;
  readonly from?: PortIdentity;
}

/** A GET for all clocks, sent from another clock, unless the request says otherwise. */
export function requestOctets(request: Request): Uint8Array {
  const { action = 'GET', id, dataField, target, hops = [1, 1] } = request;
  return encode({
    messageType: 'Management',
    header: {
      sdoId: 0,
      minorVersionPTP: 0,
      domainNumber: request.domainNumber ?? 0,
      flagField: 0,
      correctionField: zeroTimeInterval,
      messageTypeSpecific: 0,
      sourcePortIdentity: request.from ?? asker,
      sequenceId: 4711,
      controlField: 4,
      logMessageInterval: 0x7f,
    },
    targetPortIdentity: target ?? allPorts,
    startingBoundaryHops: hops[0],
    boundaryHops: hops[1],
    actionField: ManagementAction[action],
    tlvs: [
      {
        tlvType: 'MANAGEMENT',
        managementId: typeof id === 'number' ? id : codeOfManagementId(id),
        dataField: dataField ?? new Uint8Array(0),
      },
    ],
  });
}
