/** A long-lived child process in a network namespace, whose output lines are events to wait for. */

import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { atEnd } from './cleanup.js';
import { until } from './wait.js';

const STOP_TIMEOUT_MS = 5_000;

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  /** Pins the process to this processor. */
  readonly cpu?: number;

  /** Name of the namespace; the machine's own without it. */
  readonly namespace?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Called with every line of standard output; such lines are not kept in `lines`. */
  readonly onLine?: (line: string) => void;
}

export class Child {
  readonly pid: number;
  /** Lines of standard output and standard error in order of arrival. */
  readonly lines: string[] = [];
  readonly exited: Promise<ChildExit>;
  #exit: ChildExit | undefined;
  readonly #title: string;
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;

  constructor(command: string, args: readonly string[], options: ChildOptions = {}) {
    this.#title = `${command} ${args.join(' ')}`;
    // Each of these programs replaces itself by the next, so the pid is the command's own. The parent-death signal
    // ends the command even if this process is killed without a chance to clean up.
    const enter = options.namespace === undefined ? [] : ['ip', 'netns', 'exec', options.namespace];
    const pin = options.cpu === undefined ? [] : ['taskset', '-c', String(options.cpu)];
    const guard = ['setpriv', '--pdeathsig', 'KILL', '--'];
    const line = [...enter, ...pin, ...guard, command, ...args];
    this.#process = spawn(line[0]!, line.slice(1), {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: options.env ?? process.env,
    });
    if (this.#process.pid === undefined) throw new Error(`cannot start ${this.#title}`);
    this.pid = this.#process.pid;

    const keep = (text: string) => void this.lines.push(text);
    createInterface({ input: this.#process.stdout }).on('line', options.onLine ?? keep);
    createInterface({ input: this.#process.stderr }).on('line', keep);
    this.#process.stdin.on('error', () => {}); // the child ended first: `exited` tells

    const forget = atEnd(() => this.#process.kill('SIGKILL'));
    this.exited = new Promise((resolve) => {
      this.#process.once('close', (code, signal) => {
        forget();
        this.#exit = { code, signal };
        resolve(this.#exit);
      });
    });
  }

  get running(): boolean {
    return this.#exit === undefined;
  }

  write(text: string): void {
    this.#process.stdin.write(text);
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** The first output line that matches, already there or still to come. Fails at once if the child ends. */
  async waitForLine(pattern: RegExp, timeoutMs: number): Promise<RegExpMatchArray> {
    const find = () => {
      for (const text of this.lines) {
        const match = text.match(pattern);
        if (match) return match;
      }
      return undefined;
    };
    return until(
      `${pattern} from ${this.#title}`,
      () => {
        const match = find();
        if (match === undefined && !this.running) {
          throw new Error(`${this.#title} ended before ${pattern}\n${this.output}`);
        }
        return match;
      },
      timeoutMs,
      () => this.output,
    );
  }

  /** Asks the child to end, insists after a while, and returns how it ended. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<ChildExit> {
    if (this.#exit) return this.#exit;
    this.#process.kill(signal);
    const insist = setTimeout(() => this.#process.kill('SIGKILL'), STOP_TIMEOUT_MS);
    const exit = await this.exited;
    clearTimeout(insist);
    return exit;
  }

  /** Whether it runs and how it ended, for an error message. */
  get state(): string {
    if (this.#exit === undefined) return 'running';
    return `ended with ${this.#exit.signal ?? this.#exit.code}`;
  }

  /** Everything it said, for an error message. */
  get output(): string {
    return this.lines.join('\n');
  }
}
