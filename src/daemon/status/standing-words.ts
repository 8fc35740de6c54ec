/** In words, what has become of a foreign master: followed, or why not. */
import type { Standing } from '../../core/bmca/standing.js';

const words: Readonly<Record<Standing, string>> = {
  followed: 'followed',
  bestOfPort: 'the best of its port; a better one is heard on another',
  worse: 'a better one is heard on its port',
  worseThanThisClock: 'this clock is better itself (priority1, clockClass, ...)',
  notQualified: 'has not announced itself often enough yet',
  announcesTooSeldom:
    'announces itself too seldom for this port: set logAnnounceInterval on both to the same',
  masterOnlyPort: 'the port is masterOnly',
  notAcceptableMaster: 'it is not among the acceptableMasters',
  unqualifiedAnnounce: 'it has come through 255 clocks, or is an alternate master',
  announceLoop: 'it has come through this clock before',
  otherTransmission: 'it announces itself to this clock alone, by unicast',
};

const stuck = 'its sequenceId does not count';

export function standingWords(standing: Standing, sequenceIdStuck: boolean): string {
  return sequenceIdStuck ? `${words[standing]}; ${stuck}` : words[standing];
}
