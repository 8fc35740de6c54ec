/** With sockets of this machine: the names are of this process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claims, runningSwitches } from '../../../src/bridge/running.js';
import { takeOwnership, type Belongings, type Ownership } from '../../../src/daemon/ownership.js';

let directory: string;
let owned: Ownership[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ptp-switch-own-'));
  owned = [];
});
afterEach(() => {
  for (const each of owned) each.release();
  rmSync(directory, { recursive: true });
});

const nameOf = (name: string): string => `${name}-${process.pid}`;

async function take({ ports = ['p1'], bridge, socketPath = 'a' }: Partial<Belongings> = {}) {
  const ownership = await takeOwnership({
    ports: ports.map(nameOf),
    bridge: bridge && nameOf(bridge),
    socketPath: join(directory, socketPath),
  });
  owned.push(ownership);
  return ownership;
}

const me = new RegExp(`\\(process ${process.pid}: .*node`);

test('a port of another switch is refused: with its process, and the remedy', async () => {
  await take();
  const second = take({ ports: ['p2', 'p1'], socketPath: 'b' });
  await expect(second).rejects.toThrow(me);
  await expect(second).rejects.toThrow(
    `${nameOf('p1')}: another ptp-switch has this interface (process ${process.pid}: `,
  );
  await expect(second).rejects.toThrow(`stop that one, or leave ${nameOf('p1')} out here`);
});

test('who is refused has nothing of it', async () => {
  await take();
  await expect(take({ ports: ['p2', 'p1'], socketPath: 'b' })).rejects.toThrow('another');
  await take({ ports: ['p2'], socketPath: 'b' });
});

test('a bridge is of one switch, whatever its ports', async () => {
  await take({ bridge: 'br' });
  const second = take({ bridge: 'br', ports: ['p2'], socketPath: 'b' });
  await expect(second).rejects.toThrow(`${nameOf('br')}: another ptp-switch has this bridge`);
  await expect(take({ ports: ['br'], socketPath: 'b' })).rejects.toThrow('has this interface');
});

test('the socket is of one switch, with what is remembered beside it', async () => {
  await take({ ports: ['p1'] });
  const second = take({ ports: ['p2'] });
  await expect(second).rejects.toThrow(/\/a: another ptp-switch is running on this socket/);
  await expect(second).rejects.toThrow(/choose another with --socket PATH$/);
});

test('what is released can be taken', async () => {
  const first = await take({ bridge: 'br' });
  first.release();
  first.release();
  await take({ bridge: 'br' });
});

test('a directory that is not there is told of when the socket is opened', async () => {
  await take({ socketPath: 'nowhere/a' });
});

test('claims are read as the kernel lists them, the engine’s as well', () => {
  const listing = [
    'Num       RefCount Protocol Flags    Type St Inode Path',
    '0000000012345678: 00000002 00000000 00010000 0001 01 11 @ptp-switch/own/br0////////',
    '0000000012345678: 00000002 00000000 00000000 0002 01 12 @ptp-switch/port/eth1',
    '0000000012345678: 00000002 00000000 00010000 0001 01 13 /run/ptp-switch.sock',
    '0000000012345678: 00000002 00000000 00000000 0002 01 14',
  ].join('\n');
  expect(claims(listing)).toEqual([
    { kind: 'own', name: 'br0', inode: 11 },
    { kind: 'port', name: 'eth1', inode: 12 },
  ]);
});

test('who cleans up sees a switch that is only being started', async () => {
  await take({ bridge: 'br' });
  expect(runningSwitches()).toEqual(expect.arrayContaining([nameOf('p1'), nameOf('br')]));
});
