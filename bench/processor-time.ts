/** What a process has used of the processors. */

import { readFileSync } from 'node:fs';
import { run } from '../test/support/netns/command.js';

const ticksPerSecond = Number(run('getconf', ['CLK_TCK']));

/** User and system time of all threads: fields 14 and 15 of /proc/PID/stat, after the name in parentheses. */
export function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
