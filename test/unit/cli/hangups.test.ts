import { expect, test } from 'vitest';
import { Hangups } from '../../../src/cli/hangups.js';

test('a hangup ends a command that has no other use for it', () => {
  let ended = 0;
  const hangups = new Hangups(() => (ended += 1));
  hangups.signalled();
  expect(ended).toBe(1);
});

test('those before a command can listen are one hangup then, and end nothing', () => {
  const done: string[] = [];
  const hangups = new Hangups(() => done.push('ended'));
  hangups.hold();
  hangups.signalled();
  hangups.signalled();
  expect(done).toEqual([]);
  hangups.listen(() => done.push('reloaded'));
  expect(done).toEqual(['reloaded']);
  hangups.signalled();
  expect(done).toEqual(['reloaded', 'reloaded']);
});
