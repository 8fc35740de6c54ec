/** The files of this project, as the tests of its house rules and of its pages read them. */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Files of the project below a folder whose path matches, as paths from the project's root; what git ignores is not. */
export function filesBelow(folder: string, pattern: RegExp): string[] {
  const listing = [
    'ls-files',
    '--cached',
    '--others',
    '--exclude-standard',
    '--deduplicate',
    folder,
  ];
  return execFileSync('git', listing, { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => pattern.test(file) && existsSync(join(root, file)))
    .sort();
}

export function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
