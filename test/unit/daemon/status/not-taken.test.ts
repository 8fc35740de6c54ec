/** PTP that no instance takes: why, in one word and in words, and shown while it goes on. */
import { describe, expect, test } from 'vitest';
import type { InstanceConfig } from '../../../../src/config/config.js';
import { loadConfig } from '../../../../src/config/load.js';
import { NotTaken, type NotTakenMessages } from '../../../../src/daemon/status/not-taken.js';
import { fileWith } from '../../config/config-files.js';

const announce: NotTakenMessages = {
  ...{ port: 0, sdoId: 0, domainNumber: 0, transport: 'l2', vlanId: 0 },
  ...{ announce: true, messages: 1 },
};

function configOf(instances: string) {
  return loadConfig(fileWith(`ports: [eth1, eth2, eth3]\ninstances:\n${instances}`));
}

function bench(instances: string, config = configOf(instances)) {
  let now = 0;
  const table = new NotTaken({
    instances: config.instances,
    nameOf: (port) => config.ports[port]?.interface ?? '',
    now: () => now,
  });
  return { table, pass: (seconds: number) => (now += seconds * 1e9) };
}

describe('the reason', () => {
  test.each<[string, string, Partial<NotTakenMessages>, string]>([
    [
      '  - bc',
      'otherDomain',
      { domainNumber: 24 },
      'eth1: PTP of domain 24 over l2 is not taken: no instance is of domain 24; give one domain: 24, or let it pass by type: e2e-tc',
    ],
    [
      '  - bc',
      'otherSdoId',
      { sdoId: 0x100 },
      'eth1: PTP of domain 0, sdoId 0x100, over l2 is not taken: bc of domain 0 has another sdoId; let it pass by type: e2e-tc',
    ],
    [
      '  - bc',
      'otherTransport',
      { transport: 'udp4' },
      'eth1: PTP of domain 0 over udp4 is not taken: bc of domain 0 speaks l2 there; write transport: udp4, or let it pass by type: e2e-tc',
    ],
    [
      '  - bc',
      'otherVlan',
      { vlanId: 10 },
      'eth1: PTP of domain 0 over l2 in VLAN 10 is not taken: bc of domain 0 takes messages without a VLAN tag there; write vlanId: 10, or let it pass by type: e2e-tc',
    ],
    [
      '  - {type: bc, vlanId: 10}\n  - {type: bc, vlanId: 20}',
      'otherVlan',
      {},
      'eth1: PTP of domain 0 over l2 is not taken: bc of domain 0, VLAN 10 and bc of domain 0, VLAN 20 take VLAN 10 and VLAN 20 there; leave vlanId out, or let it pass by type: e2e-tc',
    ],
    [
      '  - {type: bc, ports: [eth1, eth2]}',
      'otherPort',
      { port: 2 },
      'eth3: PTP of domain 0 over l2 is not taken: bc of domain 0 has no port there; add eth3 to the ports',
    ],
    [
      '  - {type: e2e-tc, transport: udp4}',
      'otherTransport',
      {},
      'eth1: PTP of domain 0 over l2 is not taken: e2e-tc of any domain speaks udp4 there; write transport: l2, or let it pass by type: e2e-tc',
    ],
  ])('%s: %s', (instances, reason, message, description) => {
    const { table } = bench(instances);
    table.take({ ...announce, ...message });
    expect(table.current()).toMatchObject([{ reason, description, announce: true, messages: 1 }]);
  });
});

test('what goes on is counted', () => {
  const { table, pass } = bench('  - bc');
  for (const messages of [1, 5, 5]) {
    table.take({ ...announce, domainNumber: 24, messages });
    pass(10);
  }
  table.take({ ...announce, domainNumber: 24, announce: false });
  expect(table.current().map(({ messages }) => messages)).toEqual([11, 1]);
});

test('what is over is shown no more', () => {
  const { table, pass } = bench('  - bc');
  table.take({ ...announce, domainNumber: 24 });
  pass(24);
  expect(table.current()).toHaveLength(1);
  pass(2);
  expect(table.current()).toEqual([]);
});

test('what is for another host is shown as that', () => {
  const { table } = bench('  - bc');
  table.take({ ...announce, toOtherHost: true });
  expect(table.current()).toMatchObject([{ reason: 'otherHost' }]);
});

test('whoever makes up domains fills no memory', () => {
  const { table } = bench('  - bc');
  for (let domainNumber = 1; domainNumber <= 255; domainNumber++) {
    for (const port of [0, 1, 2]) table.take({ ...announce, domainNumber, port });
  }
  expect(table.current()).toHaveLength(256);
});

test('a made-up message costs as much as there are instances, and not as they have names', () => {
  const number = 100;
  const config = configOf(
    Array.from({ length: number }, (_, index) => `  - {type: bc, domain: ${index}}`).join('\n'),
  );
  let reads = 0;
  const get = (instance: InstanceConfig, key: PropertyKey): unknown => {
    reads += 1;
    return Reflect.get(instance, key);
  };
  const counted = config.instances.map((instance) => new Proxy(instance, { get }));
  const { table } = bench('', { ...config, instances: counted });
  for (const others of [undefined, [...counted]]) {
    if (others !== undefined) table.setInstances(others);
    reads = 0;
    table.take({ ...announce, domainNumber: number });
    table.take({ ...announce, domainNumber: 0, transport: 'udp4' });
    expect(table.current().map(({ reason }) => reason)).toEqual(['otherDomain', 'otherTransport']);
    // Of each, for each of the messages, its domain twice; of the one of the domain some more.
    expect(reads).toBeLessThan(5 * number);
  }
});

test('what came in before there were rules, and is taken now, is not told of', () => {
  for (const instances of ['  - bc', '  - e2e-tc']) {
    const { table } = bench(instances);
    table.take(announce);
    expect(table.current()).toEqual([]);
  }
});
