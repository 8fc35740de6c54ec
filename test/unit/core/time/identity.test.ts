import { describe, expect, it } from 'vitest';
import {
  clockIdentity,
  clockIdentityFromMac,
  comparePortIdentity,
  formatClockIdentity,
  formatPortIdentity,
  parseClockIdentity,
  parsePortIdentity,
  samePortIdentity,
} from '../../../../src/core/time/identity.js';

const identity = clockIdentity(0x020000fffe000001n);

describe('ClockIdentity', () => {
  it('is made of a MAC address as linuxptp makes it', () => {
    expect(clockIdentityFromMac('02:00:00:00:00:01')).toBe(identity);
  });

  it('refuses what is no MAC address', () => {
    expect(() => clockIdentityFromMac('02:00:00:00:00')).toThrow('not a MAC address');
  });

  it('refuses more than 64 bits', () => {
    expect(() => clockIdentity(1n << 64n)).toThrow(RangeError);
    expect(() => clockIdentity(-1n)).toThrow(RangeError);
  });

  it('has a text form with leading zeros', () => {
    expect(formatClockIdentity(identity)).toBe('020000.fffe.000001');
    expect(formatClockIdentity(clockIdentity(0n))).toBe('000000.0000.000000');
    expect(parseClockIdentity('020000.FFFE.000001')).toBe(identity);
  });

  it.each(['', '020000fffe000001', '020000.fffe.00001', '020000.fffe.00000g'])(
    'does not parse "%s"',
    (text) => {
      expect(parseClockIdentity(text)).toBeUndefined();
    },
  );
});

describe('PortIdentity', () => {
  const port = { clockIdentity: identity, portNumber: 12 };

  it('has a text form', () => {
    expect(formatPortIdentity(port)).toBe('020000.fffe.000001-12');
    expect(parsePortIdentity('020000.fffe.000001-12')).toEqual(port);
  });

  it.each([
    '020000.fffe.000001',
    '020000.fffe.000001-',
    '020000.fffe.000001-65536',
    '020000.fffe.000001-1-2',
    '020000.fffe.000001- 1',
  ])('does not parse "%s"', (text) => {
    expect(parsePortIdentity(text)).toBeUndefined();
  });

  it('sorts by clockIdentity before portNumber (7.5.2.4)', () => {
    const later = { clockIdentity: clockIdentity(0x020000fffe000002n), portNumber: 1 };
    expect(comparePortIdentity(port, later)).toBeLessThan(0);
    expect(comparePortIdentity(later, port)).toBeGreaterThan(0);
    expect(comparePortIdentity(port, { ...port, portNumber: 9 })).toBeGreaterThan(0);
    expect(comparePortIdentity(port, { ...port })).toBe(0);
  });

  it('is the same only in both parts', () => {
    expect(samePortIdentity(port, { ...port })).toBe(true);
    expect(samePortIdentity(port, { ...port, portNumber: 1 })).toBe(false);
    expect(samePortIdentity(port, { ...port, clockIdentity: clockIdentity(1n) })).toBe(false);
  });
});
