/** The instances of each station around a transparent clock: what the time source sends, what each receiver listens to. */
import { profiles } from '../../config/profiles.js';
import { PeerDelayLink } from '../../core/port/link.js';
import type { PortSettings } from '../../core/port/port.js';
import { clockIdentityFromMac } from '../../core/time/identity.js';
import type { Attachment, CoreInstance, PortTransport } from '../../daemon/runtime/attachment.js';
import { LoadedTimeSource } from './loaded-time-source.js';
import { TimeReceiver, type OffsetSample } from './time-receiver.js';
import { TimeSource, type TimeSourceSettings } from './time-source.js';
import type { TransparentLabType } from '../report/report.js';
import { receivers, timeSource, type Grandmaster, type Receiver } from '../topologies/topology.js';

const profile = profiles.default;
const { defaultDS } = profile;

/** The domain of the clocks; the load has a domain of its own, which they ignore. */
export const clockDomain = 0;
const loadDomain = 1;

/** 16/s, for Delay_Req as well, so that the table of results has numbers within a second. */
export const logSyncInterval = -4;
export const syncPerSecond = 2 ** -logSyncInterval;
/**
 * Four Announce a second, of which ten may be missed before the source counts as gone, because a busy machine may
 * stall.
 */
const logAnnounceInterval = -2;
const announceReceiptTimeout = 10;

export const receiverIntervals = {
  logAnnounceInterval,
  announceReceiptTimeout,
  logMinDelayReqInterval: logSyncInterval,
} as const;

/** Eight measurements of each link a second. */
const logMinPdelayReqInterval = -3;

/** A few hundred microseconds of work for a switch of four ports; a small share of the 62.5 ms between two Syncs. */
export const maxBurstMessages = 64;
/** The source has two clocks, one for each transport; a burst goes before every Sync of both. */
export const burstsPerSecond = 2 * syncPerSecond;

/**
 * The instances of the source share its interface and its MAC address, so their clockIdentities are made from other
 * addresses.
 */
const sourceIdentities = {
  load: '02:00:00:00:01:00',
  l2: '02:00:00:00:01:01',
  udp4: '02:00:00:00:01:02',
} as const;

/** 7.6.2.5, 7.6.2.6: a default clock of unknown accuracy; 7.6.2.8: on an internal oscillator. */
export const announced = {
  currentUtcOffset: 37,
  grandmasterPriority1: defaultDS.priority1.default,
  grandmasterClockQuality: {
    clockClass: defaultDS.clockClass.default,
    clockAccuracy: defaultDS.clockAccuracy.default,
    offsetScaledLogVariance: defaultDS.offsetScaledLogVariance.default,
  },
  grandmasterPriority2: defaultDS.priority2.default,
  timeSource: 0xa0,
} as const;

/** @param random uniform from 0 up to but not including 1 */
export function sourceAttachments(type: TransparentLabType, random: () => number): Attachment[] {
  const { l2, udp4 } = sourceIdentities;
  const unicastReceivers = receivers
    .filter(({ transmission }) => transmission === 'unicast')
    .map(({ mac, ip }) => ({ kind: 'unicast' as const, mac, ip }));
  const load = { ...portSettings(sourceIdentities.load, loadDomain), maxBurstMessages, random };
  const loaded = (clock: TimeSource): CoreInstance => new LoadedTimeSource(clock, load);
  const onL2: PortTransport = { transport: 'l2' };
  const onUdp4: PortTransport = { transport: 'udp4', ip: timeSource.ip };
  return [
    attachment(loaded(timeSourceClock(l2, [])), onL2),
    attachment(loaded(timeSourceClock(udp4, unicastReceivers)), onUdp4),
    ...(type === 'p2p-tc'
      ? [attachment(linkMeter(l2, onL2), onL2), attachment(linkMeter(udp4, onUdp4), onUdp4)]
      : []),
  ];
}

/** @param random uniform from 0 up to but not including 1 */
export function receiverAttachments(
  receiver: Receiver,
  type: TransparentLabType,
  random: () => number,
  onSample: (sample: OffsetSample) => void,
): Attachment[] {
  const transport = transportOf(receiver);
  const link = type === 'p2p-tc' ? linkMeter(receiver.mac, transport) : undefined;
  const clock = new TimeReceiver(
    {
      ...portSettings(receiver.mac, clockDomain),
      transmission: receiver.transmission,
      ...receiverIntervals,
      ...(link && { linkDelay: () => link.linkDelay() }),
      random,
    },
    onSample,
  );
  return [clock, ...(link ? [link] : [])].map((instance) => attachment(instance, transport));
}

/** The peer delay mechanism of a clock's port: it measures its link and answers the switch. */
function linkMeter(identityMac: string, { transport }: PortTransport): PeerDelayLink {
  return new PeerDelayLink({
    ...portSettings(identityMac, clockDomain),
    transport,
    logMinPdelayReqInterval,
  });
}

function timeSourceClock(
  identityMac: string,
  unicastReceivers: TimeSourceSettings['unicastReceivers'],
): TimeSource {
  const settings = portSettings(identityMac, clockDomain);
  return new TimeSource({
    ...settings,
    grandmaster: { ...announced, grandmasterIdentity: settings.portIdentity.clockIdentity },
    announceFlags: 0, // the machine's own timescale, which is ARB
    logAnnounceInterval,
    logSyncInterval,
    logMinDelayReqInterval: logSyncInterval,
    unicastReceivers,
  });
}

/** Settings of a clock with one port, whose identity is made from that address. */
export function portSettings(identityMac: string, domainNumber: number): PortSettings {
  const clockIdentity = clockIdentityFromMac(identityMac);
  const portIdentity = { clockIdentity, portNumber: 1 };
  const sdoId = defaultDS.sdoId.default;
  return { port: 0, portIdentity, domainNumber, sdoId, profile };
}

export function transportOf({ transport, ip }: Receiver | Grandmaster): PortTransport {
  switch (transport) {
    case 'l2':
      return { transport };
    case 'udp4':
    case 'udp6':
      return { transport, ip };
  }
}

/** An instance at the station's one interface. */
export function attachment(instance: CoreInstance, port: PortTransport): Attachment {
  const { encapsulation } = profile;
  return { name: `clock on ${port.transport}`, instance, encapsulation, ports: [port] };
}
