/** The terminal that this process was started on, for a command that has it as a whole. */
import { emitKeypressEvents, type Interface } from 'node:readline';
import type { Key } from './keys.js';
import type { Terminal } from './screen.js';

/** Where the terminal does not know. */
const defaultSize = { columns: 80, rows: 24 };
/** A key like "up" begins as Esc does: so long is waited for the rest of it. */
const escapeTimeoutMs = 100;

export interface TerminalEvents {
  readonly onKey: (key: Key) => void;
  readonly onResize: () => void;
  /** The process is to stop (Ctrl-Z at a shell), and goes on. */
  readonly onSuspend: () => void;
  readonly onContinue: () => void;
  /** The process ends, whatever the reason. */
  readonly onExit: () => void;
}

export interface OwnTerminal extends Terminal {
  /** @returns what ends it */
  readonly listen: (events: TerminalEvents) => () => void;
  /** Stops the process until somebody has it go on. */
  readonly suspend: () => void;
}

/** Undefined where there is none: keys and screen are both needed. */
export function ownTerminal(): OwnTerminal | undefined {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) return undefined;
  return {
    size: () => ({
      columns: stdout.columns || defaultSize.columns,
      rows: stdout.rows || defaultSize.rows,
    }),
    write: (text) => void stdout.write(text),
    setRaw: (raw) => void stdin.setRawMode(raw),
    listen,
    // SIGTSTP would come back to our own listener.
    suspend: () => void process.kill(process.pid, 'SIGSTOP'),
  };
}

function listen({ onKey, onResize, onSuspend, onContinue, onExit }: TerminalEvents): () => void {
  const { stdin, stdout } = process;
  const onKeypress = (text: string | undefined, key: KeyPress): void => onKey(keyOf(text, key));
  // All that it wants of an Interface.
  emitKeypressEvents(stdin, { escapeCodeTimeout: escapeTimeoutMs } as unknown as Interface);
  stdin.on('keypress', onKeypress).resume();
  stdout.on('resize', onResize);
  process.on('SIGTSTP', onSuspend).on('SIGCONT', onContinue).on('exit', onExit);
  return () => {
    stdin.off('keypress', onKeypress).pause();
    stdout.off('resize', onResize);
    process.off('SIGTSTP', onSuspend).off('SIGCONT', onContinue).off('exit', onExit);
  };
}

/** Node's own names. */
interface KeyPress {
  readonly name?: string;
  readonly ctrl?: boolean;
}

/** A character is its own name, so that S is another key than s. */
export function keyOf(text: string | undefined, { name = '', ctrl = false }: KeyPress): Key {
  const isCharacter = !ctrl && text !== undefined && /^[ -~]$/.test(text);
  return { name: isCharacter ? text : name, ctrl };
}
