/** ClockIdentity and PortIdentity (clauses 5.3.4, 5.3.5, 7.5.2): values, text forms, order. */
import type { Brand } from './brand.js';

/** The eight octets as an unsigned number, so that `===` is equality and `<` the standard's order (7.5.2.4). */
export type ClockIdentity = Brand<bigint, 'ClockIdentity'>;

export interface PortIdentity {
  readonly clockIdentity: ClockIdentity;
  /** 1 to 0xFFFE; 0xFFFF means all ports (7.5.2.3). */
  readonly portNumber: number;
}

const allOnes = (1n << 64n) - 1n;

/** The targetPortIdentity that addresses every port of every clock (13.12.1). */
export const allPorts: PortIdentity = {
  clockIdentity: allOnes as ClockIdentity,
  portNumber: 0xffff,
};

export function clockIdentity(octets: bigint): ClockIdentity {
  if (octets < 0n || octets > allOnes) {
    throw new RangeError(`a clockIdentity has 64 bits: ${octets}`);
  }
  return octets as ClockIdentity;
}

/**
 * 7.5.2.2.2: the EUI-64 made of an EUI-48 "02:00:00:00:00:01" by FF-FE in its middle.
 * Throws RangeError if `mac` is not six octets in hexadecimal.
 */
export function clockIdentityFromMac(mac: string): ClockIdentity {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac)) {
    throw new RangeError(`not a MAC address: "${mac}"`);
  }
  const digits = mac.replaceAll(':', '');
  return clockIdentity(BigInt(`0x${digits.slice(0, 6)}fffe${digits.slice(6)}`));
}

/** "020000.fffe.000001": vendor, middle, rest. */
export function formatClockIdentity(identity: ClockIdentity): string {
  const digits = identity.toString(16).padStart(16, '0');
  return `${digits.slice(0, 6)}.${digits.slice(6, 10)}.${digits.slice(10)}`;
}

/** Reverse of formatClockIdentity; undefined for any other text. */
export function parseClockIdentity(text: string): ClockIdentity | undefined {
  if (!/^[0-9a-f]{6}\.[0-9a-f]{4}\.[0-9a-f]{6}$/i.test(text)) return undefined;
  return clockIdentity(BigInt(`0x${text.replaceAll('.', '')}`));
}

/** "020000.fffe.000001-1"; unique, so it serves as a key. */
export function formatPortIdentity(identity: PortIdentity): string {
  return `${formatClockIdentity(identity.clockIdentity)}-${identity.portNumber}`;
}

/** Reverse of formatPortIdentity; undefined for any other text. */
export function parsePortIdentity(text: string): PortIdentity | undefined {
  const [clockText = '', portText = '', ...rest] = text.split('-');
  const clock = parseClockIdentity(clockText);
  const portNumber = Number(portText);
  if (clock === undefined || rest.length > 0) return undefined;
  if (!/^\d{1,5}$/.test(portText) || portNumber > 0xffff) return undefined;
  return { clockIdentity: clock, portNumber };
}

export function samePortIdentity(a: PortIdentity, b: PortIdentity): boolean {
  return a.clockIdentity === b.clockIdentity && a.portNumber === b.portNumber;
}

/** Negative, zero or positive as `a` sorts before, with or after `b` (7.5.2.4: octets first to last, then number). */
export function comparePortIdentity(a: PortIdentity, b: PortIdentity): number {
  if (a.clockIdentity !== b.clockIdentity) return a.clockIdentity < b.clockIdentity ? -1 : 1;
  return a.portNumber - b.portNumber;
}
