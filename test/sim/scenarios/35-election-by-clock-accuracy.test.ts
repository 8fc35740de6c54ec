/**
 *   winner ---- bc ---- loser
 *
 * clockAccuracy alone decides (9.3.4). All that is compared later speaks for the loser; whose identity is lower makes no difference.
 */
import { test } from 'vitest';
import { expectElected } from '../harness/election.js';

test.each(['winner', 'loser'] as const)(
  'clockAccuracy elects the grandmaster, the lower identity being the %s’s',
  (lowerIdentity) => {
    expectElected({
      seed: 35,
      winner: { clockAccuracy: 0x20, offsetScaledLogVariance: 0xffff, priority2: 255 },
      loser: { clockAccuracy: 0x21, offsetScaledLogVariance: 0x4000, priority2: 0 },
      lowerIdentity,
    });
  },
);
