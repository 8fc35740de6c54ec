/** Programs of this folder that are in C++, because what they do on a socket Node cannot. */

import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './command.js';

const SOURCES = join(process.cwd(), 'test/support/netns');
const PROGRAMS = join(process.cwd(), '.setup/netns');

/** The path of the program, compiled anew if it is older than its source. */
export function compiled(
  name: 'frame-port' | 'pair-watch' | 'standing-watch' | 'warm-path',
): string {
  const source = join(SOURCES, `${name.replace('-', '_')}.cc`);
  const program = join(PROGRAMS, name);
  const built = statSync(program, { throwIfNoEntry: false });
  if (built !== undefined && built.mtimeMs >= statSync(source).mtimeMs) return program;
  mkdirSync(dirname(program), { recursive: true });
  const options = ['-std=c++20', '-O2', '-Wall', '-Wextra', '-Werror', '-pthread'];
  run('g++', [...options, '-o', program, source]);
  return program;
}
