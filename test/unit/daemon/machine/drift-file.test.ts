/** The file in which is kept what clocks have learned. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  driftFile,
  driftFilePath,
  type Drifts,
} from '../../../../src/daemon/machine/drift-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ptp-switch-drift-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const drifts: Drifts = {
  timebase: 'CLOCK_REALTIME',
  bootId: 'a-b-c',
  clocks: {
    '0/0': { clockIdentity: '020000.fffe.000001', rateOffset: -1.25e-5, writtenAt: 1.8e12 },
    '24/0': {
      ...{ clockIdentity: '020000.fffe.000001', rateOffset: 0, writtenAt: 1.8e12 },
      kept: {
        ...{ interface: 'eth1', clockNs: 1_800_000_037_000_000_001n, monotonicNs: 1_800_000_000n },
        ...{ ptpTimescale: true, currentUtcOffset: 37 },
      },
    },
  },
};

test('what is written is read, and nothing else is left', () => {
  const file = driftFile(join(folder, 'drift.json'));
  expect(file.read()).toBeUndefined();
  file.write(drifts);
  expect(file.read()).toEqual(drifts);
  const other = { ...drifts, clocks: {} };
  file.write(other);
  expect(file.read()).toEqual(other);
  expect(existsSync(`${file.path}.next`)).toBe(false);
});

test('a file that cannot be replaced stays as it is', () => {
  const file = driftFile(join(folder, 'none', 'drift.json'));
  expect(() => file.write(drifts)).toThrow('ENOENT');
  const path = join(folder, 'drift.json');
  driftFile(path).write(drifts);
  const text = readFileSync(path, 'utf8');
  // As a crash in the middle of writing leaves it.
  writeFileSync(`${path}.next`, text.slice(0, 20));
  expect(driftFile(path).read()).toEqual(drifts);
});

test.each(['', '{', '[]', '{"timebase": 3}', '{"timebase":"a","bootId":"b","clocks":{"0/0":{}}}'])(
  '%j is refused',
  (text) => {
    const path = join(folder, 'drift.json');
    writeFileSync(path, text);
    expect(() => driftFile(path).read()).toThrow();
  },
);

test('what is refused is said in one line, with the place', () => {
  const path = join(folder, 'drift.json');
  const readOf = (change: object) => {
    driftFile(path).write({ ...drifts, ...change });
    return () => driftFile(path).read();
  };
  const [, learned] = Object.values(drifts.clocks);
  const withOffset = (currentUtcOffset: number) => ({
    clocks: { '24/0': { ...learned, kept: { ...learned?.kept, currentUtcOffset } } },
  });
  expect(readOf({ clocks: { '0/0': { ...learned, rateOffset: 'x' } } })).toThrow(
    /^clocks\.0\/0\.rateOffset: .*number.*$/,
  );
  expect(readOf(withOffset(32_767))).not.toThrow();
  for (const offset of [32_768, -32_769, Number.MAX_SAFE_INTEGER]) {
    expect(readOf(withOffset(offset))).toThrow(/^clocks\.24\/0\.kept\.currentUtcOffset: .+$/);
  }
  writeFileSync(path, '[]');
  expect(() => driftFile(path).read()).toThrow(/^[^\n]*object[^\n]*$/);
});

test.each([
  [undefined, {}, undefined],
  [
    undefined,
    { STATE_DIRECTORY: '/var/lib/ptp-switch:/var/lib/more' },
    '/var/lib/ptp-switch/drift.json',
  ],
  ['/data/drift', { STATE_DIRECTORY: '/var/lib/ptp-switch' }, '/data/drift'],
])('where it is: %j configured, %j', (configured, variables, path) => {
  expect(driftFilePath(configured, variables)).toBe(path);
});
