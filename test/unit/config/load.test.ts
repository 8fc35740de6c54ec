import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import type { ConfigOptions } from '../../../src/config/options.js';
import { complaints, fileWith } from './config-files.js';
import { straight } from '../../support/config-ports.js';

describe('what is valid', () => {
  test('the short form, with every default', () => {
    expect(loadConfig(fileWith('{ports: [eth1, eth2], instances: [{type: e2e-tc}]}'))).toEqual({
      timestamping: 'auto',
      loopGuard: true,
      membershipReports: true,
      ports: [
        { interface: 'eth1', ...straight },
        { interface: 'eth2', ...straight },
      ],
      instances: [{ type: 'e2e-tc', domain: 'any' }],
    });
  });

  test('what is done about merging, for all ports and for one', () => {
    const keepingPorts = (text: string) =>
      loadConfig(fileWith(text)).ports.map(({ keepMergeOffloads }) => keepMergeOffloads ?? false);
    const ports =
      'ports: [a, {interface: b, mergeOffloads: keep}, {interface: c, mergeOffloads: off}]';
    expect(keepingPorts(`{${ports}, instances: [e2e-tc]}`)).toEqual([false, true, false]);
    expect(keepingPorts(`{mergeOffloads: keep, ${ports}, instances: [e2e-tc]}`)).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('shares of the tables, and the priority of what is sent', () => {
    const text =
      '{ports: [a, b], instances: [e2e-tc], limits: {exchanges: 65536, loopFingerprints: "64"}, socketPriority: 0}';
    expect(loadConfig(fileWith(text))).toMatchObject({
      limits: { exchanges: 65_536, loopFingerprints: 64 },
      socketPriority: 0,
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

  const defaultClockPort = {
    ...{ transport: 'l2', delayMechanism: 'e2e', masterOnly: false },
    ...{ logAnnounceInterval: 1, announceReceiptTimeout: 3, logSyncInterval: 0 },
    ...{ logMinDelayReqInterval: 0, logMinPdelayReqInterval: 0 },
  };
  const defaultClock = {
    ...{ domain: 0, sdoId: 0, priority1: 128, priority2: 128, pathTrace: false },
    ...{ clockClass: 248, clockAccuracy: 0xfe, offsetScaledLogVariance: 0xffff },
    ...{ slaveOnly: false, clock: 'virtual' },
    time: {
      ...{ source: 'system', utcOffset: 'kernel', timeTraceable: false, frequencyTraceable: false },
      leapSecondsFile: '/usr/share/zoneinfo/leap-seconds.list',
    },
    servo: {
      ...{ kind: 'pi', firstStepThresholdNs: 20e3, stepThresholdNs: 1e6 },
      ...{ lockThresholdNs: 'auto', maxRate: 0.1 },
    },
    measurement: {
      ...{ syncReceiptTimeout: 6, maxSyncReceiptTimeoutNs: 10e9, delayReceiptTimeout: 10 },
      ...{ minLogDelayReqInterval: -7, maxLogDelayReqInterval: 4 },
      ...{ minPathDelayNs: -1e6, maxPathDelayNs: 1e9 },
    },
    untilLocked: 'degrade',
  };

  test('a boundary clock runs on every port of the switch', () => {
    const [clock] = loadConfig(fileWith('{ports: [a, b], instances: [{type: bc}]}')).instances;
    expect(clock).toEqual({
      ...{ type: 'bc', ...defaultClock },
      ports: [
        { interface: 'a', ...defaultClockPort },
        { interface: 'b', ...defaultClockPort },
      ],
    });
  });

  test('or on those it names, each as the clock says but for what it says itself', () => {
    const text = `
ports: [a, b, c]
instances:
  - type: bc
    transport: udp4
    logSyncInterval: -4
    ports:
      - interface: c
        transport: l2
        delayMechanism: p2p
        vlanId: 100
      - interface: a
        sourceAddress: 192.0.2.7
        masterOnly: true
`;
    const [clock] = loadConfig(fileWith(text)).instances;
    const common = { ...defaultClockPort, logSyncInterval: -4 };
    expect(clock).toEqual({
      ...{ type: 'bc', ...defaultClock },
      ports: [
        { interface: 'c', ...common, delayMechanism: 'p2p', vlanId: 100 },
        {
          ...{ interface: 'a', ...common, transport: 'udp4', masterOnly: true },
          sourceAddress: '192.0.2.7',
        },
      ],
    });
  });

  test('an ordinary clock has one port, which may be all there are; slaveOnly makes it class and priority1 255', () => {
    const text = '{ports: [a], instances: [{type: oc, slaveOnly: true}]}';
    expect(loadConfig(fileWith(text)).instances).toEqual([
      {
        ...{ type: 'oc', ...defaultClock, slaveOnly: true, clockClass: 255, priority1: 255 },
        ports: [{ interface: 'a', ...defaultClockPort }],
      },
    ]);
  });

  test('where a grandmaster has its time from, in short and in full', () => {
    const timeOf = (text: string) => {
      const [clock] = loadConfig(
        fileWith(`{ports: [a, b], instances: [{type: bc, ${text}}]}`),
      ).instances;
      return clock?.type === 'bc' ? clock.time : undefined;
    };
    expect(timeOf('time: phc')).toEqual({ ...defaultClock.time, source: 'phc' });
    expect(timeOf('time: {utcOffset: "37"}')).toEqual({ ...defaultClock.time, utcOffset: 37 });
    expect(timeOf('time: {utcOffset: LeapSecondsFile, leapSecondsFile: /etc/leap}')).toEqual({
      ...{ ...defaultClock.time, utcOffset: 'leapSecondsFile', leapSecondsFile: '/etc/leap' },
    });
    expect(timeOf('time: {timeSource: GNSS, timeTraceable: yes}')).toEqual({
      ...{ ...defaultClock.time, timeSource: 0x20, timeTraceable: true },
    });
    expect(timeOf('time: {timeSource: 0x20}')).toMatchObject({ timeSource: 0x20 });
    expect(timeOf('time: {timeSource: INTERNAL_OSCILLATOR}')).toMatchObject({ timeSource: 0xa0 });
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
      loopGuard: true,
      membershipReports: true,
      ports: [
        { interface: 'eth1', ingressLatencyNs: 1200, egressLatencyNs: 0.5, delayAsymmetryNs: -35 },
        { interface: 'eth2', ...straight },
      ],
      instances: [{ type: 'e2e-tc', domain: 24 }],
    });
  });

  test('what is allowed over the wire', () => {
    const managementOf = (text: string) =>
      loadConfig(fileWith(`{ports: [a, b], instances: [{type: e2e-tc}], ${text}}`)).management;
    expect(managementOf('management: {allowSet: true}')).toEqual({
      allowSet: true,
      requestsPerSecond: 200,
    });
    expect(managementOf('management: {}')).toEqual({ allowSet: false, requestsPerSecond: 200 });
    expect(managementOf('timestamping: auto')).toBeUndefined();
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
      'command line: --timestamping: "gps" does not fit here; write one of auto, hardware, software, mixed',
    ],
    ['a domain', undefined, { interfaces: ['a', 'b'], domain: 'x' }, 'command line: --domain: "x"'],
    [
      '--domain beside several instances',
      'ports: [a, b]\ninstances: [{type: bc, domain: 0}, e2e-tc]',
      { domain: 24 },
      'command line: --domain: is for a file of one instance, and this one has 2: bc (domain 0), e2e-tc; change the one that is meant in the file',
    ],
    [
      '--type beside several instances',
      'ports: [a, b]\ninstances: [{type: bc, domain: 0}, {type: bc, domain: 1}]',
      { type: 'e2e-tc' },
      'command line: --type: is for a file of one instance, and this one has 2: bc (domain 0), bc (domain 1);',
    ],
    [
      '--type that does not have a setting of the file',
      'ports: [a, b]\ninstances:\n  - type: bc\n    priority1: 100',
      { type: 'e2e-tc' },
      'switch.yaml:4: instances[0].priority1: is not for type: e2e-tc; leave it out, or leave out --type',
    ],
    [
      '--type for a domain of the file that it cannot have',
      'ports: [a, b]\ninstances: [{type: e2e-tc, domain: any}]',
      { type: 'bc' },
      'switch.yaml:2: instances[0].domain: "any" does not fit here; write a whole number from 0 to 255',
    ],
    [
      'a type that is none',
      'ports: [a, b]\ninstances: [{type: bc, priority1: 100}]',
      { type: 'router' },
      'command line: --type: "router" does not fit here; write one of type: e2e-tc',
    ],
    [
      'a domain that a clock cannot have, beside a file',
      'ports: [a, b]\ninstances: [{type: bc}]',
      { domain: 'any' },
      'command line: --domain: "any" does not fit here; write a whole number from 0 to 255',
    ],
    [
      'a name that no bridge can have',
      undefined,
      { interfaces: ['a', 'b'], bridge: '9x' },
      'command line: --bridge: "9x" does not fit here; write the name of the bridge',
    ],
    [
      '--bridge beside a file that joins one',
      'ports: [a, b]\ninstances: [e2e-tc]\nbridge: br0',
      { bridge: '' },
      'command line: --bridge: makes a bridge, and the file joins br0; leave it out, or use --join-bridge',
    ],
    [
      '--join-bridge beside a file that makes one',
      'ports: [a, b]\ninstances: [e2e-tc]\nbridge: {name: br0}',
      { joinBridge: 'br1' },
      'command line: --join-bridge: joins a bridge, and the file makes br0; leave it out, or use --bridge',
    ],
    [
      'both',
      undefined,
      { interfaces: ['a', 'b'], bridge: '', joinBridge: 'br1' },
      'command line: --bridge: stands beside --join-bridge; leave one of them out',
    ],
    [
      'a boundary clock on one port',
      undefined,
      { interfaces: ['a'], type: 'bc' },
      'command line: -i: has only 1; use type: oc, the clock of one port',
    ],
    [
      'an ordinary clock on two ports',
      undefined,
      { interfaces: ['a', 'b'], type: 'oc' },
      'command line: --type: an ordinary clock has one port, not 2',
    ],
  ])('%s', (_name, text, options, beginning) => {
    const lines = complaints(text, options);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(beginning);
  });
});
