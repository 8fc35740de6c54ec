import { expect, test } from 'vitest';
import { missingPrerequisite } from '../../../src/lab/prerequisites.js';

test.each([
  ['root', 1000, '/usr/sbin:/sbin:/usr/bin:/bin', /only root .*: run it with sudo$/],
  ['ip', 0, '/nowhere', /no ip command: .*apt-get install iproute2$/],
])('without %s, a line says what to do', (_what, userId, path, line) => {
  expect(missingPrerequisite(userId, path)).toMatch(line);
});
