/**
 * What the switches of this network namespace have claimed. Each claim is an abstract Unix socket: the kernel gives a name
 * once in a network namespace, and takes it back when its process ends, in whatever way.
 */
import { readFileSync } from 'node:fs';

/** `port`: the engine forwards on the interface; `own`: a switch has it as a port or as its bridge. */
export type ClaimKind = 'port' | 'own' | 'control';

export interface Claim {
  readonly kind: ClaimKind;
  readonly name: string;
  /** Of the socket, by which its process is found. */
  readonly inode: number;
}

/**
 * addon/io/engine.cc writes `port`, daemon/ownership.ts the others, filled up with slashes, which no name has; the
 * kernel shows a zero octet of an abstract name as an @.
 */
const claimLine = /(\d+) @ptp-switch\/(port|own|control)\/([^\s/@]+)[/@]*$/;

export function claims(table = readFileSync('/proc/self/net/unix', 'utf8')): Claim[] {
  return table.split('\n').flatMap((line) => {
    const [, inode, kind, name] = claimLine.exec(line) ?? [];
    if (name === undefined) return [];
    return [{ kind: kind as ClaimKind, name, inode: Number(inode) }];
  });
}

/** The names of the interfaces that a switch has, also one that is only being started. */
export function runningSwitches(): string[] {
  const names = claims().flatMap(({ kind, name }) => (kind === 'control' ? [] : [name]));
  return [...new Set(names)];
}
