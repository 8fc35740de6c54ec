/** Instances that take the same messages are refused by name; those that something tells apart have names that tell it too. */
import { expect, test } from 'vitest';
import { instanceNames } from '../../../../src/config/instances/name.js';
import { loadConfig } from '../../../../src/config/load.js';
import { complaints, fileWith } from '../config-files.js';

function fileOf(instances: string[]): string {
  return `ports: [a, b, c, d]\ninstances:\n${instances.map((text) => `  - ${text}\n`).join('')}`;
}

const clockRemedy =
  'tell them apart by domain, sdoId, transport or vlanId, give each ports of its own, or leave one out';

test.each([
  [
    ['bc', 'bc'],
    'bc of domain 0 takes the same messages as bc of domain 0 (instances[0]): l2 without a VLAN tag on a',
  ],
  [
    ['{type: bc, vlanId: 10}', '{type: oc, ports: [{interface: b, vlanId: 10}]}'],
    'oc of domain 0 takes the same messages as bc of domain 0 (instances[0]): l2 in VLAN 10 on b',
  ],
  [
    ['{type: bc, ports: [a, b]}', '{type: bc, ports: [b, c]}'],
    'bc of domain 0, on b and c takes the same messages as bc of domain 0, on a and b (instances[0]): l2 without a VLAN tag on b',
  ],
])('%j is refused', (instances, problem) => {
  expect(complaints(fileOf(instances))).toContain(
    `switch.yaml:4: instances[1]: ${problem}; ${clockRemedy}`,
  );
});

test.each([
  [
    ['{type: bc, vlanId: 10}', '{type: bc, vlanId: 20}', 'bc'],
    ['bc of domain 0, VLAN 10', 'bc of domain 0, VLAN 20', 'bc of domain 0, untagged'],
  ],
  [
    ['bc', '{type: e2e-tc, sdoId: 0x100}'],
    ['bc of domain 0', 'e2e-tc of any domain'],
  ],
  [
    ['{type: bc, transport: udp4}', '{type: bc, transport: l2}', '{type: e2e-tc, domain: 0}'],
    ['bc of domain 0, udp4', 'bc of domain 0, l2', 'e2e-tc of domain 0'],
  ],
  [
    ['{type: bc, sdoId: 1}', 'bc'],
    ['bc of domain 0, sdoId 0x001', 'bc of domain 0, sdoId 0x000'],
  ],
  [
    ['{type: bc, ports: [a, b]}', '{type: bc, ports: [c, d]}', '{type: bc, domain: 255}'],
    ['bc of domain 0, on a and b', 'bc of domain 0, on c and d', 'bc of domain 255'],
  ],
  [
    [
      '{type: bc, ports: [{interface: a, transport: l2}, {interface: b, transport: udp4}]}',
      '{type: bc, ports: [{interface: a, transport: udp4}, {interface: b, transport: l2}]}',
    ],
    ['bc of domain 0, l2 and udp4', 'bc of domain 0, udp4 and l2'],
  ],
  [
    ['{type: p2p-tc, transport: l2}', '{type: e2e-tc, transport: udp4}'],
    ['p2p-tc of any domain', 'e2e-tc of any domain'],
  ],
])('%j are told apart', (instances, names) => {
  const config = loadConfig(fileWith(fileOf(instances)));
  expect([...instanceNames(config.instances).values()]).toEqual(names);
});

test('a clock of sdoId 0x100 would be none of gPTP, and is refused with the reason', () => {
  for (const type of ['bc', 'oc']) {
    const ports = type === 'oc' ? ', ports: [a]' : '';
    expect(complaints(fileOf([`{type: ${type}, sdoId: 0x100${ports}}`]))).toEqual([
      'switch.yaml:3: instances[0].sdoId: 0x100 is IEEE 802.1AS (gPTP), whose clocks have other addresses, TLVs and rules than this one: no gPTP device would follow it; leave sdoId out for a clock of IEEE 1588; gPTP passes by type: p2p-tc with sdoId: 0x100 beside it',
    ]);
  }
});
