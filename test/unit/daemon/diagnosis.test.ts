import { describe, expect, test } from 'vitest';
import {
  diagnoseHost,
  diagnoseInterface,
  diagnoseTogether,
} from '../../../src/daemon/diagnosis.js';
import { hardwareProbe, vethProbe } from './probes.js';

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

  test('receive filters that leave transports out are told', () => {
    const probe = { ...hardwareProbe('eth1', 0), receiveFilters: ['none', 'ptpv2-l4-event'] };
    const texts = diagnoseInterface(probe, undefined).map(({ text }) => text);
    expect(texts).toContain('hardware receive time stamps only for: none, ptpv2-l4-event');
  });
});

describe('several interfaces together', () => {
  test('one clock: hardware', () => {
    const probes = [hardwareProbe('eth1', 0), hardwareProbe('eth2', 0)];
    expect(diagnoseTogether(probes).text).toContain('would be hardware');
  });

  test('two clocks: software, and which', () => {
    const probes = [hardwareProbe('eth1', 0), hardwareProbe('eth2', 1)];
    expect(diagnoseTogether(probes).text).toContain('software');
    expect(diagnoseTogether(probes).text).toContain('/dev/ptp0, /dev/ptp1');
  });

  test('one without hardware: software, and which', () => {
    const probes = [hardwareProbe('eth1', 0), vethProbe('veth1')];
    expect(diagnoseTogether(probes).text).toContain('software: no hardware time stamps on veth1');
  });
});

test('missing capabilities are problems with a remedy', () => {
  const findings = diagnoseHost({ mayOpenPacketSockets: false, mayConfigureInterfaces: true });
  expect(levels(findings)).toEqual(['problem', 'ok']);
  expect(findings[0]?.remedy).toContain('root');
});
