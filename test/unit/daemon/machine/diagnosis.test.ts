import { describe, expect, test } from 'vitest';
import {
  diagnoseHost,
  diagnoseInterface,
  diagnosePrograms,
  diagnoseTogether,
} from '../../../../src/daemon/machine/diagnosis.js';
import { hardwareProbe, vethProbe } from '../probes.js';

const levels = (findings: readonly { level: string }[]) => findings.map(({ level }) => level);

describe('one interface', () => {
  test('a veth is fine with software time stamps', () => {
    expect(diagnoseInterface(vethProbe('veth1'), undefined)).toEqual([
      { level: 'ok', text: 'is up at 10000 Mbit/s' },
      { level: 'ok', text: 'software time stamps in both directions' },
    ]);
  });

  test('a NIC with a hardware clock names it', () => {
    const texts = diagnoseInterface(hardwareProbe('eth1', 0), undefined).map(({ text }) => text);
    expect(texts).toContain('hardware time stamps of /dev/ptp0');
  });

  test.each([
    ['that does not exist', { exists: false }, 'there is no such interface'],
    ['that is not Ethernet', { ethernet: false }, 'is not an Ethernet interface'],
    ['that is the loopback', { loopback: true }, 'is not an Ethernet interface'],
  ])('one %s is a problem, and nothing else is said of it', (_name, change, text) => {
    const findings = diagnoseInterface({ ...vethProbe('x'), ...change }, undefined);
    expect(findings).toMatchObject([{ level: 'problem', text }]);
    expect(findings[0]?.remedy).toBeTruthy();
  });

  test('one that merges received packets is told how that is turned off', () => {
    const probe = { ...vethProbe('eth1'), mergeOffloads: ['rx-gro-list', 'rx-lro'] };
    expect(diagnoseInterface(probe, undefined)).toContainEqual({
      level: 'note',
      text: expect.stringMatching(/merged \(rx-gro-list, rx-lro\)/) as string,
      remedy: expect.stringMatching(
        /the switch turns that off while it runs.*ethtool -K eth1 rx-gro-list off rx-lro off$/,
      ) as string,
    });
  });

  test('one without transmit time stamps is a problem', () => {
    const probe = vethProbe('dummy0');
    const capabilities = { ...probe.capabilities, softwareTransmit: false };
    expect(levels(diagnoseInterface({ ...probe, capabilities }, undefined))).toContain('problem');
  });

  test.each([
    ['down', { up: false, running: false }, 'ip link set veth1 up'],
    ['without carrier', { running: false }, 'cable'],
  ])('one that is %s is a note with the remedy', (_name, change, remedy) => {
    const [first] = diagnoseInterface({ ...vethProbe('veth1'), ...change }, undefined);
    expect(first?.level).toBe('note');
    expect(first?.remedy).toContain(remedy);
  });

  test('a port of a bridge would forward twice', () => {
    const finding = diagnoseInterface(vethProbe('veth1'), 'br0').at(-1);
    expect(finding).toMatchObject({
      level: 'note',
      remedy: 'take it out: ip link set veth1 nomaster',
    });
    expect(finding?.text).toContain('br0');
  });

  test('hardware time stamps that cannot be used are told with the reason', () => {
    const obstacle = 'its hardware stamps the event messages of some transports only (none)';
    const probe = { ...hardwareProbe('eth1', 0), hardwareObstacle: obstacle };
    const findings = diagnoseInterface(probe, undefined);
    expect(findings).toContainEqual(
      expect.objectContaining({
        level: 'note',
        text: `hardware time stamps cannot be used: ${obstacle}`,
      }),
    );
    expect(levels(findings)).not.toContain('problem');
  });

  test.each([
    ['one time stamp at a time', { outstandingTimestamps: 1 }, 'one transmit time stamp', 'wait'],
    [
      'time stamping that is on already',
      { current: { transmitType: 'on', receiveFilter: 'all' } },
      'on already (transmit on, receive all)',
      'stop it',
    ],
    [
      'interrupts that wait',
      { coalescing: { receiveUsecs: 50, adaptiveReceive: false } },
      'up to 50 us (rx-usecs): residences are that much longer',
      'ethtool -C eth1 adaptive-rx off rx-usecs 0',
    ],
    [
      'interrupts that wait as the driver sees fit',
      { coalescing: { receiveUsecs: 0, adaptiveReceive: true } },
      'adaptive-rx',
      'ethtool -C eth1 adaptive-rx off rx-usecs 0',
    ],
    [
      'a link that sleeps',
      { energyEfficiency: { enabled: true, active: true } },
      'Energy-Efficient Ethernet is active',
      'ethtool --set-eee eth1 eee off',
    ],
  ])('%s: a note with the remedy', (_name, change, text, remedy) => {
    const findings = diagnoseInterface({ ...hardwareProbe('eth1', 0), ...change }, undefined);
    const [note, ...others] = findings.filter(({ level }) => level === 'note');
    expect(note?.text).toContain(text);
    expect(note?.remedy).toContain(remedy);
    expect(others).toEqual([]);
  });

  test('interrupts that wait make software time stamps late', () => {
    const coalescing = { receiveUsecs: 50, adaptiveReceive: false };
    const texts = diagnoseInterface({ ...vethProbe('eth1'), coalescing }, undefined).map(
      ({ text }) => text,
    );
    expect(texts).toContainEqual(expect.stringContaining('software time stamps are that late'));
  });
});

describe('several interfaces together', () => {
  test('one clock: hardware', () => {
    const probes = [hardwareProbe('eth1', 0), hardwareProbe('eth2', 0)];
    expect(diagnoseTogether(probes)).toEqual({
      level: 'ok',
      text: 'timestamping: auto would be hardware on every port: one clock, /dev/ptp0',
    });
  });

  test('two clocks: hardware, related', () => {
    const probes = [hardwareProbe('eth1', 0), hardwareProbe('eth2', 1)];
    expect(diagnoseTogether(probes).text).toContain(
      'hardware on every port: /dev/ptp0, /dev/ptp1: related over the system clock',
    );
  });

  test('hardware and software: which is which, and what that costs', () => {
    const probes = [hardwareProbe('eth1', 0), hardwareProbe('eth2', 0), vethProbe('veth1')];
    expect(diagnoseTogether(probes)).toMatchObject({
      level: 'note',
      text: expect.stringMatching(/hardware on eth1, eth2 .*software on veth1$/) as string,
      remedy: expect.stringMatching(/wrong by up to tens of microseconds/) as string,
    });
  });

  test('hardware on one port alone: software on every port', () => {
    const probes = [hardwareProbe('eth1', 0), vethProbe('veth1')];
    expect(diagnoseTogether(probes)).toMatchObject({
      level: 'note',
      text: expect.stringMatching(/software on every port: eth1 alone has/) as string,
    });
  });

  test('no hardware anywhere: software', () => {
    expect(diagnoseTogether([vethProbe('veth1'), vethProbe('veth2')])).toEqual({
      level: 'ok',
      text: 'timestamping: auto would be software on every port',
    });
  });
});

test.each([
  ['ptp4l', 'protocol', 'stop it there'],
  ['phc2sys', 'clocks', 'corrections wait'],
  ['chronyd', 'stamps', 'hwtimestamp'],
] as const)('%s beside the switch is a note with the remedy', (name, use, remedy) => {
  const [finding, ...others] = diagnosePrograms([{ name, pid: 7, command: `${name} -m`, use }]);
  expect(finding).toMatchObject({
    level: 'note',
    text: `${name} runs as process 7 (${name} -m)`,
    remedy: expect.stringContaining(remedy) as string,
  });
  expect(others).toEqual([]);
});

test('missing capabilities are problems with a remedy', () => {
  const findings = diagnoseHost({ mayOpenPacketSockets: false, mayConfigureInterfaces: true });
  expect(levels(findings)).toEqual(['problem', 'ok']);
  expect(findings[0]?.remedy).toContain('root');
});
