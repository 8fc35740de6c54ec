import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ptpPrograms } from '../../../../src/daemon/machine/ptp-programs.js';

const ours = 'net:[1]';
const another = 'net:[2]';

let proc: string;
beforeEach(() => {
  proc = mkdtempSync(join(tmpdir(), 'ptp-switch-proc-'));
  mkdirSync(join(proc, 'self/ns'), { recursive: true });
  symlinkSync(ours, join(proc, 'self/ns/net'));
});
afterEach(() => {
  rmSync(proc, { recursive: true });
});

/** A process as /proc shows it; `files` are of its own root. */
function process(
  pid: number,
  command: readonly string[],
  network = ours,
  files: Readonly<Record<string, string>> = {},
): void {
  const folder = join(proc, String(pid));
  mkdirSync(join(folder, 'ns'), { recursive: true });
  symlinkSync(network, join(folder, 'ns/net'));
  writeFileSync(join(folder, 'comm'), `${command[0]}\n`);
  writeFileSync(join(folder, 'cmdline'), command.map((word) => `${word}\0`).join(''));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, 'root', name)), { recursive: true });
    writeFileSync(join(folder, 'root', name), text);
  }
}

const names = () => ptpPrograms(proc).map(({ name }) => name);

test('PTP programs are found with their arguments, others are not', () => {
  process(10, ['ptp4l', '-i', 'eth1']);
  process(11, ['bash', 'ptp4l']);
  process(12, ['ts2phc', '-m']);
  expect(ptpPrograms(proc)).toEqual([
    { name: 'ptp4l', pid: 10, command: 'ptp4l -i eth1', use: 'protocol' },
    { name: 'ts2phc', pid: 12, command: 'ts2phc -m', use: 'clocks' },
  ]);
});

test('of another network namespace, only those count that steer clocks', () => {
  process(10, ['ptp4l'], another);
  process(11, ['phc2sys', '-a'], another);
  expect(names()).toEqual(['phc2sys']);
});

test('chronyd counts if it is configured to take hardware time stamps', () => {
  const directive = { '/etc/chrony/chrony.conf': 'pool a\nhwtimestamp *\n' };
  process(10, ['chronyd', '-d'], ours, { '/etc/chrony/chrony.conf': '# hwtimestamp *\n' });
  expect(names()).toEqual([]);
  process(11, ['chronyd', '-d'], ours, directive);
  process(12, ['chronyd', '-f', '/own.conf'], ours, { ...directive, '/own.conf': 'pool a\n' });
  expect(ptpPrograms(proc).map(({ pid }) => pid)).toEqual([11]);
});

test('a process that ends meanwhile is no matter', () => {
  mkdirSync(join(proc, '10'));
  expect(names()).toEqual([]);
});
