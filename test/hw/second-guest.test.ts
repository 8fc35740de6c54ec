/** The other half of what the hardware lab shows: a guest takes one processor, and both take about as long. */

import * as bursts from './bursts.js';
import * as disturbances from './disturbances.js';
import * as driverAtWork from './driver-at-work.js';
import * as oneSwitch from './one-switch.js';
import { inOneGuest } from './subjects.js';
import * as timestamping from './timestamping.js';
import * as twoSwitches from './two-switches.js';
import * as vlans from './vlans.js';

inOneGuest('hardware time stamps, second guest', [
  timestamping,
  bursts,
  oneSwitch,
  twoSwitches,
  disturbances,
  driverAtWork,
  vlans,
]);
