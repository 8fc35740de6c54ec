import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { fileWith } from './config-files.js';
import { straight } from '../../support/config-ports.js';

describe('what operators mean unmistakably is taken', () => {
  const configOf = (text: string) => loadConfig(fileWith(text));
  const clockOf = (settings: string) =>
    configOf(`{ports: [a, b], instances: [{type: bc, ${settings}}]}`).instances[0];

  test.each([
    ['e2e-tc', 'instances: [e2e-tc]'],
    ['e2e-tc', 'instances: e2e-tc'],
    ['e2e-tc', 'instances: {type: E2E_TC}'],
    ['p2p-tc', 'instances:\n  type: p2p-tc'],
    ['bc', 'instances: [BC]'],
  ])('%s as %s', (type, text) => {
    expect(configOf(`ports: [a, b]\n${text}`).instances).toMatchObject([{ type }]);
  });

  test.each([
    ...['L2', 'Ethernet', 'ethernet', '802.3', 'IEEE802.3', 'IEEE 802.3'].map((w) => [w, 'l2']),
    ...['UDPv4', 'udpv4', 'UDP4', 'UDP/IPv4', 'IPv4'].map((word) => [word, 'udp4']),
    ...['UDPv6', 'udpv6', 'Udp6', 'UDP/IPv6'].map((word) => [word, 'udp6']),
  ])('transport: %s', (word, transport) => {
    expect(clockOf(`transport: ${word}`)).toMatchObject({ ports: [{ transport }, { transport }] });
  });

  test.each([
    ['delayMechanism: E2E', { ports: [{ delayMechanism: 'e2e' }, {}] }],
    ['delayMechanism: P2P', { ports: [{ delayMechanism: 'p2p' }, {}] }],
    ['servo: PI', { servo: { kind: 'pi' } }],
    ['servo: LinReg', { servo: { kind: 'linreg' } }],
    ['clock: Virtual', { clock: 'virtual' }],
    ['clock: PHC', { clock: 'phc' }],
    ['pathTrace: yes', { pathTrace: true }],
    ['masterOnly: Off', { ports: [{ masterOnly: false }, {}] }],
    ['masterOnly: 1', { ports: [{ masterOnly: true }, {}] }],
    ['pathTrace: "false"', { pathTrace: false }],
    ['priority1: "100"', { priority1: 100 }],
    ['sdoId: "0x010"', { sdoId: 0x010 }],
    ['logSyncInterval: "-3"', { ports: [{ logSyncInterval: -3 }, {}] }],
    ['domain: "24"', { domain: 24 }],
  ])('%s', (settings, expected) => {
    expect(clockOf(settings)).toMatchObject(expected);
  });

  test.each([
    ['loopGuard: no', { loopGuard: false }],
    ['membershipReports: OFF', { membershipReports: false }],
    ['management: {allowSet: on}', { management: { allowSet: true } }],
    ['timestamping: HW', { timestamping: 'hardware' }],
    ['timestamping: Software', { timestamping: 'software' }],
    ['timestamping: AUTO', { timestamping: 'auto' }],
    [
      'bridge: {name: br0, stp: no, onExit: Forward}',
      { bridge: { stp: false, onExit: 'forward' } },
    ],
    ['bridge: {name: br0, address: 192.0.2.1/24}', { bridge: { address: ['192.0.2.1/24'] } }],
    ['bridge: yes', { bridge: { name: 'br-ptp', existing: false } }],
  ])('%s', (text, expected) => {
    expect(configOf(`{ports: [a, b], instances: [e2e-tc], ${text}}`)).toMatchObject(expected);
  });

  test.each(['0', '"0"', '0ns', '-0'])('delayAsymmetry: %s', (zero) => {
    const text = `{ports: [{interface: a, delayAsymmetry: ${zero}}, b], instances: [e2e-tc]}`;
    expect(configOf(text).ports[0]).toEqual({ interface: 'a', ...straight });
  });

  test('one port of a clock, or one VLAN, without a list', () => {
    const bridge = 'bridge: {name: br0}';
    const ports = 'ports: [{interface: a, vlan: {tagged: 10}}, b]';
    const config = configOf(`{${ports}, instances: {type: oc, ports: b}, ${bridge}}`);
    expect(config.ports[0]?.vlan).toEqual({ tagged: [10] });
    expect(config.instances).toMatchObject([{ type: 'oc', ports: [{ interface: 'b' }] }]);
    expect(configOf('{ports: a, instances: oc}').ports).toHaveLength(1);
  });

  test('any domain, in capitals', () => {
    const text = '{ports: [a, b], instances: [{type: e2e-tc, domain: ANY}]}';
    expect(configOf(text).instances).toMatchObject([{ domain: 'any' }]);
  });
});

describe('an option changes one thing of the file, and loses nothing', () => {
  const clock = '{type: bc, priority1: 100, domain: 3}';
  const withInstances = (text: string) => fileWith(`ports: [a, b]\ninstances: ${text}`);
  const withBridge = (text: string) =>
    fileWith(`ports: [a, b]\ninstances: [e2e-tc]\nbridge: ${text}`);

  test.each([`[${clock}]`, clock])('--domain, of the only instance: %s', (instances) => {
    expect(loadConfig(withInstances(instances), { domain: '24' }).instances).toMatchObject([
      { type: 'bc', priority1: 100, domain: 24 },
    ]);
  });

  test('--type, of the only instance, with the settings that both types have', () => {
    const text = '[{type: bc, priority1: 100, domain: 3, ports: [a]}]';
    expect(loadConfig(withInstances(text), { type: 'OC' }).instances).toMatchObject([
      { type: 'oc', priority1: 100, domain: 3, ports: [{ interface: 'a' }] },
    ]);
    const asking = '[{type: p2p-tc, logMinPdelayReqInterval: -2, domain: 7}]';
    expect(loadConfig(withInstances(asking), { type: 'bc' }).instances).toMatchObject([
      { type: 'bc', domain: 7, ports: [{ logMinPdelayReqInterval: -2 }, {}] },
    ]);
  });

  test('--type and --domain of a file that names ports alone', () => {
    expect(
      loadConfig(fileWith('ports: [a, b]'), { type: 'bc', domain: '4' }).instances,
    ).toMatchObject([{ type: 'bc', domain: 4 }]);
  });

  test('--bridge makes one, of the default name unless named', () => {
    const interfaces = ['a', 'b'];
    const bridgeOf = (bridge: string) => loadConfig(undefined, { interfaces, bridge }).bridge;
    expect(bridgeOf('')).toEqual(loadConfig(withBridge('{name: br-ptp}')).bridge);
    expect(bridgeOf('br-lab')).toEqual(loadConfig(withBridge('{name: br-lab}')).bridge);
  });

  test('--bridge renames the one of the file, which keeps its settings', () => {
    const file = withBridge('{name: br0, stp: false}');
    expect(loadConfig(file, { bridge: '' }).bridge).toMatchObject({ name: 'br0', stp: false });
    expect(loadConfig(file, { bridge: 'br1' }).bridge).toMatchObject({ name: 'br1', stp: false });
  });

  test('--join-bridge joins one of the system', () => {
    const joined = { name: 'br1', existing: true };
    const options = { joinBridge: 'br1' };
    expect(loadConfig(undefined, { interfaces: ['a', 'b'], ...options }).bridge).toMatchObject(
      joined,
    );
    const file = withBridge('{join: br0, onExit: forward}');
    expect(loadConfig(file, options).bridge).toMatchObject({ ...joined, onExit: 'forward' });
  });
});
