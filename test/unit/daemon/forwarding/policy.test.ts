/** Which instance a message is for: by sdoId, domain, transport, VLAN and port, and what becomes of the rest of a domain. */
import { expect, test } from 'vitest';
import type { Config } from '../../../../src/config/config.js';
import { instanceNames } from '../../../../src/config/instances/name.js';
import { loadConfig } from '../../../../src/config/load.js';
import { policyRules, servedBy } from '../../../../src/daemon/forwarding/policy.js';
import type { MessageKey } from '../../../../src/native/data-plane.js';
import { fileWith } from '../../config/config-files.js';

function configOf(instances: string, ports = '[eth1, eth2, eth3]', more = ''): Config {
  return loadConfig(fileWith(`ports: ${ports}\ninstances:\n${instances}${more}`));
}

const l2 = { sdoId: 0, domainNumber: 0, transport: 'l2', vlanId: 0, port: 0 } as const;

/** "terminate: bc of domain 0", by the rules; "nobody" where there is none. */
function fateOf(config: Config, key: Partial<MessageKey>): string {
  const served = servedBy(policyRules(config), { ...l2, ...key });
  const name = served?.instance && instanceNames(config.instances).get(served.instance);
  return served === undefined
    ? 'nobody'
    : name === undefined
      ? served.action
      : `${served.action}: ${name}`;
}

test('a rule for one domain goes before the rule for any', () => {
  const config = configOf('  - e2e-tc\n  - {type: e2e-tc, domain: 24}\n');
  expect(policyRules(config).map(({ domainNumber }) => domainNumber)).toEqual([24, 'any']);
});

test('a clock ends what it speaks, and leaves the rest of its domain to the transparent clock', () => {
  const config = configOf('  - bc\n  - e2e-tc\n');
  expect(fateOf(config, {})).toBe('terminate: bc of domain 0');
  expect(fateOf(config, { transport: 'udp4' })).toBe('e2e-tc: e2e-tc of any domain');
  expect(fateOf(config, { vlanId: 10 })).toBe('e2e-tc: e2e-tc of any domain');
  expect(fateOf(config, { sdoId: 0x100 })).toBe('e2e-tc: e2e-tc of any domain');
  expect(fateOf(config, { domainNumber: 1 })).toBe('e2e-tc: e2e-tc of any domain');
});

test('without a transparent clock nobody takes the rest', () => {
  const config = configOf('  - bc\n');
  expect(policyRules(config)).toMatchObject([
    { sdoId: 0, domainNumber: 0, transport: 'l2', vlanId: 0, action: 'terminate' },
  ]);
  expect(fateOf(config, { transport: 'udp4' })).toBe('nobody');
});

test('what a clock speaks at one port is dropped where it has none', () => {
  const config = configOf('  - {type: bc, ports: [eth1, eth2]}\n  - e2e-tc\n');
  expect(policyRules(config)[0]?.action).toEqual(['terminate', 'terminate', 'drop']);
  expect(fateOf(config, { port: 2 })).toBe('drop');
  expect(fateOf(config, { port: 2, transport: 'udp4' })).toBe('e2e-tc: e2e-tc of any domain');
});

test('a clock of several transports: each at its port, none across', () => {
  const config = loadConfig('config/per-port.yaml');
  expect(
    policyRules(config).map(({ transport, vlanId, action }) => [transport, vlanId, action]),
  ).toEqual([
    ['udp4', 0, ['terminate', 'drop', 'drop']],
    ['l2', 0, ['drop', 'terminate', 'drop']],
    ['l2', 100, ['drop', 'drop', 'terminate']],
  ]);
});

test('two clocks of one domain in two VLANs, each at every port', () => {
  const config = configOf('  - {type: bc, vlanId: 10}\n  - {type: bc, vlanId: 20}\n');
  expect(fateOf(config, { vlanId: 10 })).toBe('terminate: bc of domain 0, VLAN 10');
  expect(fateOf(config, { vlanId: 20, port: 2 })).toBe('terminate: bc of domain 0, VLAN 20');
  expect(fateOf(config, { vlanId: 0 })).toBe('nobody');
});

test('two clocks of one domain at different ports', () => {
  const config = configOf(
    '  - {type: bc, ports: [eth1, eth2]}\n  - {type: bc, ports: [eth3, eth4]}\n',
    '[eth1, eth2, eth3, eth4]',
  );
  expect(policyRules(config)).toHaveLength(1);
  expect(fateOf(config, { port: 1 })).toBe('terminate: bc of domain 0, on eth1 and eth2');
  expect(fateOf(config, { port: 3 })).toBe('terminate: bc of domain 0, on eth3 and eth4');
});

test('transparent clocks: one domain before one sdoId, that before one transport, that before any', () => {
  const config = configOf(
    '  - e2e-tc\n  - {type: p2p-tc, transport: l2}\n  - {type: e2e-tc, sdoId: 0x100}\n  - {type: p2p-tc, domain: 24}\n',
  );
  const fate = (key: Partial<MessageKey>) => fateOf(config, { domainNumber: 5, ...key });
  expect(fate({ sdoId: 0x100, domainNumber: 24 })).toBe('p2p-tc: p2p-tc of domain 24');
  expect(fate({ sdoId: 0x100 })).toBe('e2e-tc: e2e-tc of any domain, sdoId 0x100');
  expect(fate({})).toBe('p2p-tc: p2p-tc of any domain');
  expect(fate({ transport: 'udp6' })).toBe('e2e-tc: e2e-tc of any domain, any sdoId');
});

test('on a bridge that filters VLANs, what leaves without a tag is of the same network as what has one', () => {
  const config = configOf(
    '  - {type: bc, ports: [{interface: eth1, vlanId: 10}, {interface: eth2, vlanId: 10}]}\n  - e2e-tc\n',
    '[{interface: eth1, vlan: {tagged: [10]}}, {interface: eth2, vlan: {tagged: [10]}}, {interface: eth3, vlan: {pvid: 10}}]',
    'bridge: {name: br0}\n',
  );
  expect(fateOf(config, { vlanId: 10 })).toBe('terminate: bc of domain 0');
  expect(fateOf(config, { port: 2 })).toBe('drop');
  // Of another VLAN, or of none, at the ports of the clock.
  expect(fateOf(config, { vlanId: 0 })).toBe('e2e-tc: e2e-tc of any domain');
});

const linkOf = (config: Config, key: Partial<MessageKey>) =>
  servedBy(policyRules(config), { ...l2, ...key })?.linkOf?.domain;

test('of the default domain, a peer-to-peer clock of another one ends what nobody takes, for its link', () => {
  const config = configOf('  - {type: bc, domain: 24, delayMechanism: p2p, ports: [eth1, eth2]}\n');
  expect(fateOf(config, {})).toBe('terminate');
  expect(linkOf(config, {})).toBe(24);
  expect(fateOf(config, { port: 2 })).toBe('nobody');
  expect(fateOf(config, { transport: 'udp4' })).toBe('nobody');
  expect(fateOf(config, { sdoId: 0x100 })).toBe('nobody');
  expect(policyRules(configOf('  - {type: bc, domain: 24}\n'))).toHaveLength(1);
  expect(policyRules(configOf('  - {type: bc, delayMechanism: p2p}\n'))).toHaveLength(1);
});

test('whoever is of the default domain has it', () => {
  const clock = '  - {type: bc, domain: 24, delayMechanism: p2p, ports: [eth1]}\n';
  const transparent = configOf(`${clock}  - e2e-tc\n`);
  expect(fateOf(transparent, {})).toBe('e2e-tc: e2e-tc of any domain');
  const same = configOf(`${clock}  - {type: oc, domain: 0, ports: [eth1]}\n`);
  expect(fateOf(same, {})).toBe('terminate: oc of domain 0');
  expect(linkOf(same, {})).toBeUndefined();
  // At a port where that one has nothing, it would be dropped.
  const elsewhere = configOf(`${clock}  - {type: oc, domain: 0, ports: [eth2]}\n`);
  expect([fateOf(elsewhere, {}), linkOf(elsewhere, {})]).toEqual(['terminate', 24]);
  expect(fateOf(elsewhere, { port: 2 })).toBe('drop');
});

test('two peer-to-peer clocks on one port: the first has the link in the default domain', () => {
  const of = (domain: number) =>
    `  - {type: oc, domain: ${domain}, delayMechanism: p2p, ports: [eth1]}\n`;
  expect(linkOf(configOf(of(24) + of(25)), {})).toBe(24);
});
