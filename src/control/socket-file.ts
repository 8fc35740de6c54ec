/**
 * The file of the control socket: who may use it, and whether an existing one belongs to a running switch or is left
 * over.
 */
import { chownSync, existsSync, lstatSync, readFileSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';

export const defaultSocketPath = '/run/ptp-switch.sock';

/** unix(7): sun_path has 108 bytes, the last of them a zero. */
export const maxSocketPathBytes = 107;

/** Read and write for the owner and the group: operators whose group owns the file can use the socket. */
export const socketMode = 0o660;

/** An error of the control socket; its message tells the operator what failed, where, and the remedy. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

/**
 * Removes the socket file that a switch that was killed has left behind.
 * @throws ControlError when a switch answers there, or the file is something else
 */
export async function removeLeftover(path: string): Promise<void> {
  const file = lstatSync(path, { throwIfNoEntry: false });
  if (file === undefined) return;
  if (!file.isSocket()) {
    throw new ControlError(`${path}: is there and is no socket: choose another with --socket PATH`);
  }
  if (await somebodyListens(path)) {
    throw new ControlError(
      `${path}: another ptp-switch is running on this socket: stop it, or choose another with --socket PATH`,
    );
  }
  unlinkSync(path);
}

function somebodyListens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    // A refused connection means that the file has outlived its process. With any other error, such as a full queue,
    // there still is a process.
    probe.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

export const groupsFile = '/etc/group';

/** gid_t has 32 bits, and all of them set mean none. */
const maxGroupNumber = 0xffff_fffe;

/**
 * The number of a group; undefined where there is none of that name, and of what no group can have as its number.
 * @param group its name in /etc/group, or the number itself
 */
export function groupNumber(group: string, table = groupsOfMachine()): number | undefined {
  const line = table.split('\n').find((each) => each.split(':')[0] === group);
  const number = /^\d+$/.test(group) ? group : (line?.split(':')[2] ?? '');
  return /^\d+$/.test(number) && Number(number) <= maxGroupNumber ? Number(number) : undefined;
}

/** A machine without the file has no group that has a name. */
function groupsOfMachine(): string {
  return existsSync(groupsFile) ? readFileSync(groupsFile, 'utf8') : '';
}

/** @throws ControlError where this process may not */
export function giveToGroup(path: string, group: number): void {
  try {
    chownSync(path, process.getuid?.() ?? -1, group);
  } catch (error) {
    throw new ControlError(
      `${path}: cannot be given to the group ${group} (${(error as NodeJS.ErrnoException).code}): run as root, or as a member of that group (of a unit: SupplementaryGroups=)`,
    );
  }
}
