import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { interfaceMemory, noMemory } from '../../../../src/daemon/machine/interface-memory.js';
import { FakeDataPlane } from '../fake-data-plane.js';

const formerTimestamping = { interfaceIndex: 2, transmitType: 1, receiveFilter: 0 };
const features = ['rx-gro-list'];

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
  const [eth1, eth2, eth3, eth4] = ports('eth1', 'eth2', 'eth3', 'eth4');
  interfaceMemory(socket).remember([
    { ...eth1!, formerTimestamping },
    eth2!,
    { ...eth3!, offloadsTurnedOff: features },
    {
      ...eth4!,
      formerTimestamping: { ...formerTimestamping, interfaceIndex: 5 },
      offloadsTurnedOff: features,
    },
  ]);
  const memory = interfaceMemory(socket);
  expect([...memory.recall()]).toEqual([
    ['eth1', { formerTimestamping }],
    ['eth3', { formerOffloads: { interfaceIndex: 4, features } }],
    [
      'eth4',
      {
        formerTimestamping: { ...formerTimestamping, interfaceIndex: 5 },
        formerOffloads: { interfaceIndex: 5, features },
      },
    ],
  ]);
  memory.forget();
  memory.forget();
  expect(memory.recall().size).toBe(0);
});

test('the file of a switch that knew of time stamping modes alone is understood', () => {
  const text = JSON.stringify({ eth1: formerTimestamping });
  writeFileSync(`${socket}.timestamping`, text);
  expect([...interfaceMemory(socket).recall()]).toEqual([['eth1', { formerTimestamping }]]);
});

test('a switch that has changed nothing leaves no file', () => {
  const memory = interfaceMemory(socket);
  memory.remember(ports('eth1'));
  expect(existsSync(`${socket}.timestamping`)).toBe(false);
});

test.each(['', '{', '[1]', '{"eth1":{"interfaceIndex":-1}}'])(
  'a file of %j says nothing',
  (text) => {
    writeFileSync(`${socket}.timestamping`, text);
    expect(interfaceMemory(socket).recall().size).toBe(0);
  },
);

test('no memory remembers nothing', () => {
  noMemory.remember(ports('eth1'));
  expect(noMemory.recall().size).toBe(0);
});
