/** The profiles that clocks can run by, each under the word for it. Whoever puts a clock together takes its profile from here. */
import { defaultProfile } from '../core/profile/default.js';
import type { Profile } from '../core/profile/profile.js';

export const profiles = {
  default: defaultProfile,
} satisfies Readonly<Record<string, Profile>>;
