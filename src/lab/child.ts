/** A child process in a namespace of the lab. It is meant to run until it is stopped: ending before that is a failure. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { environmentWithSbin } from '../bridge/programs.js';

export interface ChildOptions {
  /** What it is, in an error message. */
  readonly title: string;
  readonly namespace: string;
  readonly command: readonly string[];
  /** Takes every line of its standard output. */
  readonly onLine: (line: string) => void;
  /** Called if it ends without having been told to: one line of text, for the operator. */
  readonly onFailure: (error: Error) => void;
}

/** A process that has not ended this long after SIGTERM hangs. */
const stopTimeoutMs = 3000;

export class Child {
  readonly #process: ChildProcessByStdio<null, Readable, Readable>;
  readonly #closed: Promise<unknown>;
  #stopping = false;
  #lastComplaint = '';

  constructor({ title, namespace, command, onLine, onFailure }: ChildOptions) {
    // Each of these programs executes the next in its place. With --pdeathsig the child ends even where this process is
    // killed outright.
    const line = ['netns', 'exec', namespace, 'setpriv', '--pdeathsig', 'TERM', '--', ...command];
    this.#process = spawn('ip', line, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environmentWithSbin,
      detached: true, // so that Ctrl-C reaches only the lab, which then stops its children
    });
    createInterface(this.#process.stdout).on('line', onLine);
    createInterface(this.#process.stderr).on('line', (text) => (this.#lastComplaint = text));
    this.#process.once('error', onFailure);
    this.#closed = new Promise((resolve) => this.#process.once('close', resolve));
    this.#process.once('close', (code, signal) => {
      if (this.#stopping) return;
      // A process that was killed could not say why: its last line of standard error is about something else.
      const complaint = this.#lastComplaint === '' ? '' : `: ${this.#lastComplaint}`;
      const how = signal === null ? `with exit code ${code}${complaint}` : `by ${signal}`;
      onFailure(new Error(`lab: the ${title} ended ${how}`));
    });
  }

  /**
   * Kills it, as a crash would end it, and waits until it is gone. This counts as no failure, because it is intended.
   */
  async kill(): Promise<void> {
    this.#stopping = true;
    this.#process.kill('SIGKILL');
    await this.#closed;
  }

  /** Ends it and waits until it is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#process.kill('SIGTERM');
    const insist = setTimeout(() => this.#process.kill('SIGKILL'), stopTimeoutMs);
    await this.#closed;
    clearTimeout(insist);
  }
}
