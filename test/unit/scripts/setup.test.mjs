// Set-up must tell what is there from what is not before it asks anyone for a password.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { missing } from '../../../scripts/setup.mjs';

let directory;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ptp-switch-setup-'));
  vi.stubEnv('PATH', directory);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

const tool = { package: 'some-package', command: 'ptp-switch-test-tool' };

test('a program on the PATH is there', () => {
  expect(missing([tool])).toEqual([tool]);
  const program = join(directory, tool.command);
  writeFileSync(program, '');
  expect(missing([tool])).toEqual([tool]);
  chmodSync(program, 0o755);
  expect(missing([tool])).toEqual([]);
});

test('a file is there when it is there', () => {
  const header = { package: 'some-dev', file: join(directory, 'header.h') };
  expect(missing([header])).toEqual([header]);
  writeFileSync(header.file, '');
  expect(missing([header])).toEqual([]);
});
