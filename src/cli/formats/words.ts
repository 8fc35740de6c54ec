/** What the numbers of the standard mean, in words (1588-2019, tables 4, 5 and 6). */
import type { ClockStatus } from '../../daemon/status/clock-status.js';
import { formatNs } from './numbers.js';

/** IEEE 1588g: the states that have a new name. */
const newNames: Readonly<Record<string, string>> = {
  MASTER: 'timeTransmitter',
  PRE_MASTER: 'timeTransmitter soon',
  SLAVE: 'timeReceiver',
  UNCALIBRATED: 'timeReceiver soon',
};

/** " (timeReceiver)", to stand behind the state; empty where there is no other name. */
export function newNameBehind(portState: string): string {
  const newName = newNames[portState];
  return newName === undefined ? '' : ` (${newName})`;
}

/** Table 4; where a profile has its own classes, the numbers say enough. */
const clockClasses: Readonly<Record<number, string>> = {
  6: 'synchronised to a primary reference',
  7: 'was class 6, holds the time over',
  13: 'synchronised to an application-specific time',
  14: 'was class 13, holds the time over',
  52: 'was class 7, degraded (A)',
  58: 'was class 14, degraded (A)',
  187: 'was class 7, degraded (B)',
  193: 'was class 14, degraded (B)',
  248: 'default: synchronised to nothing',
  255: 'follows only',
};

export function clockClassWords(clockClass: number): string {
  const words = clockClasses[clockClass];
  return words === undefined ? String(clockClass) : `${clockClass}: ${words}`;
}

/** Table 5: in nanoseconds, from 0x17 on. */
const accuraciesNs = [
  ...[1e-3, 2.5e-3, 10e-3, 25e-3, 100e-3, 250e-3, 1, 2.5, 10, 25, 100, 250],
  ...[1e3, 2.5e3, 10e3, 25e3, 100e3, 250e3, 1e6, 2.5e6, 10e6, 25e6, 100e6, 250e6, 1e9, 10e9],
];
const firstAccuracy = 0x17;
const moreThanTenSeconds = 0x31;
const accuracyUnknown = 0xfe;

/** "100 ns": the time is right within that. */
export function accuracyWords(clockAccuracy: number): string {
  if (clockAccuracy === accuracyUnknown) return 'unknown';
  if (clockAccuracy === moreThanTenSeconds) return '> 10 s';
  const ns = accuraciesNs[clockAccuracy - firstAccuracy];
  if (ns === undefined) return hex(clockAccuracy, 2);
  return inUnit(ns);
}

/** "2.5 us": the values of the table are short. */
function inUnit(ns: number): string {
  const units = ['ps', 'ns', 'us', 'ms', 's'];
  let value = ns * 1000;
  while (value >= 1000 && units.length > 1) {
    value /= 1000;
    units.shift();
  }
  return `${value} ${units[0]}`;
}

/** 7.6.3.3: not computed. */
const varianceUnknown = 0xffff;

/** "34.0 ns": the deviation that the variance stands for (7.6.3.5: its logarithm to the base 2, of seconds squared, scaled). */
export function deviationWords(offsetScaledLogVariance: number): string {
  if (offsetScaledLogVariance === varianceUnknown) return 'unknown';
  const log2 = (offsetScaledLogVariance - 0x8000) / 0x100;
  return formatNs(2 ** (log2 / 2) * 1e9);
}

/** "class 6 (synchronised to a primary reference), accuracy 100 ns, deviation 34 ns" */
export function qualityWords(quality: ClockStatus['clock']['clockQuality']): string {
  const { clockClass, clockAccuracy, offsetScaledLogVariance } = quality;
  return [
    `class ${clockClassWords(clockClass).replace(/: (.*)/, ' ($1)')}`,
    `accuracy ${accuracyWords(clockAccuracy)}`,
    `deviation ${deviationWords(offsetScaledLogVariance)}`,
  ].join(', ');
}

/** Table 6. */
const timeSources: Readonly<Record<number, string>> = {
  ...{ 0x10: 'atomic clock', 0x20: 'GNSS', 0x30: 'terrestrial radio', 0x39: 'serial time code' },
  ...{ 0x40: 'PTP', 0x50: 'NTP', 0x60: 'set by hand', 0x90: 'other', 0xa0: 'internal oscillator' },
};

export function timeSourceWords(timeSource: number): string {
  return timeSources[timeSource] ?? hex(timeSource, 2);
}

/** "0x04e5" */
export function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

/** "+10.1 ppm", "-0.250 ppm", "12.3 ppb": by how much it is faster. */
export function rateWords(ppb: number): string {
  const sign = ppb < 0 ? '-' : '+';
  const size = Math.abs(ppb);
  return size >= 1000 ? `${sign}${(size / 1000).toFixed(3)} ppm` : `${sign}${size.toFixed(1)} ppb`;
}
