import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  noMemory,
  timestampingMemory,
} from '../../../../src/daemon/machine/timestamping-memory.js';
import { FakeDataPlane } from '../fake-data-plane.js';

const former = { interfaceIndex: 2, transmitType: 1, receiveFilter: 0 };

let directory: string;
let socket: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ptp-switch-'));
  socket = join(directory, 'socket');
});
afterEach(() => rmSync(directory, { recursive: true }));

function ports(...names: string[]) {
  const zero = { ingressLatencyNs: 0, egressLatencyNs: 0, delayAsymmetryNs: 0 };
  const options = names.map((name) => ({ interface: name, ...zero }));
  return new FakeDataPlane({ ports: options, timestamping: 'auto', busyPoll: false }).infos;
}

test('what one switch remembers the next one recalls, until it is forgotten', () => {
  const [eth1, eth2] = ports('eth1', 'eth2');
  timestampingMemory(socket).remember([{ ...eth1!, formerTimestamping: former }, eth2!]);
  const memory = timestampingMemory(socket);
  expect([...memory.recall()]).toEqual([['eth1', former]]);
  memory.forget();
  memory.forget();
  expect(memory.recall().size).toBe(0);
});

test('a switch without hardware time stamps leaves no file', () => {
  const memory = timestampingMemory(socket);
  memory.remember(ports('eth1'));
  expect(existsSync(`${socket}.timestamping`)).toBe(false);
});

test.each(['', '{', '[1]', '{"eth1":{"interfaceIndex":2}}', '{"eth1":{"interfaceIndex":-1}}'])(
  'a file of %j says nothing',
  (text) => {
    writeFileSync(`${socket}.timestamping`, text);
    expect(timestampingMemory(socket).recall().size).toBe(0);
  },
);

test('no memory remembers nothing', () => {
  noMemory.remember(ports('eth1'));
  expect(noMemory.recall().size).toBe(0);
});
