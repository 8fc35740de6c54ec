/** PTP frames of a sender behind the bench's peers. */
import type { PeerAddress } from '../../../src/core/io.js';
import { defaultProfile } from '../../../src/core/profile/default.js';
import { clockIdentityFromMac } from '../../../src/core/time/identity.js';
import { timeInterval } from '../../../src/core/time/time-interval.js';
import { Flag, type Header } from '../../../src/core/wire/header.js';
import { encode } from '../../../src/core/wire/message.js';
import { encapsulate, type LocalAddress } from '../../../src/daemon/runtime/encapsulation.js';

const mac = '02:00:5e:00:00:99';
const group: PeerAddress = { kind: 'multicast' };

export const senders: readonly LocalAddress[] = [
  { transport: 'l2', mac },
  { transport: 'udp4', mac, ip: '192.0.2.99' },
  { transport: 'udp6', mac, ip: 'fe80::99' },
];

function headerOf(sequenceId: number, domainNumber: number, correctionNs: number): Header {
  return {
    sdoId: 0,
    minorVersionPTP: 1,
    domainNumber,
    flagField: Flag.twoStep,
    correctionField: timeInterval(BigInt(correctionNs) << 16n),
    messageTypeSpecific: 0,
    sourcePortIdentity: { clockIdentity: clockIdentityFromMac(mac), portNumber: 1 },
    sequenceId,
    controlField: 0,
    logMessageInterval: 0,
  };
}

interface Fields {
  readonly sequenceId: number;
  readonly sender?: LocalAddress;
  readonly domainNumber?: number;
  readonly correctionNs?: number;
}

const ethernet: LocalAddress = { transport: 'l2', mac };

export function syncFrame(fields: Fields): Uint8Array {
  const { sequenceId, sender = ethernet, domainNumber = 0, correctionNs = 0 } = fields;
  const message = encode({
    messageType: 'Sync',
    header: headerOf(sequenceId, domainNumber, correctionNs),
    originTimestamp: { secondsField: 0, nanosecondsField: 0 },
    tlvs: [],
  });
  return encapsulate(message, group, sender, defaultProfile.encapsulation);
}

export function followUpFrame(fields: Fields): Uint8Array {
  const { sequenceId, sender = ethernet, domainNumber = 0, correctionNs = 0 } = fields;
  const message = encode({
    messageType: 'Follow_Up',
    header: headerOf(sequenceId, domainNumber, correctionNs),
    preciseOriginTimestamp: { secondsField: 1_800_000_000, nanosecondsField: 5 },
    tlvs: [],
  });
  return encapsulate(message, group, sender, defaultProfile.encapsulation);
}

/** The frame with an 802.1Q tag. */
export function tagged(frame: Uint8Array, vlanId: number): Uint8Array {
  const tag = Uint8Array.of(0x81, 0x00, vlanId >> 8, vlanId & 0xff);
  return Buffer.concat([frame.subarray(0, 12), tag, frame.subarray(12)]);
}
