/** The PTP hardware clocks of the guest's NICs, set and read with linuxptp's phc_ctl: not with the product's own means. */

import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { run } from '../../support/netns/command.js';
import { median } from '../../support/netns/statistics.js';
import { until } from '../../support/netns/wait.js';
import './awake.js';

export type Nic = `eth${0 | 1 | 2 | 3 | 4 | 5}`;

/** NICs by their cable: eth0 and eth1, eth2 and eth3, eth4 and eth5. */
export const NICS: readonly Nic[] = ['eth0', 'eth1', 'eth2', 'eth3', 'eth4', 'eth5'];
const READINGS = 9;
const RETURN_TIMEOUT_MS = 60_000;

await until(
  'the NICs, which the program before may have had in its namespaces',
  () => NICS.every((nic) => existsSync(`/sys/class/net/${nic}/device/ptp`)),
  RETURN_TIMEOUT_MS,
);

/** In sysfs, found before any NIC goes to a namespace, where its interface is out of sight: that stays where it is. */
const folders = new Map(
  NICS.map((nic) => [nic, realpathSync(`/sys/class/net/${nic}/device`)] as const),
);

/** The folder of the NIC itself, which it has without a driver as well. */
export function folderOf(nic: Nic): string {
  return folders.get(nic)!;
}

/** Its number is another one when the driver has been bound anew. */
export function clockDeviceOf(nic: Nic): string {
  return `/dev/${readdirSync(`${folderOf(nic)}/ptp`)[0]}`;
}

function control(nic: Nic, ...commands: readonly string[]): string {
  return run('phc_ctl', [clockDeviceOf(nic), '--', ...commands]);
}

/** Sets the clock to a time that no other clock has, seconds from any, and lets it run that much too fast. */
export function detune(nic: Nic, ratePpb: number): void {
  const seconds = 2_000_000_000 + 7 * NICS.indexOf(nic);
  control(nic, 'set', String(seconds), 'freq', String(ratePpb));
}

export function stepClock(nic: Nic, seconds: number): void {
  control(nic, 'adj', String(seconds));
}

/** Sets clock `a` by what it differs from clock `b`. */
export function align(a: Nic, b: Nic): void {
  // The second one takes off what the first reading was wrong by, over so long a way.
  for (let i = 0; i < 2; i++) control(a, 'adj', (-differenceNs(a, b) / 1e9).toFixed(9));
}

/** CLOCK_REALTIME, that of the whole guest: what the switch compares its hardware clocks with. */
export function stepSystemClock(seconds: number): void {
  run('phc_ctl', ['CLOCK_REALTIME', '--', 'adj', String(seconds)]);
}

export function setSystemClockRate(ratePpb: number): void {
  run('phc_ctl', ['CLOCK_REALTIME', '--', 'freq', String(ratePpb)]);
}

export function setRate(nic: Nic, ratePpb: number): void {
  control(nic, 'freq', String(ratePpb));
}

/**
 * How far clock `a` is ahead of clock `b`, in nanoseconds. Each is compared with the system clock in turn, and each
 * reading of `a` with the mean of the two of `b` around it, which takes out how much faster both run.
 */
export function differenceNs(a: Nic, b: Nic): number {
  let before = behindSystemClock(b);
  return median(
    Array.from({ length: READINGS }, () => {
      const between = behindSystemClock(a);
      const after = behindSystemClock(b);
      const difference = Number(before + after - 2n * between) / 2;
      before = after;
      return difference;
    }),
  );
}

/** How far the system clock is ahead of the clock of a NIC, ns. */
export function systemClockAheadNs(nic: Nic): number {
  return median(Array.from({ length: READINGS }, () => Number(behindSystemClock(nic))));
}

/** What is to be added to the clock to have the system's time, ns. */
function behindSystemClock(nic: Nic): bigint {
  const text = control(nic, 'cmp');
  const offset = /offset from CLOCK_REALTIME is (-?\d+)ns/.exec(text)?.[1];
  if (offset === undefined) throw new Error(`phc_ctl cmp: ${text}`);
  return BigInt(offset);
}
