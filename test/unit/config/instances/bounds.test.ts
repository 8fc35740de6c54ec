/** A file that needs more rules or attachments than the data plane has room for is refused by check, and so by run and reload. */
import { expect, test } from 'vitest';
import { complaints } from '../config-files.js';

const domains = (count: number) => Array.from({ length: count }, (_, domain) => domain);

function fileOf(instances: readonly string[]): string {
  return `ports: [a, b, c]\ninstances:\n${instances.map((text) => `  - ${text}\n`).join('')}`;
}

/** Three rules each, and one attachment. */
const onThreeTransports = (domain: number) =>
  `{type: bc, domain: ${domain}, ports: [{interface: a, transport: l2}, {interface: b, transport: udp4}, {interface: c, transport: udp6}]}`;
/** One rule each, and three attachments. */
const transparent = (domain: number) => `{type: e2e-tc, domain: ${domain}}`;

test('more rules than the engine has', () => {
  expect(complaints(fileOf(domains(100).map(onThreeTransports)))).toEqual([
    'switch.yaml:2: instances: 300 rules, one for each transport and VLAN of each clock and one for each transparent clock, are more than 256; leave out instances, or give the clocks fewer transports and VLANs',
  ]);
  const fitting = domains(85).map(onThreeTransports);
  expect(complaints(fileOf([...fitting, '{type: e2e-tc}']))).toEqual([]);
  expect(complaints(fileOf([...fitting, '{type: e2e-tc}', transparent(1)]))).toHaveLength(1);
});

test('more parts than the pump tells apart', () => {
  expect(complaints(fileOf(domains(86).map(transparent)))).toEqual([
    'switch.yaml:2: instances: 259 parts, one for each clock and one for each transport of each transparent clock and of each link that p2p-tc measures, are more than 256; leave out instances, or give the transparent clocks one transport each',
  ]);
  expect(complaints(fileOf(domains(85).map(transparent)))).toEqual([]);
  const measuring = '{type: p2p-tc, domain: 100, transport: l2}';
  expect(complaints(fileOf([...domains(83).map(transparent), measuring]))).toEqual([]);
  expect(complaints(fileOf([...domains(84).map(transparent), measuring]))).toHaveLength(1);
});
