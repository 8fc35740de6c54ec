/**
 * TimeInterval (clause 5.3.2): a signed 64-bit count of 2^-16 ns, the unit of correctionField, of path delays and of
 * offsetFromMaster. Arithmetic saturates instead of wrapping round.
 */
import type { Brand } from './brand.js';

/** Signed, units of 2^-16 ns, within 64 bits. */
export type TimeInterval = Brand<bigint, 'TimeInterval'>;

/** 5.3.2: the scaled unit is 2^-16 ns. */
export const unitsPerNs = 1n << 16n;

/** 13.3.2.9: "too big to be represented". Such a correction cannot be made good by any later one. */
export const maxTimeInterval = ((1n << 63n) - 1n) as TimeInterval;
export const minTimeInterval = -(1n << 63n) as TimeInterval;
export const zeroTimeInterval = 0n as TimeInterval;

/** The TimeInterval of that many units of 2^-16 ns; beyond 64 bits the nearest limit (5.3.2). */
export function timeInterval(units: bigint): TimeInterval {
  if (units > maxTimeInterval) return maxTimeInterval;
  if (units < minTimeInterval) return minTimeInterval;
  return units as TimeInterval;
}

/** The TimeInterval nearest to that many nanoseconds. */
export function timeIntervalFromNs(ns: number): TimeInterval {
  return timeInterval(BigInt(Math.round(ns * Number(unitsPerNs))));
}

/** Nanoseconds with their fraction; exact below 2^53 units, some 137 s. */
export function timeIntervalToNs(interval: TimeInterval): number {
  return Number(interval) / Number(unitsPerNs);
}

/** True of the value that stands for "too big to be represented" (13.3.2.9). */
export function isTooBig(interval: TimeInterval): boolean {
  return interval === maxTimeInterval;
}

/** Sum, saturated; "too big" plus anything stays "too big". */
export function sumOf(...intervals: readonly TimeInterval[]): TimeInterval {
  if (intervals.some(isTooBig)) return maxTimeInterval;
  return timeInterval(intervals.reduce((sum: bigint, interval) => sum + interval, 0n));
}

/** `minuend - subtrahend`, saturated; "too big" minus anything stays "too big". */
export function difference(minuend: TimeInterval, subtrahend: TimeInterval): TimeInterval {
  if (isTooBig(minuend)) return maxTimeInterval;
  return timeInterval(minuend - subtrahend);
}

/** Half of it, rounded down to the unit; half of "too big" is still "too big". */
export function half(interval: TimeInterval): TimeInterval {
  if (isTooBig(interval)) return interval;
  return (interval >> 1n) as TimeInterval;
}
