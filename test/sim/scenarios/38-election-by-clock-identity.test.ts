/**
 *   winner ---- bc ---- loser
 *
 * Alike in everything: the lower clockIdentity decides (9.3.4), on whichever port of the boundary clock it is.
 */
import { test } from 'vitest';
import { expectElected } from '../harness/election.js';

test('clockIdentity elects the grandmaster between two that are alike', () => {
  expectElected({ seed: 38, winner: {}, loser: {}, lowerIdentity: 'winner' });
});
