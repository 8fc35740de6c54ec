import { describe, expect, test } from 'vitest';
import { complaints } from './config-files.js';

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
      'switch.yaml:1: colour: unknown key; the keys here are timestamping, ports, instances, bridge, loopGuard, membershipReports, mergeOffloads, driftFile, clockIdentity, socketPriority, limits, management, monitor, socketGroup',
    ],
    [
      'an unknown key of limits',
      'ports: [a, b]\ninstances: [e2e-tc]\nlimits:\n  heldMessage: 512',
      'switch.yaml:4: limits.heldMessage: unknown key; did you mean heldMessages?',
    ],
    [
      'a share that is too small',
      'ports: [a, b]\ninstances: [e2e-tc]\nlimits:\n  exchanges: 10',
      'switch.yaml:4: limits.exchanges: 10 does not fit here; write a whole number from 64 to 65536',
    ],
    [
      'shares that are too much together',
      'ports: [a, b, c, d, e, f, g, h, i]\ninstances: [e2e-tc]\nlimits:\n  heldMessages: 8192',
      'switch.yaml:4: limits.heldMessages: 8192 for each of 9 ports is more than 65536 together; write 7281 at most',
    ],
    [
      'a priority that no socket has',
      'ports: [a, b]\ninstances: [e2e-tc]\nsocketPriority: 16',
      'switch.yaml:3: socketPriority: 16 does not fit here; write a whole number from 0 to 15',
    ],
    [
      'another word for what becomes of merging',
      'ports:\n  - interface: a\n    mergeOffloads: on\n  - b\ninstances: [e2e-tc]',
      'switch.yaml:3: ports[0].mergeOffloads: "on" does not fit here; write one of off, keep',
    ],
    [
      'a bridge that is made and joined',
      'ports: [a, b]\ninstances: [{type: e2e-tc}]\nbridge:\n  name: br0\n  join: br1',
      'switch.yaml:5: bridge.join: stands beside name; write name for a bridge to be made, join for one that is there already',
    ],
    [
      'a setting of a bridge that is managed elsewhere',
      'ports: [a, b]\ninstances: [{type: e2e-tc}]\nbridge:\n  join: br1\n  stp: true',
      'switch.yaml:5: bridge.stp: is for a bridge of our own; set it where br1 is managed',
    ],
    [
      'pruning by a bridge that does not snoop',
      'ports: [a, b]\ninstances: [{type: e2e-tc}]\nbridge:\n  name: br0\n  igmpSnooping: false\n  pruneMulticast: true',
      'switch.yaml:6: bridge.pruneMulticast: needs igmpSnooping: who listens is found out by snooping on the answers to a querier; leave out igmpSnooping: false, or pruneMulticast',
    ],
    [
      'pruning by a bridge that asks nobody',
      'ports: [a, b]\ninstances: [{type: e2e-tc}]\nbridge:\n  name: br0\n  querier: false\n  pruneMulticast: true',
      'switch.yaml:6: bridge.pruneMulticast: needs querier: who listens is found out by snooping on the answers to a querier; leave out querier: false, or pruneMulticast',
    ],
    [
      'pruning without a bridge',
      'ports: [a, b]\ninstances: [{type: e2e-tc}]\npruneMulticast: true',
      'switch.yaml:3: pruneMulticast: unknown key; it goes into bridge, as in bridge: {name: br-ptp, pruneMulticast: ...}',
    ],
    [
      'an address of the bridge without its prefix length',
      'ports: [a, b]\ninstances: [{type: e2e-tc}]\nbridge:\n  name: br0\n  address:\n    - 192.0.2.1',
      'switch.yaml:6: bridge.address[0]: "192.0.2.1" does not fit here; write an address with its prefix length, as in 192.0.2.1/24',
    ],
    [
      'VLANs on a port without a bridge that filters them',
      'ports:\n  - interface: a\n    vlan: {pvid: 10}\n  - b\ninstances: [{type: e2e-tc}]',
      'switch.yaml:3: ports[0].vlan: needs a bridge of our own that filters VLANs; write bridge: {name: br-ptp}, or leave vlan out',
    ],
    [
      'a VLAN that leaves both with and without a tag',
      'ports:\n  - interface: a\n    vlan: {pvid: 10, tagged: [10]}\n  - b\ninstances: [{type: e2e-tc}]\nbridge: {name: br0}',
      'switch.yaml:3: ports[0].vlan.tagged: VLAN 10 leaves both with and without a tag; name it as pvid or in tagged',
    ],
    [
      'an unknown key of management',
      'ports: [a, b]\ninstances: [{type: e2e-tc}]\nmanagement:\n  allowSets: true',
      'switch.yaml:4: management.allowSets: unknown key; did you mean allowSet?',
    ],
    [
      'a permission that is neither given nor withheld',
      'ports: [a, b]\ninstances: [{type: e2e-tc}]\nmanagement:\n  allowSet: sometimes',
      'switch.yaml:4: management.allowSet: "sometimes" does not fit here; write true or false',
    ],
    [
      'a key that belongs to another type of instance',
      'ports: [a, b]\ninstances:\n  - type: e2e-tc\n    priority1: 1',
      'switch.yaml:4: instances[0].priority1: is not for type: e2e-tc; leave it out, or use type: bc or type: oc (on one port)',
    ],
    [
      'an unknown type',
      'ports: [a, b]\ninstances:\n  - domain: 0\n    type: e2etc',
      'switch.yaml:4: instances[0].type: "e2etc" does not fit here; write one of type: e2e-tc, type: p2p-tc, type: bc, type: oc',
    ],
    [
      'an ordinary clock on two ports',
      'ports: [a, b]\ninstances:\n  - type: oc\n    priority1: 100',
      'switch.yaml:3: instances[0].type: an ordinary clock has one port, not 2; name it, as in ports: [a], or use type: bc',
    ],
    [
      'an ordinary clock that may be neither master nor slave',
      'ports: [a]\ninstances:\n  - type: oc\n    slaveOnly: true\n    masterOnly: true',
      'switch.yaml:4: instances[0].slaveOnly: a clock cannot be both slaveOnly and masterOnly; leave one of them out',
    ],
    [
      'a boundary clock that is slaveOnly',
      'ports: [a, b]\ninstances:\n  - type: bc\n    slaveOnly: true',
      'switch.yaml:4: instances[0].slaveOnly: is not for type: bc; leave it out, or use type: oc (on one port)',
    ],
    [
      'a port of a clock that the switch does not have',
      'ports: [a, b]\ninstances:\n  - type: bc\n    ports: [a, c]',
      'switch.yaml:4: instances[0].ports[1]: c is not among the ports of the switch; use one of a, b, or add it there',
    ],
    [
      'a port of a clock twice',
      'ports: [a, b]\ninstances:\n  - type: bc\n    ports:\n      - a\n      - a',
      'switch.yaml:6: instances[0].ports[1]: interface a is there twice; name each interface once',
    ],
    [
      'a mistyped key of a port of a clock',
      'ports: [a, b]\ninstances:\n  - type: bc\n    ports:\n      - interface: a\n        vlan: 5',
      'switch.yaml:6: instances[0].ports[0].vlan: unknown key; did you mean vlanId?',
    ],
    [
      'a VLAN that is none',
      'ports: [a, b]\ninstances:\n  - type: bc\n    vlanId: 4095',
      'switch.yaml:4: instances[0].vlanId: 4095 does not fit here; write a whole number from 1 to 4094',
    ],
    [
      'a source address of another transport',
      'ports: [a, b]\ninstances:\n  - type: bc\n    ports:\n      - {interface: a, transport: udp6, sourceAddress: 192.0.2.1}',
      'switch.yaml:5: instances[0].ports[0].sourceAddress: 192.0.2.1 is of no use to transport: udp6; give an IPv4 address for udp4, an IPv6 address for udp6',
    ],
    [
      'a source address that is none',
      'ports: [a, b]\ninstances:\n  - type: bc\n    ports:\n      - {interface: a, transport: udp4, sourceAddress: eth0}',
      'switch.yaml:5: instances[0].ports[0].sourceAddress: "eth0" does not fit here; write an IP address, as in 192.0.2.1 or fe80::1',
    ],
    [
      'a hardware clock without hardware time stamps',
      'timestamping: software\nports: [a, b]\ninstances:\n  - type: bc\n    clock: phc',
      'switch.yaml:5: instances[0].clock: phc does not go with timestamping: software; write timestamping: auto, or use clock: virtual',
    ],
    [
      'the system clock without its own time stamps',
      'ports: [a, b]\ninstances:\n  - type: bc\n    clock: system',
      'switch.yaml:4: instances[0].clock: system does not go with timestamping: auto; write timestamping: software, or use clock: virtual',
    ],
    [
      'a hardware clock that two instances steer',
      'ports: [a, b, c]\ninstances:\n  - {type: bc, clock: phc, ports: [a, b]}\n  - type: bc\n    domain: 1\n    clock: phc\n    ports: [b, c]',
      'switch.yaml:6: instances[1].clock: the clock of b is steered by the bc of domain 0 already; use clock: virtual for one of them',
    ],
    [
      'a system clock that two instances steer',
      'timestamping: software\nports: [a, b]\ninstances:\n  - {type: bc, clock: system}\n  - {type: bc, domain: 1, clock: system}',
      'switch.yaml:5: instances[1].clock: the system clock is steered by the bc of domain 0 already; use clock: virtual for one of them',
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
      'ports: [a, b]\ninstances: [{type: e2e-tc, domain: 256}]',
      'switch.yaml:2: instances[0].domain: 256 does not fit here; write any, or a whole number from 0 to 255',
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
    ...['"."', '".."', '"eth1\\0"', '"ééééééééé"'].map(
      (name) =>
        [
          `the interface name ${name}, which the kernel cannot have`,
          `ports:\n  - ${name}\n  - b\ninstances: [{type: e2e-tc}]`,
          `switch.yaml:2: ports[0].interface: ${name.replace('\\0', '\\u0000')} does not fit here; write the name of a network interface: 1 to 15 characters, no spaces, no / and no :`,
        ] as const,
    ),
    [
      'a port that is a number',
      'ports: [1, b]\ninstances: [{type: e2e-tc}]',
      'switch.yaml:1: ports[0]: 1 does not fit here; write the name of an interface, as in eth1, or interface: eth1 and more keys',
    ],
    [
      'more ports than the engine has room for',
      `ports: [${Array.from({ length: 33 }, (_, port) => `eth${port}`).join(', ')}]\ninstances: [{type: e2e-tc}]`,
      'switch.yaml:1: ports: has 33; list 32 interfaces at most',
    ],
    [
      'more instances than the pump can tell apart',
      `ports: [a, b]\ninstances: [${Array.from({ length: 129 }, (_, domain) => `{type: bc, domain: ${domain}}`).join(', ')}]`,
      'switch.yaml:2: instances: has 129; list 128 instances at most',
    ],
    [
      'a number that is none',
      'ports: [a, b]\ninstances: [{type: bc, priority1: .nan}]',
      'switch.yaml:2: instances[0].priority1: NaN does not fit here; write a whole number from 0 to 255',
    ],
    [
      'a number without end',
      'ports: [a, b]\ninstances: [{type: bc, sdoId: 1e400}]',
      'switch.yaml:2: instances[0].sdoId: Infinity does not fit here; write a whole number from 0 to 4095',
    ],
    [
      'a value of many letters',
      `ports: [a, b]\ntimestamping: ${'x'.repeat(5000)}\ninstances: [{type: e2e-tc}]`,
      `switch.yaml:2: timestamping: "${'x'.repeat(59)}... does not fit here; write one of auto, hardware, software, mixed`,
    ],
    [
      'a list in itself',
      'ports: &ports [*ports, b]\ninstances: [{type: e2e-tc}]',
      'switch.yaml:1: ports[0]: what contains itself does not fit here; write the name of an interface, as in eth1, or interface: eth1 and more keys',
    ],
    [
      'a UTC offset that there has never been',
      'ports: [a, b]\ninstances:\n  - {type: bc, time: {utcOffset: 3}}',
      'switch.yaml:3: instances[0].time.utcOffset: 3 does not fit here; write kernel, leapSecondsFile or the seconds that TAI is ahead of UTC, 37',
    ],
    [
      'a source of time that there is not',
      'ports: [a, b]\ninstances:\n  - {type: bc, time: gnss}',
      'switch.yaml:3: instances[0].time.source: "gnss" does not fit here; write one of system, phc, free',
    ],
    [
      'a time source of no table',
      'ports: [a, b]\ninstances:\n  - {type: bc, time: {timeSource: sundial}}',
      'switch.yaml:3: instances[0].time.timeSource: "sundial" does not fit here; write one of atomic_clock, gnss, terrestrial_radio, serial_time_code, ptp, ntp, hand_set, other, internal_oscillator, or its number in table 6, as in 0x20',
    ],
    [
      'a claim of a time that is from nowhere',
      'ports: [a, b]\ninstances:\n  - {type: bc, time: {source: free, timeTraceable: yes}}',
      'switch.yaml:3: instances[0].time.timeTraceable: a time that comes from nowhere is traceable to nothing; leave it out, or say where the time is from: source: system or phc',
    ],
    [
      'a hardware clock as the source where none is used',
      'timestamping: software\nports: [a, b]\ninstances:\n  - {type: bc, time: phc}',
      'switch.yaml:4: instances[0].time: with timestamping: software no port has a hardware clock; write timestamping: auto, or time: system',
    ],
    [
      'an unknown key of time',
      'ports: [a, b]\ninstances:\n  - {type: bc, time: {utcOfset: 37}}',
      'switch.yaml:3: instances[0].time.utcOfset: unknown key; did you mean utcOffset?',
    ],
    [
      'a drift file anywhere',
      'ports: [a, b]\ninstances: [e2e-tc]\ndriftFile: drift',
      'switch.yaml:3: driftFile: "drift" does not fit here; write an absolute path',
    ],
    [
      'a list as a key',
      '? [a, b]\n: 1\nports: [a, b]\ninstances: [{type: e2e-tc}]',
      'switch.yaml:1: [ a, b ]: unknown key; the keys here are timestamping, ports, instances, bridge, loopGuard, membershipReports, mergeOffloads, driftFile, clockIdentity, socketPriority, limits, management, monitor, socketGroup',
    ],
    [
      'a domain twice',
      'ports: [a, b]\ninstances:\n  - type: e2e-tc\n  - type: e2e-tc',
      'switch.yaml:4: instances[1]: e2e-tc of any domain takes the same messages as e2e-tc of any domain (instances[0]); tell them apart by domain, sdoId or transport, or leave one out',
    ],
    [
      'one port',
      'ports: [a]\ninstances: [{type: e2e-tc}]',
      'switch.yaml:1: ports: has only 1; list two interfaces or more: a switch forwards from one port to another',
    ],
    [
      'a boundary clock on one port',
      'ports: [a]\ninstances: [{type: bc}]',
      'switch.yaml:1: ports: has only 1; use type: oc, the clock of one port, or list two interfaces or more for type: bc',
    ],
    [
      'several ports without a list',
      'ports: a, b\ninstances: [{type: e2e-tc}]',
      'switch.yaml:1: ports: "a, b" does not fit here; list the interfaces, as in ports: [eth1, eth2]',
    ],
    [
      'a mistake in an instance without a list',
      'ports: [a, b]\ninstances:\n  type: bc\n  priority1: 256',
      'switch.yaml:4: instances[0].priority1: 256 does not fit here; write a whole number from 0 to 255',
    ],
    [
      'no bridge, in words',
      'ports: [a, b]\ninstances: [{type: e2e-tc}]\nbridge: no',
      'switch.yaml:3: bridge: "no" does not fit here; write bridge: {name: br-ptp}, or the name of a bridge that is there already, or leave it out',
    ],
    [
      'a transport that could be either',
      'ports: [a, b]\ninstances: [{type: bc, transport: UDP}]',
      'switch.yaml:2: instances[0].transport: "UDP" does not fit here; write one of l2, udp4, udp6',
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

  test.each([
    ['lists in lists without end', '['.repeat(20_000) + ']'.repeat(20_000)],
    ['keys in keys without end', `${'{a: '.repeat(20_000)}${'}'.repeat(20_000)}`],
    [
      'aliases of aliases that grow without bound',
      [...'bcdefghijk'].reduce(
        (text, name, index) =>
          `${text}${name}: &${name} [${`*${'abcdefghij'[index]}, `.repeat(9)}]\n`,
        'a: &a [x]\n',
      ),
    ],
  ])('%s are an error of the file, not of the program', (_name, text) => {
    expect(complaints(text).length).toBeLessThanOrEqual(10);
    expect(complaints(text)[0]).toMatch(/^switch\.yaml:\d+: not valid YAML: /);
  });

  test('an alias without its anchor is an error of the file, not of the program', () => {
    expect(complaints('ports: [*eth, b]\ninstances: [{type: e2e-tc}]')[0]).toMatch(
      /^switch\.yaml:1: not valid YAML: /,
    );
  });

  test('everything wrong is said at once, in the order of the keys', () => {
    const text = 'timestamping: gps\nports: []\ninstances: [{type: oc, priority1: 256}]';
    expect(complaints(text).map((line) => line.split(': ').slice(0, 2).join(': '))).toEqual([
      'switch.yaml:1: timestamping',
      'switch.yaml:2: ports',
      'switch.yaml:3: instances[0].priority1',
    ]);
  });
});
