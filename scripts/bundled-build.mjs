// What was compiled of the packages that ours brings with it (bundleDependencies) is this machine's and not another's.
// `aside` takes it out of their folders before npm packs these, `back` returns it. npm has no way to leave files of a
// bundled package out.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @param {string} root the folder of package.json
 * @returns {readonly { built: string, aside: string }[]} where each bundled package is compiled, and where to meanwhile
 */
function places(root) {
  const { bundleDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return bundleDependencies.map((name) => ({
    built: join(root, 'node_modules', name, 'build'),
    aside: join(root, '.setup/bundled-build', name),
  }));
}

/** @param {string} root */
export function setAside(root) {
  for (const { built, aside } of places(root)) {
    if (!existsSync(built)) continue;
    rmSync(aside, { recursive: true, force: true });
    mkdirSync(dirname(aside), { recursive: true });
    renameSync(built, aside);
  }
}

/**
 * Does nothing where nothing was set aside, or the package has been compiled again since.
 * @param {string} root
 */
export function bringBack(root) {
  for (const { built, aside } of places(root)) {
    if (!existsSync(aside)) continue;
    if (existsSync(dirname(built)) && !existsSync(built)) renameSync(aside, built);
    else rmSync(aside, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const act = { aside: setAside, back: bringBack }[process.argv[2]];
  if (act === undefined) throw new Error(`${process.argv[2]}: not aside and not back`);
  act(root);
}
