/**
 * The shapes of what a clock's messages are like, whatever they say: the edition of the standard, addresses, priorities
 * (docs/neighbours.md).
 */
import { z } from 'zod';
import type { InstanceConfig } from '../config.js';
import { profiles } from '../profiles.js';
import { complain, oneOfAlso, wholeNumber } from '../shapes.js';

/** 13.3.2.4: 0 is 1588-2008, 1 is 1588-2019. */
const newestMinorVersion = 1;
/** Six bits. */
const maxDscp = 63;
const maxTimeToLive = 255;
/** Three bits. */
const maxVlanPriority = 7;

const { primary, peerDelay } = profiles.default.encapsulation.groups.l2;
const groupMacRemedy = `write the MAC address of a group, as in '${primary}' or '${peerDelay}'`;
const groupMac = z
  .string({ error: groupMacRemedy })
  .toLowerCase()
  // IEEE 802-2014, 8.2.2: the I/G bit is the lowest of the first octet. All ones reach every station, which PTP is not for.
  .regex(/^(?!ff(:ff){5})[0-9a-f][13579bdf](:[0-9a-f]{2}){5}$/, { error: groupMacRemedy });

const edition = wholeNumber(0, newestMinorVersion).exactOptional();
const priorityCodePoint = wholeNumber(0, maxVlanPriority).exactOptional();

export const longEncapsulation = z.strictObject(
  {
    eventDscp: wholeNumber(0, maxDscp).exactOptional(),
    generalDscp: wholeNumber(0, maxDscp).exactOptional(),
    multicastTimeToLive: wholeNumber(1, maxTimeToLive).exactOptional(),
    unicastTimeToLive: wholeNumber(1, maxTimeToLive).exactOptional(),
    vlanPriority: priorityCodePoint,
    // RFC 4291, 2.7; as the numbers there and in linuxptp too.
    ipv6Scope: oneOfAlso(['link', 'admin', 'site', 'organization', 'global'], {
      link: ['2'],
      admin: ['4'],
      site: ['5'],
      organization: ['8'],
      global: ['14'],
    }).exactOptional(),
    l2Destination: groupMac.exactOptional(),
  },
  { error: 'write its settings, as in encapsulation: {eventDscp: 46}' },
);

/** The keys of an instance that sends messages of its own; what is absent is the profile's. */
export const messageKeys = {
  minorVersionPTP: edition,
  encapsulation: longEncapsulation.exactOptional(),
};

/** A link is measured once, for all peer-to-peer transparent clocks (11.4). */
export function complainOfSharedLinks(
  instances: readonly InstanceConfig[],
  context: z.RefinementCtx,
): void {
  const saidBy = (instance: InstanceConfig | undefined) =>
    instance?.type === 'p2p-tc' &&
    JSON.stringify([instance.minorVersionPTP, instance.encapsulation]);
  const first = instances.find(({ type }) => type === 'p2p-tc');
  for (const [index, instance] of instances.entries()) {
    if (instance.type !== 'p2p-tc' || saidBy(instance) === saidBy(first)) continue;
    complain(context, ['instances', index], {
      problem:
        'minorVersionPTP and encapsulation are of the messages that measure a link, which all p2p-tc share',
      remedy: 'write the same for each of them',
    });
  }
}
