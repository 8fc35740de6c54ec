/** acceptableMasters: whom a clock may follow (17.5), and the priority1 of a slaveOnly one. */
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { complaints, fileWith } from './config-files.js';

const textOf = (keys: string) => `ports: [a, b]\ninstances:\n  - type: bc\n    ${keys}`;

test('clocks, their ports, and another priority1 for them', () => {
  const keys =
    "acceptableMasters: ['020000FFFE000001', '020000.fffe.000002-3', {master: '02:00:00:ff:fe:00:00:03', alternatePriority1: 5}]";
  expect(loadConfig(fileWith(textOf(keys))).instances).toMatchObject([
    {
      acceptableMasters: [
        { clockIdentity: '020000.fffe.000001' },
        { clockIdentity: '020000.fffe.000002', portNumber: 3 },
        { clockIdentity: '020000.fffe.000003', alternatePriority1: 5 },
      ],
    },
  ]);
});

describe('what is refused, with the remedy', () => {
  test.each([
    [
      'acceptableMasters: []',
      "acceptableMasters: is empty; list whom the clock may follow, as in acceptableMasters: ['020000.fffe.000001']; masterOnly: true is for ports that follow nobody",
    ],
    [
      "acceptableMasters: ['020000.fffe.000001-0']",
      `acceptableMasters[0].master: "020000.fffe.000001-0" does not fit here; write a clock or one of its ports in quotes, as in '020000.fffe.000001' or '020000.fffe.000001-1'`,
    ],
    [
      "acceptableMasters: ['gm']",
      'acceptableMasters[0].master: "gm" does not fit here; write a clock',
    ],
    [
      "acceptableMasters: ['020000.fffe.000001', '020000fffe000001']",
      'acceptableMasters[1]: master 020000.fffe.000001 is there twice; name each master once',
    ],
    [
      "acceptableMasters: [{master: '020000.fffe.000001', priority1: 4}]",
      'acceptableMasters[0].priority1: unknown key; the keys here are master, alternatePriority1',
    ],
  ])('%s', (keys, expected) => {
    expect(complaints(textOf(keys)).join()).toContain(expected);
  });
});

test('a slaveOnly clock has the last priority1 unless it says one', () => {
  const priorityOf = (keys: string) =>
    loadConfig(fileWith(`{ports: [a], instances: [{type: oc, slaveOnly: true${keys}}]}`)).instances;
  expect(priorityOf('')).toMatchObject([{ priority1: 255 }]);
  expect(priorityOf(', priority1: 7')).toMatchObject([{ priority1: 7 }]);
});
