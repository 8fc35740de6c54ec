// What was compiled of a bundled package stays out of ours, and is there again afterwards.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bringBack, setAside } from '../../../scripts/bundled-build.mjs';

let root;
let build;

function compile(text) {
  mkdirSync(build, { recursive: true });
  writeFileSync(join(build, 'a.node'), text);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ptp-switch-bundled-'));
  build = join(root, 'node_modules/a/build');
  writeFileSync(join(root, 'package.json'), JSON.stringify({ bundleDependencies: ['a', 'b'] }));
  compile('first');
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

test('it is out of the way, and back', () => {
  setAside(root);
  expect(existsSync(build)).toBe(false);
  bringBack(root);
  expect(readFileSync(join(build, 'a.node'), 'utf8')).toBe('first');
  bringBack(root);
  expect(existsSync(build)).toBe(true);
});

test('what was left aside by a broken run neither stands in the way nor replaces what is newer', () => {
  setAside(root);
  compile('second');
  setAside(root);
  compile('third');
  bringBack(root);
  expect(readFileSync(join(build, 'a.node'), 'utf8')).toBe('third');
  setAside(root);
  bringBack(root);
  expect(readFileSync(join(build, 'a.node'), 'utf8')).toBe('third');
});
