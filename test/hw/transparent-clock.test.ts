/** Transparent clocks with hardware time stamps, in one guest: subject by subject, one after the other. */

import { beforeAll, describe } from 'vitest';
import * as bursts from './bursts.js';
import * as disturbances from './disturbances.js';
import { GuestRun, missingLab, RUN_TIMEOUT_MS } from './lab.js';
import * as oneSwitch from './one-switch.js';
import * as timestamping from './timestamping.js';
import * as twoSwitches from './two-switches.js';
import * as vlans from './vlans.js';

const missing = missingLab();
if (missing !== undefined)
  console.warn(`transparent clocks with hardware time stamps: skipped, ${missing}`);

const subjects = [timestamping, oneSwitch, twoSwitches, bursts, disturbances, vlans];

describe.skipIf(missing !== undefined)('transparent clocks with hardware time stamps', () => {
  const guest = new GuestRun(subjects.flatMap(({ programs }) => programs));
  beforeAll(() => guest.run(), RUN_TIMEOUT_MS);
  for (const { tests } of subjects) tests(guest);
});
