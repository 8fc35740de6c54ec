/**
 *   winner ---- bc ---- loser
 *
 * offsetScaledLogVariance alone decides (9.3.4). All that is compared later speaks for the loser; whose identity is lower makes no difference.
 */
import { test } from 'vitest';
import { expectElected } from '../harness/election.js';

test.each(['winner', 'loser'] as const)(
  'offsetScaledLogVariance elects the grandmaster, the lower identity being the %s’s',
  (lowerIdentity) => {
    expectElected({
      seed: 36,
      winner: { offsetScaledLogVariance: 0x4e5c, priority2: 255 },
      loser: { offsetScaledLogVariance: 0x4e5d, priority2: 0 },
      lowerIdentity,
    });
  },
);
