import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { complaints, newDirectory } from './config-files.js';

test('a file that is not there', () => {
  const file = join(newDirectory(), 'absent.yaml');
  expect(() => loadConfig(file)).toThrow(`${file}: there is no such file; check the path`);
});

test('a file that is much too long', () => {
  expect(complaints('#'.repeat(256 * 1024 + 1))).toEqual([
    'switch.yaml: is longer than 262144 bytes; name a YAML file',
  ]);
});

test('a folder and a device without end', () => {
  for (const file of [newDirectory(), '/dev/zero']) {
    expect(() => loadConfig(file)).toThrow(
      `${file}: is a folder, a pipe or a device; name a YAML file`,
    );
  }
});

test('a pipe that nobody writes to is not waited for', () => {
  const file = join(newDirectory(), 'pipe.yaml');
  execFileSync('mkfifo', [file]);
  // Whoever waits for a writer has one in the end, for nothing else could wake it.
  const late = `setTimeout(() => require('node:fs').openSync(process.argv[1], 'w'), 5000)`;
  const writer = spawn(process.execPath, ['-e', late, file]);
  onTestFinished(() => void writer.kill('SIGKILL'));
  expect(() => loadConfig(file)).toThrow('is a folder, a pipe or a device; name a YAML file');
});

test('a file that is nested so deeply that to follow it takes all of the stack', () => {
  for (const opening of ['[', '- ', '{a: ', '? ']) {
    expect(complaints(`ports: [a, b]\ninstances:\n  ${opening.repeat(50_000)}`)).toEqual([
      'switch.yaml:3: not valid YAML: nested more than 32 deep; correct this line',
    ]);
  }
});
