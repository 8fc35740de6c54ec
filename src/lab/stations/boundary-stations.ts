/** The clocks around a boundary clock, each alone at its station: what a grandmaster sends, what a receiver listens to. */
import type { ClockIdentity } from '../../core/time/identity.js';
import { clockIdentityFromMac } from '../../core/time/identity.js';
import type { Attachment, CoreInstance } from '../../daemon/runtime/attachment.js';
import { boundaryReceivers, grandmasters } from '../topologies/boundary-topology.js';
import {
  announced,
  attachment,
  clockDomain,
  logSyncInterval,
  portSettings,
  receiverIntervals,
  transportOf,
} from './clocks.js';
import { OnGrandmasterTime } from './grandmaster-time.js';
import { TimeReceiver, type OffsetSample } from './time-receiver.js';
import { TimeSource } from './time-source.js';
import type { Grandmaster, Receiver, Station } from '../topologies/topology.js';

/**
 * Two Announce a second: with an announceReceiptTimeout of three, the loss of a grandmaster is noticed after a second
 * and a half (9.2.6.12).
 */
export const grandmasterLogAnnounceInterval = -1;
export const switchAnnounceReceiptTimeout = 3;

/**
 * 7.6.2.5, table 4: synchronised to a primary reference; 7.6.2.6, table 5: within 100 ns. Their time counts as true in
 * this lab.
 */
const primaryReference = { clockClass: 6, clockAccuracy: 0x21, offsetScaledLogVariance: 0x4e5d };

/**
 * @param name of a station in boundary-topology.ts
 * @param random uniform from 0 up to but not including 1
 * @throws Error if there is no such station
 */
export function boundaryStationAttachments(
  name: string,
  random: () => number,
  onSample: (sample: OffsetSample) => void,
): Attachment[] {
  const grandmaster = grandmasters.find((candidate) => candidate.name === name);
  if (grandmaster !== undefined) return [at(grandmaster, grandmasterClock(grandmaster))];
  const receiver = boundaryReceivers.find((candidate) => candidate.name === name);
  if (receiver !== undefined) return [at(receiver, receiverClock(receiver, random, onSample))];
  throw new Error(`lab-clock: ${name}: there is no such station in this lab`);
}

export function identityOf({ mac }: Station): ClockIdentity {
  return clockIdentityFromMac(mac);
}

function at(station: Grandmaster | Receiver, clock: CoreInstance): Attachment {
  return attachment(new OnGrandmasterTime(clock), transportOf(station));
}

function grandmasterClock(grandmaster: Grandmaster): TimeSource {
  return new TimeSource({
    ...portSettings(grandmaster.mac, clockDomain),
    grandmaster: {
      ...announced,
      grandmasterIdentity: identityOf(grandmaster),
      grandmasterPriority1: grandmaster.priority1,
      grandmasterClockQuality: primaryReference,
    },
    announceFlags: 0, // a timescale of their own, which is ARB
    logAnnounceInterval: grandmasterLogAnnounceInterval,
    logSyncInterval,
    logMinDelayReqInterval: logSyncInterval,
    unicastReceivers: [],
  });
}

function receiverClock(
  receiver: Receiver,
  random: () => number,
  onSample: (sample: OffsetSample) => void,
): TimeReceiver {
  const { transmission } = receiver;
  const settings = portSettings(receiver.mac, clockDomain);
  return new TimeReceiver({ ...settings, transmission, ...receiverIntervals, random }, onSample);
}
