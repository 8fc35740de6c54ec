/** What a clock has to know of the machine that it runs on to describe itself in answers to management requests. */
import type { Transport } from '../io.js';
import type { Profile } from '../profile/profile.js';
import { formatClockIdentity, type ClockIdentity } from '../time/identity.js';
import type { Instant } from '../time/instant.js';
import type { ManagementData } from '../wire/management-data/management-ids.js';
import type { MessageCounts } from '../wire/management-data/port-data.js';

export interface PortFacts {
  readonly interface: string;
  readonly linkUp: boolean;
  readonly timestamping: 'software' | 'hardware';
  /** Six octets; none while the interface does not exist. */
  readonly physicalAddress: Uint8Array;
  readonly networkProtocol: Transport;
  /** The address in that protocol: six, four or sixteen octets. */
  readonly protocolAddress: Uint8Array;
  /** All messages that pass the port are counted, also those of other clocks. */
  readonly received: MessageCounts;
  readonly transmitted: MessageCounts;
}

export interface ClockFacts {
  /** The version of the software. */
  readonly version: string;
  /** The present time, in the timebase of the time stamps. */
  readonly now: () => Instant;
  /** The port as it is now. @param portNumber from 1 */
  readonly portFacts: (portNumber: number) => PortFacts;
}

/** 8.2.1 of 1588-2019 and 2008: versionPTP; the minor version has no place in the message. */
export const versionNumber = 2;

/** Zeros: this software has no OUI. */
const noManufacturer = new Uint8Array(3);

export function clockDescription(
  { profileIdentity }: Profile,
  { version, portFacts }: ClockFacts,
  portNumber: number,
  own: {
    readonly clockType: number;
    readonly clockIdentity: ClockIdentity;
    readonly delayMechanism: 'e2e' | 'p2p';
    readonly userDescription: string;
  },
): ManagementData<'CLOCK_DESCRIPTION'> {
  const { physicalAddress, networkProtocol, protocolAddress } = portFacts(portNumber);
  return {
    clockType: own.clockType,
    physicalLayerProtocol: 'IEEE 802.3',
    physicalAddress,
    networkProtocol,
    protocolAddress,
    manufacturerIdentity: noManufacturer,
    // manufacturer; model; instance
    productDescription: `ptp-switch;ptp-switch;${formatClockIdentity(own.clockIdentity)}`,
    revisionData: `;;${version}`, // hardware; firmware; software
    userDescription: own.userDescription,
    profileIdentity: Uint8Array.from(profileIdentity[own.delayMechanism]),
  };
}

/** 15.5.3.1.3: a longer user description is refused. */
export const maxUserDescription = 128;
