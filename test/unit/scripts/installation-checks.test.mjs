// What the trial installations look at.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  defaultVersions,
  npmFor,
  packageFaults,
  warningsIn,
} from '../../../scripts/installation-checks.mjs';
import { nodeSupport } from '../../../scripts/node-support.mjs';

const complete = [
  'dist/cli/main.js',
  'binding.gyp',
  'addon/node/module.cc',
  'config/minimal.yaml',
  'node_modules/raw-socket/src/raw.cc',
  'node_modules/nan/nan.h',
  'package.json',
];

test('a package with what it needs and nothing else has no fault', () => {
  expect(packageFaults(complete)).toEqual([]);
});

test('what is missing, and tests, sources and binaries, are faults', () => {
  expect(packageFaults(complete.slice(1))).toEqual(['dist/cli/main.js is missing']);
  const foreign = ['addon/test/a_test.cc', 'test/tidy.test.ts', 'src/a.ts', 'build/Release/a.node'];
  expect(packageFaults([...complete, ...foreign])).toHaveLength(foreign.length);
});

test('of what the package brings with it, nothing may be compiled', () => {
  const compiled = ['raw-socket/build/Makefile', 'raw-socket/build/Release/raw.node'];
  const paths = ['raw-socket/index.js', 'nan/tools/1to2.js', ...compiled].map(
    (path) => `node_modules/${path}`,
  );
  expect(packageFaults([...complete, ...paths])).toHaveLength(compiled.length);
  expect(packageFaults([...complete, 'node_modules/yaml/index.js'])).toHaveLength(1);
});

test('only warnings of Node itself count', () => {
  const warning = '(node:12) [DEP0040] DeprecationWarning: The `punycode` module is deprecated.';
  expect(warningsIn(`eth1: no carrier\n${warning}\n`)).toEqual([warning]);
});

test('every version that package.json lists is tried, and none that it does not', () => {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const { engines } = JSON.parse(text);
  const lowest = engines.node.split(' || ').map((range) => range.slice(1));
  expect(defaultVersions).toEqual(expect.arrayContaining(lowest));
  for (const version of defaultVersions.filter((text) => text.includes('.'))) {
    expect(nodeSupport(`v${version}.0`, engines.node)).toBe('tried');
  }
});

test('npm 12 goes with the newest, which refuses older versions of Node', () => {
  expect(['20.19', '22', '24', '26'].map(npmFor)).toEqual(['10', '10', '11', '12']);
});
