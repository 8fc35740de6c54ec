/** What a host takes away of the processors of a virtual machine. */

import { readFileSync } from 'node:fs';

/** The kernel counts it in hundredths of a second. */
const MS_PER_TICK = 10;

/** So long, since the machine was started, all processors together were ready to run and did not. */
export function stealMs(stat = readFileSync('/proc/stat', 'utf8')): number {
  // cpu user nice system idle iowait irq softirq steal ...
  const steal = /^cpu +(?:\d+ ){7}(\d+)/.exec(stat)?.[1];
  if (steal === undefined) throw new Error('/proc/stat does not tell the steal');
  return Number(steal) * MS_PER_TICK;
}
