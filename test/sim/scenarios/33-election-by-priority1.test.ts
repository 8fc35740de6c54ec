/**
 *   winner ---- bc ---- loser
 *
 * priority1 alone decides (9.3.4). All that is compared later speaks for the loser; whose identity is lower makes no difference.
 */
import { test } from 'vitest';
import { expectElected } from '../harness/election.js';

test.each(['winner', 'loser'] as const)(
  'priority1 elects the grandmaster, the lower identity being the %s’s',
  (lowerIdentity) => {
    expectElected({
      seed: 33,
      winner: {
        priority1: 10,
        clockClass: 248,
        clockAccuracy: 0xfe,
        offsetScaledLogVariance: 0xffff,
        priority2: 255,
      },
      loser: {
        priority1: 11,
        clockClass: 135,
        clockAccuracy: 0x20,
        offsetScaledLogVariance: 0x4000,
        priority2: 0,
      },
      lowerIdentity,
    });
  },
);
