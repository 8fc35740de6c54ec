/** Announce messages that tests start from. */
import { clockIdentity, type PortIdentity } from '../../src/core/time/identity.js';
import { zeroTimeInterval } from '../../src/core/time/time-interval.js';
import { zeroTimestamp } from '../../src/core/time/timestamp.js';
import type { AnnounceBody } from '../../src/core/wire/messages/announce.js';
import type { Header } from '../../src/core/wire/header.js';
import type { MessageOf } from '../../src/core/wire/message.js';
import type { Tlv } from '../../src/core/wire/tlv.js';

export function portIdentityOf(clock: bigint, portNumber = 1): PortIdentity {
  return { clockIdentity: clockIdentity(clock), portNumber };
}

/** With everything at its default. */
export function headerFrom(source: PortIdentity, fields: Partial<Header> = {}): Header {
  return {
    sdoId: 0,
    minorVersionPTP: 1,
    domainNumber: 0,
    flagField: 0,
    correctionField: zeroTimeInterval,
    messageTypeSpecific: 0,
    sourcePortIdentity: source,
    sequenceId: 0,
    controlField: 0,
    logMessageInterval: 0,
    ...fields,
  };
}

/** Of a grandmaster with everything at its default. */
export function announceFrom(
  source: PortIdentity,
  body: Partial<AnnounceBody> = {},
  header: Partial<Header> = {},
  tlvs: readonly Tlv[] = [],
): MessageOf<'Announce'> {
  return {
    messageType: 'Announce',
    header: headerFrom(source, header),
    originTimestamp: zeroTimestamp,
    currentUtcOffset: 37,
    grandmasterPriority1: 128,
    grandmasterClockQuality: {
      clockClass: 248,
      clockAccuracy: 0xfe,
      offsetScaledLogVariance: 0xffff,
    },
    grandmasterPriority2: 128,
    grandmasterIdentity: source.clockIdentity,
    stepsRemoved: 0,
    timeSource: 0xa0,
    ...body,
    tlvs,
  };
}
