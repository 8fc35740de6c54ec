/**
 *   winner ---- bc ---- loser
 *
 * priority2 alone decides (9.3.4). Only the identity is compared later; whose identity is lower makes no difference.
 */
import { test } from 'vitest';
import { expectElected } from '../harness/election.js';

test.each(['winner', 'loser'] as const)(
  'priority2 elects the grandmaster, the lower identity being the %s’s',
  (lowerIdentity) => {
    expectElected({
      seed: 37,
      winner: { priority2: 127 },
      loser: { priority2: 128 },
      lowerIdentity,
    });
  },
);
