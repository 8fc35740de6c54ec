/** Data fields of the ids that concern one port: clause 15.5.3, its tables by id, and linuxptp's own. */
import { messageTypeCodes, type MessageType } from '../header.js';
import {
  addressKind,
  enumeration,
  littleEndianCount,
  octets,
  portIdentityKind,
  signed,
  textKind,
  timeIntervalKind,
  truth,
  unsigned,
  type Kind,
} from './kinds.js';
import { flags, member, reserved, sequence } from './layout.js';

/** Table 20 (8.2.15.3.1). */
const portState = enumeration({
  INITIALIZING: 1,
  FAULTY: 2,
  DISABLED: 3,
  LISTENING: 4,
  PRE_MASTER: 5,
  MASTER: 6,
  PASSIVE: 7,
  UNCALIBRATED: 8,
  SLAVE: 9,
});

/** Table 21 (8.2.15.4.4). */
const delayMechanismCodes = { e2e: 1, p2p: 2 } as const;
const delayMechanismKind = enumeration(delayMechanismCodes);

/** Table 3 (7.4.1). */
const networkProtocol = enumeration({ udp4: 1, udp6: 2, l2: 3 }, 2);

/** 15.5.3.1.2, table 60: bits of clockType. */
export const ClockType = {
  ordinary: 0x8000,
  boundary: 0x4000,
  peerToPeerTransparent: 0x2000,
  endToEndTransparent: 0x1000,
} as const;

export const nullManagement = reserved(0);

export const clockDescription = sequence(
  member('clockType', unsigned(2)),
  member('physicalLayerProtocol', textKind),
  member('physicalAddress', addressKind),
  member('networkProtocol', networkProtocol),
  member('protocolAddress', addressKind),
  member('manufacturerIdentity', octets(3)),
  reserved(1),
  member('productDescription', textKind),
  member('revisionData', textKind),
  member('userDescription', textKind),
  member('profileIdentity', octets(6)),
);

export const portDataSet = sequence(
  member('portIdentity', portIdentityKind),
  member('portState', portState),
  member('logMinDelayReqInterval', signed(1)),
  member('peerMeanPathDelay', timeIntervalKind),
  member('logAnnounceInterval', signed(1)),
  member('announceReceiptTimeout', unsigned(1)),
  member('logSyncInterval', signed(1)),
  member('delayMechanism', delayMechanismKind),
  member('logMinPdelayReqInterval', signed(1)),
  member('versionNumber', unsigned(1)),
);

export const logAnnounceInterval = sequence(member('logAnnounceInterval', signed(1)), reserved(1));
export const announceReceiptTimeout = sequence(
  member('announceReceiptTimeout', unsigned(1)),
  reserved(1),
);
export const logSyncInterval = sequence(member('logSyncInterval', signed(1)), reserved(1));
export const versionNumber = sequence(member('versionNumber', unsigned(1)), reserved(1));
export const masterOnly = sequence(member('masterOnly', truth), reserved(1));
export const delayMechanism = sequence(member('delayMechanism', delayMechanismKind), reserved(1));
export const logMinPdelayReqInterval = sequence(
  member('logMinPdelayReqInterval', signed(1)),
  reserved(1),
);

/** 1588-2008, table 65. */
export const transparentClockPortDataSet = sequence(
  member('portIdentity', portIdentityKind),
  flags({ faultyFlag: 0 }),
  member('logMinPdelayReqInterval', signed(1)),
  member('peerMeanPathDelay', timeIntervalKind),
);

/** linuxptp's own, from here on. */
export const portDataSetNp = sequence(
  /** Nanoseconds. */
  member('neighborPropDelayThresh', unsigned(4)),
  member('asCapable', unsigned(4)),
);

export const portProperties = sequence(
  member('portIdentity', portIdentityKind),
  member('portState', portState),
  member('timestamping', enumeration({ software: 0, hardware: 1 })),
  member('interface', textKind),
);

/** By messageType; sixteen counters, those of reserved types 0. */
export type MessageCounts = Readonly<Record<MessageType, number>>;

const messageTypes = Object.entries(messageTypeCodes) as [MessageType, number][];
const messageTypesByCode = Array.from(
  { length: 16 },
  (_, code) => messageTypes.find(([, ofName]) => ofName === code)?.[0],
);

const messageCounts: Kind<MessageCounts> = {
  read(reader) {
    const counters = Array.from({ length: 16 }, () => littleEndianCount.read(reader) ?? 0);
    return Object.fromEntries(
      messageTypes.map(([name, code]) => [name, counters[code] ?? 0]),
    ) as MessageCounts;
  },
  write(writer, value) {
    for (const name of messageTypesByCode) {
      littleEndianCount.write(writer, name === undefined ? 0 : value[name]);
    }
  },
  toJson: (value) => value,
  fromJson: () => undefined,
};

export const portStats = sequence(
  member('portIdentity', portIdentityKind),
  member('received', messageCounts),
  member('transmitted', messageCounts),
);

export const portServiceStats = sequence(
  member('portIdentity', portIdentityKind),
  member('announceTimeout', littleEndianCount),
  member('syncTimeout', littleEndianCount),
  member('delayTimeout', littleEndianCount),
  member('unicastServiceTimeout', littleEndianCount),
  member('unicastRequestTimeout', littleEndianCount),
  member('masterAnnounceTimeout', littleEndianCount),
  member('masterSyncTimeout', littleEndianCount),
  member('qualificationTimeout', littleEndianCount),
  member('syncMismatch', littleEndianCount),
  member('followUpMismatch', littleEndianCount),
);
