/** Half of what the hardware lab shows: what clocks do. The boundary clock is last: it leaves the guest's system clock steered. */

import * as boundaryClock from './boundary-clock.js';
import { inOneGuest } from './subjects.js';
import * as systemClock from './system-clock.js';

inOneGuest('hardware time stamps, first guest', [systemClock, boundaryClock]);
