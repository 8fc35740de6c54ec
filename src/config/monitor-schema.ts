/** `monitor:`, beyond what the switch tells of by events. */
import { z } from 'zod';
import { clockIdentity } from './clock/identity-shape.js';
import type { MonitorConfig } from './config.js';
import { durationAbove0, listWithoutRepetition } from './shapes.js';

/** As many as a network may have, and few enough to be looked through once a second. */
const maxExpected = 64;
/** A rate that is off by 0.1 ppm makes a nanosecond of it: what stays longer does harm. */
const residenceUnlessSet = '10ms';

export const monitorUnlessSet: MonitorConfig = { residenceNs: 10e6 };

const shape = z.strictObject(
  {
    offset: durationAbove0('write a duration, as in offset: 1us').exactOptional(),
    delay: durationAbove0('write a duration, as in delay: 10us').exactOptional(),
    delayJump: durationAbove0('write a duration, as in delayJump: 1us').exactOptional(),
    residence: durationAbove0('write a duration, as in residence: 10ms').prefault(
      residenceUnlessSet,
    ),
    expectedGrandmasters: listWithoutRepetition(clockIdentity, {
      error: 'list identities, as in expectedGrandmasters: [001b19.fffe.000001]',
      max: { items: maxExpected, error: `list ${maxExpected} grandmasters at most` },
      key: 'grandmaster',
      valueOf: (identity) => identity,
    }).exactOptional(),
  },
  { error: 'write what is told of, as in monitor: {offset: 1us}' },
);

export const monitor = shape.transform(
  ({ offset, delay, delayJump, residence, expectedGrandmasters }): MonitorConfig => ({
    residenceNs: residence,
    ...(offset !== undefined && { offsetNs: offset }),
    ...(delay !== undefined && { delayNs: delay }),
    ...(delayJump !== undefined && { delayJumpNs: delayJump }),
    ...(expectedGrandmasters && { expectedGrandmasters }),
  }),
);

export const monitorKeys = Object.keys(shape.shape);
