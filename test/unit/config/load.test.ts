import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigError } from '../../../src/config/config-error.js';
import { loadConfig } from '../../../src/config/load.js';
import type { ConfigOptions } from '../../../src/config/options.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ptp-switch-config-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function fileWith(text: string): string {
  const file = join(directory, 'switch.yaml');
  writeFileSync(file, text);
  return file;
}

/** The lines of the error that a configuration gives, with the folder cut off. */
function complaints(text: string | undefined, options: ConfigOptions = {}): string[] {
  try {
    loadConfig(text === undefined ? undefined : fileWith(text), options);
  } catch (error) {
    if (error instanceof ConfigError)
      return error.message.replaceAll(`${directory}/`, '').split('\n');
    throw error;
  }
  return [];
}

const straight = { ingressLatencyNs: 0, egressLatencyNs: 0, delayAsymmetryNs: 0 };

describe('what is valid', () => {
  test('the short form, with every default', () => {
    expect(loadConfig(fileWith('{ports: [eth1, eth2], instances: [{type: e2e-tc}]}'))).toEqual({
      timestamping: 'auto',
      ports: [
        { interface: 'eth1', ...straight },
        { interface: 'eth2', ...straight },
      ],
      instances: [{ type: 'e2e-tc', domain: 'any' }],
    });
  });

  test('a peer-to-peer transparent clock, with its default and without', () => {
    const instancesOf = (text: string) => loadConfig(fileWith(text)).instances;
    expect(instancesOf('{ports: [a, b], instances: [{type: p2p-tc}]}')).toEqual([
      { type: 'p2p-tc', domain: 'any', logMinPdelayReqInterval: 0 },
    ]);
    expect(
      instancesOf(
        '{ports: [a, b], instances: [{type: p2p-tc, domain: 1, logMinPdelayReqInterval: -3}]}',
      ),
    ).toEqual([{ type: 'p2p-tc', domain: 1, logMinPdelayReqInterval: -3 }]);
  });

  test('the long form, mixed with the short', () => {
    const text = `
timestamping: software
ports:
  - interface: eth1
    delayAsymmetry: -35ns
    ingressLatency: 1.2us
    egressLatency: 0.5ns
  - eth2
instances:
  - type: e2e-tc
    domain: 24
`;
    expect(loadConfig(fileWith(text))).toEqual({
      timestamping: 'software',
      ports: [
        { interface: 'eth1', ingressLatencyNs: 1200, egressLatencyNs: 0.5, delayAsymmetryNs: -35 },
        { interface: 'eth2', ...straight },
      ],
      instances: [{ type: 'e2e-tc', domain: 24 }],
    });
  });

  test('options alone make an end-to-end transparent clock for every domain', () => {
    const config = loadConfig(undefined, { interfaces: ['eth1', 'eth2'] });
    expect(config.ports.map((port) => port.interface)).toEqual(['eth1', 'eth2']);
    expect(config.instances).toEqual([{ type: 'e2e-tc', domain: 'any' }]);
  });

  test('options replace what the file says of the same thing, and only that', () => {
    const file = fileWith(
      '{timestamping: software, ports: [a, b], instances: [{type: e2e-tc, domain: 1}]}',
    );
    const config = loadConfig(file, { interfaces: ['c', 'd'], domain: 7 });
    expect(config.timestamping).toBe('software');
    expect(config.ports.map((port) => port.interface)).toEqual(['c', 'd']);
    expect(config.instances).toEqual([{ type: 'e2e-tc', domain: 7 }]);
    expect(loadConfig(file, { timestamping: 'hardware' })).toMatchObject({
      timestamping: 'hardware',
      instances: [{ domain: 1 }],
    });
  });
});

describe('what is not, with file, line, key and remedy', () => {
  const cases: readonly (readonly [name: string, text: string, complaint: string])[] = [
    [
      'an unknown key with a near neighbour',
      'ports:\n  - interface: eth1\n    delayAsymetry: 0ns\n  - eth2\ninstances: [{type: e2e-tc}]',
      'switch.yaml:3: ports[0].delayAsymetry: unknown key; did you mean delayAsymmetry?',
    ],
    [
      'an unknown key without one',
      'colour: red\nports: [a, b]\ninstances: [{type: e2e-tc}]',
      'switch.yaml:1: colour: unknown key; the keys here are timestamping, ports, instances',
    ],
    [
      'a key that belongs to another type of instance',
      'ports: [a, b]\ninstances:\n  - type: e2e-tc\n    priority1: 1',
      'switch.yaml:4: instances[0].priority1: unknown key; the keys here are type, domain',
    ],
    [
      'an unknown type',
      'ports: [a, b]\ninstances:\n  - domain: 0\n    type: e2etc',
      'switch.yaml:4: instances[0].type: "e2etc" does not fit here; write one of type: e2e-tc, type: p2p-tc, type: bc',
    ],
    [
      'a type of a later version',
      'ports: [a, b]\ninstances:\n  - type: oc\n    priority1: 100',
      'switch.yaml:3: instances[0].type: oc is not available in this version; use type: e2e-tc, type: p2p-tc or type: bc',
    ],
    [
      'a delay mechanism of a later version',
      'ports: [a, b]\ninstances:\n  - type: bc\n    delayMechanism: p2p',
      'switch.yaml:4: instances[0].delayMechanism: p2p for a bc is not available in this version; use delayMechanism: e2e',
    ],
    [
      'a clock of a later version',
      'ports: [a, b]\ninstances:\n  - type: bc\n    clock: phc',
      'switch.yaml:4: instances[0].clock: phc is not available in this version; use clock: virtual',
    ],
    [
      'an interval out of range',
      'ports: [a, b]\ninstances:\n  - type: p2p-tc\n    logMinPdelayReqInterval: 9',
      'switch.yaml:4: instances[0].logMinPdelayReqInterval: 9 does not fit here; write a whole number from -7 to 7',
    ],
    [
      'a duration without a unit',
      'ports:\n  - interface: a\n    ingressLatency: 35\n  - b\ninstances: [{type: e2e-tc}]',
      'switch.yaml:3: ports[0].ingressLatency: 35 does not fit here; write a number with its unit, as in 0ns, -35ns or 1.2us; at most 1s',
    ],
    [
      'a duration of two seconds',
      'ports:\n  - {interface: a, egressLatency: 2s}\n  - b\ninstances: [{type: e2e-tc}]',
      'switch.yaml:2: ports[0].egressLatency: "2s" does not fit here; write a number with its unit, as in 0ns, -35ns or 1.2us; at most 1s',
    ],
    [
      'a domain that is none',
      'ports: [a, b]\ninstances: [{type: e2e-tc, domain: 240}]',
      'switch.yaml:2: instances[0].domain: 240 does not fit here; write any, or a whole number from 0 to 239',
    ],
    [
      'an interface twice',
      'ports:\n  - a\n  - b\n  - a\ninstances: [{type: e2e-tc}]',
      'switch.yaml:4: ports[2]: interface a is there twice; name each interface once',
    ],
    [
      'an interface name the kernel cannot have',
      'ports: [a, an-interface-of-a-long-name]\ninstances: [{type: e2e-tc}]',
      'switch.yaml:1: ports[1].interface: "an-interface-of-a-long-name" does not fit here; write the name of a network interface: 1 to 15 characters, no spaces, no / and no :',
    ],
    [
      'a domain twice',
      'ports: [a, b]\ninstances:\n  - type: e2e-tc\n  - type: e2e-tc',
      'switch.yaml:4: instances[1]: domain any is there twice; name each domain once',
    ],
    [
      'one port',
      'ports: [a]\ninstances: [{type: e2e-tc}]',
      'switch.yaml:1: ports: has only 1; list two interfaces or more: a switch forwards from one port to another',
    ],
    [
      'no instances',
      'ports: [a, b]',
      'switch.yaml:1: instances: is missing; list what runs on the ports, as in instances: [{type: e2e-tc}]',
    ],
    [
      'a list where keys belong',
      '- eth1\n- eth2',
      'switch.yaml:1: ["eth1","eth2"] does not fit here; write keys and values, as in ports: [eth1, eth2]',
    ],
    [
      'an empty file',
      '# nothing yet\n',
      'switch.yaml:1: is empty; begin with ports: [eth1, eth2] and instances: [{type: e2e-tc}]',
    ],
    [
      'a key twice',
      'ports: [a, b]\nports: [c, d]',
      'switch.yaml:2: not valid YAML: map keys must be unique; correct this line',
    ],
  ];

  test.each(cases)('%s', (_name, text, complaint) => {
    expect(complaints(text)).toEqual([complaint]);
  });

  test('YAML that does not parse names its line', () => {
    expect(complaints('ports: [a, b]\ninstances: [{type: e2e-tc}')[0]).toMatch(
      /^switch\.yaml:2: not valid YAML: .+; correct this line$/,
    );
  });

  test('an alias without its anchor is an error of the file, not of the program', () => {
    expect(complaints('ports: [*eth, b]\ninstances: [{type: e2e-tc}]')[0]).toMatch(
      /^switch\.yaml:1: not valid YAML: /,
    );
  });

  test('everything wrong is said at once, in the order of the keys', () => {
    const text = 'timestamping: gps\nports: [a]\ninstances: [{type: oc, priority1: 256}]';
    expect(complaints(text).map((line) => line.split(': ').slice(0, 2).join(': '))).toEqual([
      'switch.yaml:1: timestamping',
      'switch.yaml:2: ports',
      'switch.yaml:3: instances[0].priority1',
    ]);
  });

  test('a file that is not there', () => {
    const file = join(directory, 'absent.yaml');
    expect(() => loadConfig(file)).toThrow(`${file}: there is no such file; check the path`);
  });

  test('a folder', () => {
    expect(() => loadConfig(directory)).toThrow('cannot be read (EISDIR); name a YAML file');
  });
});

describe('options that are wrong are named as options', () => {
  test.each<[string, string | undefined, ConfigOptions, string]>([
    ['one port', undefined, { interfaces: ['a'] }, 'command line: -i: has only 1; list two'],
    ['no port', undefined, {}, 'command line: -i: is missing; list the interfaces'],
    [
      'a port twice',
      undefined,
      { interfaces: ['a', 'a'] },
      'command line: -i: interface a is there twice',
    ],
    [
      'an unknown mode, over a file that had a good one',
      '{timestamping: auto, ports: [a, b], instances: [{type: e2e-tc}]}',
      { timestamping: 'gps' },
      'command line: --timestamping: "gps" does not fit here; write one of auto, hardware, software',
    ],
    ['a domain', undefined, { interfaces: ['a', 'b'], domain: 'x' }, 'command line: --domain: "x"'],
    [
      'a type of a later version',
      undefined,
      { interfaces: ['a', 'b'], type: 'oc' },
      'command line: --type: oc is not available in this version',
    ],
  ])('%s', (_name, text, options, beginning) => {
    const lines = complaints(text, options);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(beginning);
  });
});
