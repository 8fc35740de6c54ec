/** Settings of a time source and a time receiver that tests start from. */
import type { PeerAddress } from '../../src/core/io.js';
import { clockIdentityFromMac } from '../../src/core/time/identity.js';
import { defaultMasterIntervals, type MasterSettings } from '../../src/core/port/master.js';
import { defaultSlaveIntervals, type SlaveSettings } from '../../src/core/port/slave.js';

export const sourceAddress: Extract<PeerAddress, { kind: 'unicast' }> = {
  kind: 'unicast',
  mac: '02:00:00:00:00:01',
  ip: '192.0.2.1',
};
export const receiverAddress: Extract<PeerAddress, { kind: 'unicast' }> = {
  kind: 'unicast',
  mac: '02:00:00:00:00:02',
  ip: '192.0.2.2',
};

const sourceIdentity = clockIdentityFromMac(sourceAddress.mac);

export const sourceSettings: MasterSettings & { role: 'timeSource' } = {
  role: 'timeSource',
  port: 0,
  portIdentity: { clockIdentity: sourceIdentity, portNumber: 1 },
  domainNumber: 0,
  sdoId: 0,
  grandmaster: {
    currentUtcOffset: 37,
    grandmasterPriority1: 128,
    grandmasterClockQuality: {
      clockClass: 248,
      clockAccuracy: 0xfe,
      offsetScaledLogVariance: 0xffff,
    },
    grandmasterPriority2: 128,
    grandmasterIdentity: sourceIdentity,
    timeSource: 0xa0,
  },
  announceFlags: 0,
  ...defaultMasterIntervals,
  unicastReceivers: [],
};

export const receiverSettings: SlaveSettings & { role: 'timeReceiver' } = {
  role: 'timeReceiver',
  port: 0,
  portIdentity: {
    clockIdentity: clockIdentityFromMac(receiverAddress.mac),
    portNumber: 1,
  },
  domainNumber: 0,
  sdoId: 0,
  transmission: 'multicast',
  ...defaultSlaveIntervals,
  random: () => 0.5,
};
