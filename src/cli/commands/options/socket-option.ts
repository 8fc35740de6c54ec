/** --socket, which run, stats and show have in common. */
import { defaultSocketPath, maxSocketPathBytes } from '../../../control/socket-file.js';
import { UsageError } from '../../command-error.js';

export const socketOption = {
  type: 'string',
  requiresArg: true,
  default: defaultSocketPath,
  describe: 'Control socket',
  coerce: usable,
} as const;

/**
 * Refuses a path that is too long, which the kernel would cut off to the path of another file. An option that is given
 * twice is refused elsewhere (program.ts).
 */
function usable(path: string): string {
  if (typeof path !== 'string') return path;
  if (path === '') throw new UsageError('--socket: write the path of the control socket');
  const bytes = Buffer.byteLength(path);
  if (bytes > maxSocketPathBytes) {
    throw new UsageError(
      `--socket: the path has ${bytes} bytes, a socket's ${maxSocketPathBytes} at most: choose a shorter one`,
    );
  }
  return path;
}
