/** The kernel's own word that an interface has been given an address or lost one (rtnetlink, through `ip monitor`). */
import { createInterface } from 'node:readline';
import { startMonitor, type Monitor } from './programs.js';

/** stdbuf makes the output line buffered; into a pipe it would otherwise come in blocks, minutes late. */
const monitorOfAddresses = ['stdbuf', '-oL', 'ip', 'monitor', 'address'];

/**
 * How long after its end the monitor is started again: it ends when it has lost messages, and at once where there is no such
 * program.
 */
export const monitorAgainAfterMs = 10_000;

/**
 * Calls `onChange` with every change. None may come, where the monitor cannot run: whoever remembers addresses looks for
 * himself as well, now and then.
 * @param start starts a program whose lines tell of changes; tests have their own
 * @returns what ends it
 */
export function watchAddresses(
  onChange: () => void,
  start: (command: readonly string[]) => Monitor = startMonitor,
): () => void {
  let stopped = false;
  let monitor: Monitor | undefined;
  let again: NodeJS.Timeout | undefined;
  const watch = (): void => {
    monitor = start(monitorOfAddresses);
    createInterface({ input: monitor.stdout }).on('line', () => {
      if (!stopped) onChange();
    });
    monitor.once('error', () => undefined);
    monitor.once('close', () => {
      if (stopped) return;
      onChange();
      again = setTimeout(watch, monitorAgainAfterMs);
    });
  };
  watch();
  return () => {
    stopped = true;
    clearTimeout(again);
    monitor?.kill('SIGKILL');
  };
}
