/** Whose a socket is, by /proc. */
import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readText } from './text-file.js';

export interface SocketProcess {
  readonly pid: number;
  /** Its command line as it was started, with arguments. */
  readonly command: string;
}

/**
 * Undefined where none of the processes that this one may look into has it.
 * @param inode of the socket
 * @param proc where the proc file system is mounted
 */
export function processOfSocket(inode: number, proc = '/proc'): SocketProcess | undefined {
  const link = `socket:[${inode}]`;
  const pid = readdirSync(proc)
    .filter((entry) => /^\d+$/.test(entry))
    .find((entry) => filesOf(join(proc, entry, 'fd')).includes(link));
  if (pid === undefined) return undefined;
  const args = (readText(join(proc, pid, 'cmdline')) ?? '').split('\0').filter(Boolean);
  return { pid: Number(pid), command: args.join(' ') };
}

/** What the descriptors of a process are; empty where it is gone by now, or not to be looked into. */
function filesOf(directory: string): string[] {
  try {
    return readdirSync(directory).map((descriptor) => linkAt(join(directory, descriptor)));
  } catch {
    return []; // of another user, or just ended: then it is not told who has the socket
  }
}

function linkAt(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // closed meanwhile
  }
}
