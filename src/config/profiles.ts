/** The profiles that clocks can run by, each under the word for it. Whoever puts a clock together takes its profile from here. */
import { defaultProfile } from '../core/profile/default.js';
import type { Profile } from '../core/profile/profile.js';
import type { EncapsulationConfig, InstanceConfig } from './config.js';

export const profiles = {
  default: defaultProfile,
} satisfies Readonly<Record<string, Profile>>;

/**
 * The profile that an instance of the configuration runs by: the one place where that is looked up. All types run by
 * the default profile.
 */
export function profileOf(instance: InstanceConfig): Profile {
  const words: Readonly<Record<InstanceConfig['type'], keyof typeof profiles>> = {
    'e2e-tc': 'default',
    'p2p-tc': 'default',
    bc: 'default',
    oc: 'default',
  };
  const profile: Profile = profiles[words[instance.type]];
  if (instance.type === 'e2e-tc') return profile;
  const { minorVersionPTP: minorVersion, encapsulation: own } = instance;
  return {
    ...profile,
    ...(minorVersion !== undefined && {
      header: { ...profile.header, minorVersionPTP: minorVersion },
    }),
    ...(own && { encapsulation: withSettings(profile.encapsulation, own) }),
  };
}

/** RFC 4291, 2.7: the digit for it in the address of a group. */
const scopeDigits = { link: '2', admin: '4', site: '5', organization: '8', global: 'e' } as const;

function withSettings(
  profile: Profile['encapsulation'],
  own: EncapsulationConfig,
): Profile['encapsulation'] {
  const { groups, timeToLive, dscp } = profile;
  const { l2, udp6 } = groups;
  const { ipv6Scope: scope } = own;
  return {
    groups: {
      ...groups,
      l2: { ...l2, primary: own.l2Destination ?? l2.primary },
      udp6: scope === undefined ? udp6 : { ...udp6, primary: `ff0${scopeDigits[scope]}::181` },
    },
    timeToLive: {
      multicast: own.multicastTimeToLive ?? timeToLive.multicast,
      unicast: own.unicastTimeToLive ?? timeToLive.unicast,
    },
    dscp: { event: own.eventDscp ?? dscp.event, general: own.generalDscp ?? dscp.general },
    vlanPriority: own.vlanPriority ?? profile.vlanPriority,
  };
}
