// Builds what the benchmarks are made of: the load generator and the flooder (C++) and the suites (TypeScript), into .setup/bench, for
// node-gyp empties build.
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';

const here = import.meta.dirname;
export const output = join(here, '../.setup/bench');

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error || status !== 0) throw new Error(`${command} failed`, { cause: error });
}

/** A program of all C++ files of a folder. */
function compile(program, folder) {
  const sources = readdirSync(folder).filter((name) => name.endsWith('.cc'));
  const flags = ['-std=c++20', '-O2', '-Wall', '-Wextra', '-Werror'];
  run('g++', [...flags, '-o', join(output, program), ...sources.map((name) => join(folder, name))]);
}

export function build() {
  mkdirSync(output, { recursive: true });
  compile('ptp-load', join(here, 'tools'));
  compile('ptp-flood', join(here, 'tools/flood'));
  run(process.execPath, [
    join(here, '../node_modules/typescript/bin/tsc'),
    '-p',
    join(here, 'tsconfig.json'),
  ]);
}
