/** `monitor:`, what events tell of. */
import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { fileWith } from './config-files.js';

const load = (monitor: string) =>
  loadConfig(fileWith(`ports: [eth1, eth2]\ninstances: [e2e-tc]\nmonitor: ${monitor}`)).monitor;

test('thresholds have units, and what is not set is not watched', () => {
  expect(load('{}')).toEqual({ residenceNs: 10e6 });
  expect(load('{offset: 1us, delay: 10us, delayJump: 500ns, residence: 1ms}')).toEqual({
    ...{ offsetNs: 1e3, delayNs: 10e3, delayJumpNs: 500, residenceNs: 1e6 },
  });
});

test('grandmasters are written as other programs write them too', () => {
  expect(load("{expectedGrandmasters: ['00:1b:19:ff:fe:00:00:01', 001b19.fffe.000002]}")).toEqual({
    residenceNs: 10e6,
    expectedGrandmasters: ['001b19.fffe.000001', '001b19.fffe.000002'],
  });
});

test.each([
  ['{offset: 1}', 'write a duration, as in offset: 1us'],
  ['{residence: 0ns}', 'write a duration, as in residence: 10ms'],
  ['{offsets: 1us}', 'offset'],
  ['{expectedGrandmasters: [me]}', 'write 16 hexadecimal digits in quotes'],
  [
    "{expectedGrandmasters: ['001b19.fffe.000001', '001b19.fffe.000001']}",
    'name each grandmaster once',
  ],
])('%s is refused with a remedy', (monitor, remedy) => {
  expect(() => load(monitor)).toThrow(remedy);
});
