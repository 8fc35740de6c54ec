import { describe, expect, test } from 'vitest';
import { defaultProfile } from '../../../../src/core/profile/default.js';
import type { Config } from '../../../../src/config/config.js';
import { loadConfig } from '../../../../src/config/load.js';
import {
  MembershipReports,
  reportingPorts,
  type ReportTransport,
} from '../../../../src/daemon/multicast/membership-reports.js';
import {
  igmpMembershipReport,
  mldMembershipReport,
} from '../../../../src/daemon/multicast/report-packets.js';
import { VirtualTime } from '../../../support/virtual-time.js';

const SECOND = 1e9;

/** RFC 1071: zero over what holds its own checksum. */
function checksumOf(...parts: readonly Buffer[]): number {
  const octets = Buffer.concat(parts);
  let sum = 0;
  for (let at = 0; at < octets.length; at += 2) sum += octets.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

describe('reports on the wire', () => {
  test('IGMPv3 (RFC 3376, 4.2): to 224.0.0.22, one record a group that excludes no source', () => {
    const packet = igmpMembershipReport(['224.0.1.129']);
    expect(packet.subarray(0, 24).toString('hex')).toBe(
      '46c00028' + '00004000' + '01020000' + '00000000' + 'e0000016' + '94040000',
    );
    const report = packet.subarray(24);
    expect(report.toString('hex')).toMatch(/^2200....00000001(04000000)e0000181$/);
    expect(checksumOf(report)).toBe(0);
  });

  test('MLDv2 (RFC 3810, 5.2): from the link, behind a router alert, with a checksum over all', () => {
    const packet = mldMembershipReport(['ff0e::181', 'ff02::6b'], 'fe80::1');
    expect(packet.subarray(0, 8).toString('hex')).toBe('6000000000380001');
    expect(packet.subarray(40, 48).toString('hex')).toBe('3a00050200000100');
    const report = packet.subarray(48);
    expect(report).toHaveLength(8 + 2 * 20);
    expect(report.toString('hex', 0, 2)).toBe('8f00');
    expect(report.toString('hex', 8, 28)).toBe('04000000ff0e0000000000000000000000000181');
    const pseudoHeader = Buffer.from([0, 0, 0, report.length, 0, 0, 0, 58]);
    expect(checksumOf(packet.subarray(8, 40), pseudoHeader, report)).toBe(0);
  });
});

function setup(transports: readonly ReportTransport[] = ['udp4', 'udp6']) {
  const sent: string[] = [];
  const warnings: string[] = [];
  const time = new VirtualTime();
  const state = { links: [true, true, true], error: undefined as Error | undefined };
  const linkLocal: Record<string, string> = { eth1: 'fe80::1', eth2: 'fe80::2' };
  const reports = new MembershipReports({
    ports: ['eth1', 'eth2', 'eth3'].map((name) => ({ interface: name, transports })),
    groups: defaultProfile.encapsulation.groups,
    addressesOf: (name) => ({ ipv4: undefined, linkLocalIpv6: linkLocal[name] }),
    links: () => state.links,
    timerClock: time,
    send: (name, transport, packet, onError) => {
      if (state.error !== undefined) onError(state.error);
      const count = transport === 'udp6' ? ` ${packet.readUInt16BE(48 + 6)}` : '';
      sent.push(`${name} ${transport}${count}`);
    },
    warn: (line) => warnings.push(line),
  });
  return { sent, warnings, time, reports, state };
}

describe('when and where', () => {
  test('by every port with a link, over IPv6 where it has an address there', () => {
    const { sent, reports, state } = setup();
    state.links = [true, false, true];
    reports.renew();
    expect(sent).toEqual(['eth1 udp4', 'eth1 udp6 7', 'eth3 udp4']);
  });

  test('three times within two seconds, then every half minute, until it is closed', () => {
    const { sent, time, reports } = setup(['udp4']);
    reports.renew();
    const rounds = () => sent.length / 3;
    expect(rounds()).toBe(1);
    time.advance(1 * SECOND);
    expect(rounds()).toBe(2);
    time.advance(1 * SECOND);
    expect(rounds()).toBe(3);
    time.advance(29 * SECOND);
    expect(rounds()).toBe(3);
    time.advance(1 * SECOND);
    expect(rounds()).toBe(4);
    time.advance(60 * SECOND);
    expect(rounds()).toBe(6);
    reports.close();
    time.advance(60 * SECOND);
    expect(rounds()).toBe(6);
  });

  test('with pruning, by a port what is wanted behind another', () => {
    const { sent, reports } = setup();
    const nowhere = [false, false, false];
    const second = [false, true, false];
    reports.setWanted({
      udp4: second,
      udp6: Array.from({ length: 16 }, (_, scope) => (scope === 0xe ? second : nowhere)),
    });
    // What is of the link is never pruned, and so always wanted.
    expect(sent).toEqual(['eth1 udp4', 'eth1 udp6 2', 'eth2 udp6 1', 'eth3 udp4']);
  });

  test('anew when something else is wanted, and only then', () => {
    const { sent, reports } = setup(['udp4']);
    const wanted = { udp4: [true, true, false], udp6: [] };
    reports.setWanted(wanted);
    expect(sent).toEqual(['eth1 udp4', 'eth2 udp4', 'eth3 udp4']);
    reports.setWanted({ ...wanted });
    expect(sent).toHaveLength(3);
    reports.setWanted({ udp4: [true, false, false], udp6: [] });
    expect(sent.slice(3)).toEqual(['eth2 udp4', 'eth3 udp4']);
  });

  test('an address that is not found unique yet is nothing to speak of', () => {
    const { warnings, time, reports, state } = setup(['udp6']);
    state.error = new Error('Cannot assign requested address');
    reports.renew();
    time.advance(2 * SECOND);
    state.error = undefined;
    time.advance(90 * SECOND);
    expect(warnings).toEqual([]);
  });

  test('what cannot be sent is said once', () => {
    const { warnings, time, reports, state } = setup(['udp4']);
    state.error = new Error('Operation not permitted');
    reports.renew();
    time.advance(90 * SECOND);
    expect(warnings).toHaveLength(3);
    expect(warnings[0]).toMatch(/^eth1: .*\(Operation not permitted\): switches that snoop/);
  });
});

describe('of which transports', () => {
  const over = (changes: Partial<Config>, file = 'config/per-port.yaml') => {
    const config = { ...loadConfig(file), ...changes };
    return reportingPorts(config).map(({ transports }) => transports.join());
  };

  test('all by a transparent clock, unless it is told not to', () => {
    const transparent = { instances: [{ type: 'e2e-tc', domain: 'any' }] } as const;
    expect(new Set(over(transparent))).toEqual(new Set(['udp4,udp6']));
    expect(over({ ...transparent, membershipReports: false })).toEqual([]);
  });

  test('of a clock its own, on a bridge: elsewhere it hears queries itself', () => {
    expect(new Set(over({}))).toEqual(new Set(['']));
    const { bridge } = loadConfig('config/bridge.yaml');
    expect(over({ bridge: bridge! })).toContain('udp4');
  });
});
