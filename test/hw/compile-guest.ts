/** Compiles what runs in the guest, before the tests do: there it is Node alone, on a slow machine. */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { compiled } from '../support/netns/compiled.js';
import { findLab } from './lab.js';

export default function setup(): void {
  if (findLab() === undefined) return;
  const root = process.cwd();
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const project = join(root, 'test/hw/guest/tsconfig.json');
  execFileSync(process.execPath, [compiler, '-p', project], { stdio: 'inherit' });
  compiled('frame-port');
}
