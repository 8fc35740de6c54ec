/** What a command may use of the process and the machine: passed to each command, so that tests can replace it. */
import type { Belongings, Ownership } from '../daemon/ownership.js';
import type { Log } from '../daemon/machine/log.js';
import type { Notify } from '../daemon/machine/service-manager.js';
import type { DataPlane, OpenOptions } from '../native/data-plane.js';
import type { InterfaceProbe } from '../native/interface-probe.js';
import type { KernelClock } from '../native/kernel-clock.js';
import type { Paint } from './formats/colour.js';
import type { Hangups } from './hangups.js';
import type { OwnTerminal } from './monitor/terminal.js';

export interface Environment {
  readonly version: string;
  /** The file that Node was started with, without symbolic links: what starts another like this one. */
  readonly script: string;
  /** Writes a line, or a block of lines, to standard output. */
  readonly print: (text: string) => void;
  /** The same to standard error. */
  readonly printError: (text: string) => void;
  /** To the same two, with priorities where that is the journal. */
  readonly log: FullLog;
  /** The output goes to a terminal, where it may be redrawn in place. */
  readonly interactive: boolean;
  /** Of the terminal as it is now. */
  readonly terminal: () => OutputSize;
  /** Colours words that say how something stands, where somebody sees colours. */
  readonly paint: Paint;
  /** For a command that has the terminal as a whole; undefined where there is none. */
  readonly openTerminal: () => Promise<OwnTerminal | undefined>;
  /** Aborted by SIGINT and SIGTERM, and by SIGHUP unless the command has told `hangups` otherwise. */
  readonly stop: AbortSignal;
  /** What SIGHUP does; a terminal that has gone stops the command all the same. */
  readonly hangups: Hangups;
  /** The environment variables of the process, such as NOTIFY_SOCKET. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The addon, loaded when a command needs it. */
  readonly loadAddon: () => Promise<Addon>;
  /** Calls `onChange` whenever an interface is given an address or loses one; resolves with what ends that. */
  readonly watchAddresses: (onChange: () => void) => Promise<() => void>;
  /** @throws OwnershipError where another switch has some of it */
  readonly takeOwnership: (belongings: Belongings) => Promise<Ownership>;
}

export interface OutputSize {
  /** 80 where the output does not go to a terminal. */
  readonly columns: number;
  /** Undefined where it does not: there is no end. */
  readonly rows: number | undefined;
}

/** What ends a command is an error. */
export interface FullLog extends Log {
  readonly error: (line: string) => void;
}

export interface Addon {
  readonly openDataPlane: (options: OpenOptions) => DataPlane;
  readonly probeInterface: (name: string) => InterfaceProbe;
  readonly notifyServiceManager: Notify;
  readonly kernelClock: KernelClock;
}
