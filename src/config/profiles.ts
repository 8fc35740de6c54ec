/** The profiles that clocks can run by, each under the word for it. Whoever puts a clock together takes its profile from here. */
import { defaultProfile } from '../core/profile/default.js';
import type { Profile } from '../core/profile/profile.js';
import type { InstanceConfig } from './config.js';

export const profiles = {
  default: defaultProfile,
} satisfies Readonly<Record<string, Profile>>;

/**
 * The profile that an instance of the configuration runs by: the one place where that is looked up. All types run by
 * the default profile.
 */
export function profileOf({ type }: InstanceConfig): Profile {
  const words: Readonly<Record<typeof type, keyof typeof profiles>> = {
    'e2e-tc': 'default',
    'p2p-tc': 'default',
    bc: 'default',
    oc: 'default',
  };
  return profiles[words[type]];
}
