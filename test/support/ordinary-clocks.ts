/** Settings of a time source and a time receiver that tests start from. */
import type { Input, Output, PeerAddress } from '../../src/core/io.js';
import { defaultProfile } from '../../src/core/profile/default.js';
import { clockIdentityFromMac } from '../../src/core/time/identity.js';
import {
  TimeReceiver,
  type OffsetSample,
  type TimeReceiverSettings,
} from '../../src/lab/stations/time-receiver.js';
import type { TimeSourceSettings } from '../../src/lab/stations/time-source.js';

const { portDS } = defaultProfile;

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

export const sourceSettings: TimeSourceSettings = {
  port: 0,
  portIdentity: { clockIdentity: sourceIdentity, portNumber: 1 },
  domainNumber: 0,
  sdoId: 0,
  profile: defaultProfile,
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
  logAnnounceInterval: portDS.logAnnounceInterval.default,
  logSyncInterval: portDS.logSyncInterval.default,
  logMinDelayReqInterval: portDS.logMinDelayReqInterval.default,
  unicastReceivers: [],
};

export const receiverSettings: TimeReceiverSettings = {
  port: 0,
  portIdentity: {
    clockIdentity: clockIdentityFromMac(receiverAddress.mac),
    portNumber: 1,
  },
  domainNumber: 0,
  sdoId: 0,
  profile: defaultProfile,
  transmission: 'multicast',
  logAnnounceInterval: portDS.logAnnounceInterval.default,
  announceReceiptTimeout: portDS.announceReceiptTimeout.default,
  logMinDelayReqInterval: portDS.logMinDelayReqInterval.default,
  random: () => 0.5,
};

/** A sample among the outputs of the step that has led to it. */
export type ToldSample = { readonly kind: 'offsetSample' } & OffsetSample;

/** A time receiver that tells its samples in the order of its outputs. */
export class TellingReceiver {
  readonly #samples: OffsetSample[] = [];
  readonly #receiver: TimeReceiver;

  constructor(settings: TimeReceiverSettings) {
    this.#receiver = new TimeReceiver(settings, (sample) => this.#samples.push(sample));
  }

  get master(): TimeReceiver['master'] {
    return this.#receiver.master;
  }

  get stage(): TimeReceiver['stage'] {
    return this.#receiver.stage;
  }

  step(input: Input): readonly (Output | ToldSample)[] {
    const outputs = this.#receiver.step(input);
    const samples = this.#samples.splice(0);
    return [...outputs, ...samples.map((sample) => ({ kind: 'offsetSample' as const, ...sample }))];
  }
}
