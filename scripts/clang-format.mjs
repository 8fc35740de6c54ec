// Checks (--check) or rewrites (--write) the format of every C++ file of the addon.
import { spawnSync } from 'node:child_process';
import { join, relative } from 'node:path';
import { filesBelow, projectRoot } from './setup.mjs';

const options = { '--check': ['--dry-run', '--Werror'], '--write': ['-i'] }[process.argv[2]];
if (options === undefined) {
  console.error('usage: clang-format.mjs --check|--write');
  process.exit(2);
}
const files = filesBelow(join(projectRoot, 'addon'))
  .filter((file) => /\.(cc|h)$/.test(file))
  .map((file) => relative(projectRoot, file));
if (files.length > 0) {
  const program = join(projectRoot, 'node_modules/.bin/clang-format');
  const result = spawnSync(program, [...options, ...files], { cwd: projectRoot, stdio: 'inherit' });
  process.exit(result.status ?? 1);
}
