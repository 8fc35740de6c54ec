/** Which interfaces a switch of this network namespace has claimed: the engine holds an abstract socket for each. */
import { readFileSync } from 'node:fs';

/** Written by addon/io/engine.cc; the kernel shows the zero octet of abstract names as an @. */
const claimed = /@ptp-switch\/port\/(\S+)$/;

/** The names of the interfaces that are claimed. */
export function runningSwitches(): string[] {
  return readFileSync('/proc/self/net/unix', 'utf8')
    .split('\n')
    .flatMap((line) => claimed.exec(line)?.[1] ?? []);
}
