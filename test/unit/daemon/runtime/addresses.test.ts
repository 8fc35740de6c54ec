import { describe, expect, it } from 'vitest';
import {
  formatIpv4,
  formatIpv6,
  formatMac,
  ipv4Octets,
  ipv6Octets,
  isGroupMac,
  linkLocalIpv6,
  macOctets,
} from '../../../../src/daemon/runtime/addresses.js';

describe('addresses', () => {
  it.each([
    ['2001:db8::1', '20010db8000000000000000000000001'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['ff0e::181', 'ff0e0000000000000000000000000181'],
    ['fe80::a:0:0:1', 'fe80000000000000000a000000000001'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ])('%s is %s and back', (text, hex) => {
    expect(ipv6Octets(text).toString('hex')).toBe(hex);
    expect(formatIpv6(Buffer.from(hex, 'hex'))).toBe(text);
  });

  it('makes the link-local address of a MAC address, universal bit turned (RFC 4291, annex A)', () => {
    expect(linkLocalIpv6('02:00:00:00:00:01')).toBe('fe80::ff:fe00:1');
    expect(linkLocalIpv6('00:1b:21:34:56:78')).toBe('fe80::21b:21ff:fe34:5678');
  });

  it('reads IPv6 in any of its texts', () => {
    expect(formatIpv6(ipv6Octets('2001:0DB8:0:0:0:0:0:0001'))).toBe('2001:db8::1');
    expect(ipv6Octets('::ffff:192.0.2.1').toString('hex')).toBe('00000000000000000000ffffc0000201');
  });

  it('reads and writes IPv4 and MAC', () => {
    expect(formatIpv4(ipv4Octets('192.0.2.255'))).toBe('192.0.2.255');
    expect(formatMac(macOctets('02:00:00:AB:00:01'))).toBe('02:00:00:ab:00:01');
  });

  it('refuses everything else', () => {
    expect(() => ipv6Octets('fe80::1%eth0')).toThrow(TypeError);
    expect(() => ipv6Octets('192.0.2.1')).toThrow(TypeError);
    expect(() => ipv4Octets('192.0.2')).toThrow(TypeError);
    expect(() => macOctets('02:00:00:00:00')).toThrow(TypeError);
  });

  it('tells groups from hosts', () => {
    expect(isGroupMac('01:1b:19:00:00:00')).toBe(true);
    expect(isGroupMac('33:33:00:00:01:81')).toBe(true);
    expect(isGroupMac('02:00:00:00:00:01')).toBe(false);
  });
});
