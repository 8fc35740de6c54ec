/** The derived data types of clause 5.3 on the wire: Timestamp, ClockIdentity, PortIdentity; big endian (13.2). */
import { clockIdentity, type ClockIdentity, type PortIdentity } from '../time/identity.js';
import { nanosecondsPerSecond, type Timestamp } from '../time/timestamp.js';

/** 5.3.3: 48 bits of seconds, 32 bits of nanoseconds. */
export const timestampLength = 10;
/** 5.3.4. */
export const clockIdentityLength = 8;
/** 5.3.5. */
export const portIdentityLength = 10;

/** Undefined if the octets break the promise of 5.3.3 that nanosecondsField stays below 10^9. */
export function readTimestamp(view: DataView, offset: number): Timestamp | undefined {
  const nanosecondsField = view.getUint32(offset + 6);
  if (nanosecondsField >= nanosecondsPerSecond) return undefined;
  const secondsField = view.getUint16(offset) * 2 ** 32 + view.getUint32(offset + 2);
  return { secondsField, nanosecondsField };
}

export function writeTimestamp(view: DataView, offset: number, timestamp: Timestamp): void {
  view.setUint16(offset, Math.floor(timestamp.secondsField / 2 ** 32));
  view.setUint32(offset + 2, timestamp.secondsField % 2 ** 32);
  view.setUint32(offset + 6, timestamp.nanosecondsField);
}

export function readClockIdentity(view: DataView, offset: number): ClockIdentity {
  return clockIdentity(view.getBigUint64(offset));
}

export function writeClockIdentity(view: DataView, offset: number, identity: ClockIdentity): void {
  view.setBigUint64(offset, identity);
}

export function readPortIdentity(view: DataView, offset: number): PortIdentity {
  return {
    clockIdentity: readClockIdentity(view, offset),
    portNumber: view.getUint16(offset + clockIdentityLength),
  };
}

export function writePortIdentity(view: DataView, offset: number, identity: PortIdentity): void {
  writeClockIdentity(view, offset, identity.clockIdentity);
  view.setUint16(offset + clockIdentityLength, identity.portNumber);
}
