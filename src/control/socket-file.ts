/** The file of the control socket: who may use it, and whether one that is there already is somebody's or a leftover. */
import { lstatSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';

export const defaultSocketPath = '/run/ptp-switch.sock';

/** unix(7): sun_path has 108 bytes, the last of them a zero. */
export const maxSocketPathBytes = 107;

/** Read and write for the owner and the group: give a group of operators the file, and they can ask. */
export const socketMode = 0o660;

/** An error of the control socket, in words for the operator: what, where, remedy. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

/**
 * Makes way for a new socket: removes what a switch that was killed has left behind.
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
    // Refused: the file outlived its process. Any other error, such as a full queue, is a sign of life.
    probe.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}
