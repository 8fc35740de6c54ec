/** Generators of everything src/core/time and src/core/wire can express. */
import fc from 'fast-check';
import { clockIdentity, type PortIdentity } from '../../src/core/time/identity.js';
import type { Instant } from '../../src/core/time/instant.js';
import { timeInterval } from '../../src/core/time/time-interval.js';
import type { Timestamp } from '../../src/core/time/timestamp.js';
import type { ClockQuality } from '../../src/core/wire/messages/announce.js';
import { messageTypeCodes, type Header, type MessageType } from '../../src/core/wire/header.js';
import type { Message } from '../../src/core/wire/message.js';
import type { Tlv } from '../../src/core/wire/tlv.js';
import { followUpInformationTlv } from '../../src/core/wire/tlv/organization-extension.js';

const unsigned = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });
const signed = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
const evenOctets = (maxPairs: number) =>
  fc
    .integer({ min: 0, max: maxPairs })
    .chain((pairs) => fc.uint8Array({ minLength: 2 * pairs, maxLength: 2 * pairs }));

/** Favours the ends of the range, where saturation shows. */
export const timeIntervals = fc
  .oneof(
    fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
    fc.constantFrom((1n << 63n) - 1n, (1n << 63n) - 2n, -(1n << 63n), 0n),
  )
  .map(timeInterval);

export const clockIdentities = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map(clockIdentity);

export const portIdentities: fc.Arbitrary<PortIdentity> = fc.record({
  clockIdentity: clockIdentities,
  portNumber: unsigned(16),
});

export const timestamps: fc.Arbitrary<Timestamp> = fc.record({
  secondsField: unsigned(48),
  nanosecondsField: fc.integer({ min: 0, max: 999_999_999 }),
});

/** Every instant a Timestamp and a fraction can tell. */
export const instants = fc
  .bigInt({ min: 0n, max: (1n << 48n) * 1_000_000_000n * 65536n - 1n })
  .map((units) => units as Instant);

const messageTypes = fc.constantFrom(...(Object.keys(messageTypeCodes) as MessageType[]));

export const headers: fc.Arbitrary<Header> = fc.record({
  sdoId: unsigned(12),
  minorVersionPTP: unsigned(4),
  domainNumber: unsigned(8),
  flagField: unsigned(16),
  correctionField: timeIntervals,
  messageTypeSpecific: unsigned(32),
  sourcePortIdentity: portIdentities,
  sequenceId: unsigned(16),
  controlField: unsigned(8),
  logMessageInterval: signed(8),
});

const knownTlvCodes = [1, 2, 3, 4, 5, 6, 7, 8, 0x8008, 0x8009];
const cancellation = {
  messageType: messageTypes,
  maintainRequest: fc.boolean(),
  maintainGrant: fc.boolean(),
};

export const tlvs: fc.Arbitrary<Tlv> = fc.oneof(
  fc.record({
    tlvType: fc.constant('MANAGEMENT' as const),
    managementId: unsigned(16),
    dataField: evenOctets(20),
  }),
  fc.record({
    tlvType: fc.constant('MANAGEMENT_ERROR_STATUS' as const),
    managementErrorId: unsigned(16),
    managementId: unsigned(16),
    displayData: evenOctets(20),
  }),
  fc.record({
    tlvType: fc.constant('ORGANIZATION_EXTENSION' as const),
    organizationId: unsigned(24),
    organizationSubType: unsigned(24),
    dataField: evenOctets(20),
  }),
  fc
    .record({
      cumulativeScaledRateOffset: signed(32),
      gmTimeBaseIndicator: unsigned(16),
      lastGmPhaseChange: fc.bigInt({ min: -(1n << 95n), max: (1n << 95n) - 1n }),
      scaledLastGmFreqChange: signed(32),
    })
    .map(followUpInformationTlv),
  fc.record({
    tlvType: fc.constant('REQUEST_UNICAST_TRANSMISSION' as const),
    messageType: messageTypes,
    logInterMessagePeriod: signed(8),
    durationField: unsigned(32),
  }),
  fc.record({
    tlvType: fc.constant('GRANT_UNICAST_TRANSMISSION' as const),
    messageType: messageTypes,
    logInterMessagePeriod: signed(8),
    durationField: unsigned(32),
    renewalInvited: fc.boolean(),
  }),
  fc.record({ tlvType: fc.constant('CANCEL_UNICAST_TRANSMISSION' as const), ...cancellation }),
  fc.record({
    tlvType: fc.constant('ACKNOWLEDGE_CANCEL_UNICAST_TRANSMISSION' as const),
    ...cancellation,
  }),
  fc.record({
    tlvType: fc.constant('PATH_TRACE' as const),
    pathSequence: fc.array(clockIdentities, { maxLength: 5 }),
  }),
  fc.record({ tlvType: fc.constant('PAD' as const), pad: evenOctets(20) }),
  fc.record({
    tlvType: fc.constant('AUTHENTICATION' as const),
    spp: unsigned(8),
    secParamIndicator: unsigned(8),
    keyID: unsigned(32),
    securityFields: evenOctets(20),
  }),
  fc.record({
    tlvType: fc.constant('unknown' as const),
    code: unsigned(16).filter((code) => !knownTlvCodes.includes(code)),
    valueField: evenOctets(20),
  }),
);

const clockQualities: fc.Arbitrary<ClockQuality> = fc.record({
  clockClass: unsigned(8),
  clockAccuracy: unsigned(8),
  offsetScaledLogVariance: unsigned(16),
});

const envelope = { header: headers, tlvs: fc.array(tlvs, { maxLength: 4 }) };

export const messages: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    ...envelope,
    messageType: fc.constantFrom('Sync' as const, 'Delay_Req' as const, 'Pdelay_Req' as const),
    originTimestamp: timestamps,
  }),
  fc.record({
    ...envelope,
    messageType: fc.constant('Pdelay_Resp' as const),
    requestReceiptTimestamp: timestamps,
    requestingPortIdentity: portIdentities,
  }),
  fc.record({
    ...envelope,
    messageType: fc.constant('Follow_Up' as const),
    preciseOriginTimestamp: timestamps,
  }),
  fc.record({
    ...envelope,
    messageType: fc.constant('Delay_Resp' as const),
    receiveTimestamp: timestamps,
    requestingPortIdentity: portIdentities,
  }),
  fc.record({
    ...envelope,
    messageType: fc.constant('Pdelay_Resp_Follow_Up' as const),
    responseOriginTimestamp: timestamps,
    requestingPortIdentity: portIdentities,
  }),
  fc.record({
    ...envelope,
    messageType: fc.constant('Announce' as const),
    originTimestamp: timestamps,
    currentUtcOffset: signed(16),
    grandmasterPriority1: unsigned(8),
    grandmasterClockQuality: clockQualities,
    grandmasterPriority2: unsigned(8),
    grandmasterIdentity: clockIdentities,
    stepsRemoved: unsigned(16),
    timeSource: unsigned(8),
  }),
  fc.record({
    ...envelope,
    messageType: fc.constant('Signaling' as const),
    targetPortIdentity: portIdentities,
  }),
  fc.record({
    ...envelope,
    messageType: fc.constant('Management' as const),
    targetPortIdentity: portIdentities,
    startingBoundaryHops: unsigned(8),
    boundaryHops: unsigned(8),
    actionField: unsigned(4),
  }),
);
