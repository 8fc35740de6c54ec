#!/usr/bin/env node
/** The executable: the real process around the command line. */
import { closeSync, openSync, realpathSync } from 'node:fs';
import { productVersion } from '../daemon/machine/product-version.js';
import { paintFor } from './formats/colour.js';
import {
  isJournal,
  priorities,
  withPriority,
  type Priority,
} from '../daemon/systemd/journal-lines.js';
import { Hangups } from './hangups.js';
import { runCommandLine } from './program.js';

/** Where there is no terminal. */
const defaultColumns = 80;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Only once, so that a second signal ends the process at once.
  process.once(signal, () => stop.abort());
}
const hangups = new Hangups(() => stop.abort());
process.on('SIGHUP', () => {
  // The kernel sends it too when the terminal of a command closes, which then is to end.
  if (process.stdout.isTTY && !hasTerminal()) stop.abort();
  else hangups.signalled();
});
// `ptp-switch stats | head` closes the pipe early, and a terminal may hang up (EIO); that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  stop.abort();
});

/** Writes lines that have a priority, which the journal alone is told. */
function lineWriter(
  stream: NodeJS.WriteStream & { readonly fd: number },
  priority: Priority,
): (text: string) => void {
  const toJournal = isJournal(stream.fd, process.env);
  return (text) => stream.write(`${toJournal ? withPriority(priority, text) : text}\n`);
}

process.exitCode = await runCommandLine(process.argv.slice(2), {
  version: productVersion(),
  script: realpathSync(process.argv[1] ?? ''),
  print: (text) => process.stdout.write(`${text}\n`),
  printError: (text) => process.stderr.write(`${text}\n`),
  log: {
    info: lineWriter(process.stdout, priorities.info),
    warn: lineWriter(process.stderr, priorities.warning),
    error: lineWriter(process.stderr, priorities.error),
  },
  interactive: process.stdout.isTTY,
  terminal: () => ({
    // A terminal that does not know its size says 0.
    columns: process.stdout.columns || defaultColumns,
    rows: process.stdout.rows || undefined,
  }),
  paint: paintFor(process.stdout.isTTY, process.env),
  openTerminal: async () => (await import('./monitor/terminal.js')).ownTerminal(),
  stop: stop.signal,
  hangups,
  variables: process.env,
  loadAddon: () => import('../native/addon.js'),
  watchAddresses: async (onChange) =>
    (await import('../bridge/address-monitor.js')).watchAddresses(onChange),
  takeOwnership: async (belongings) =>
    (await import('../daemon/ownership.js')).takeOwnership(belongings),
});

/** tty(4): it cannot be opened once it has hung up. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
