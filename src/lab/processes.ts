/**
 * The processes of a lab, each in a namespace of its own, and ways to wait for them that end when one of them fails.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Child } from './child.js';
import { namespaceOf } from './topologies/network.js';

export interface ProcessesOptions {
  /** Program and arguments that lead to our own command line. */
  readonly commandLine: readonly string[];
  readonly stop: AbortSignal;
}

export interface ProcessOptions {
  /** What it is, in an error message. */
  readonly title: string;
  /** The station, as in topology.ts, in whose namespace it runs. */
  readonly station: string;
  /** Arguments of this product's command line. */
  readonly args: readonly string[];
  /** Takes every line of its standard output; nothing does unless set. */
  readonly onLine?: (line: string) => void;
}

/** On a small, busy machine a process of Node.js takes seconds to start. */
const startTimeoutMs = 30_000;

/** How often conditions are checked while everything starts. */
const startPollMs = 50;

/** A process whose socket has closed is about to end; so long is waited for the error that it ends with. */
const lastWordsMs = 1000;

export class Processes {
  readonly #options: ProcessesOptions;
  readonly #children: Child[] = [];
  /** Aborted when a child ends by itself, with the error as the reason. */
  readonly #failure = new AbortController();
  /** Aborted when the lab is stopped or a child has failed. */
  readonly #over: AbortSignal;

  constructor(options: ProcessesOptions) {
    this.#options = options;
    this.#over = AbortSignal.any([options.stop, this.#failure.signal]);
  }

  start({ title, station, args, onLine = () => undefined }: ProcessOptions): Child {
    const child = new Child({
      title,
      namespace: namespaceOf(station),
      command: [...this.#options.commandLine, ...args],
      onLine,
      onFailure: (error) => this.fail(error),
    });
    this.#children.push(child);
    return child;
  }

  /** Ends all waiting with this error. */
  fail(error: unknown): void {
    this.#failure.abort(error);
  }

  /** Throws with the complaint when it takes too long; returns early when stopped. */
  async until(condition: () => boolean | Promise<boolean>, complaint: () => string): Promise<void> {
    const deadlineMs = performance.now() + startTimeoutMs;
    while (!this.#options.stop.aborted && !(await condition())) {
      if (performance.now() > deadlineMs) {
        throw new Error(
          `lab: ${complaint()} in ${startTimeoutMs / 1000} s: is this machine too busy?`,
        );
      }
      await this.pause(startPollMs);
    }
  }

  /** Ends early when the lab is stopped, or with that signal. Throws when a child has failed. */
  async pause(ms: number, end?: AbortSignal): Promise<void> {
    const signal = end === undefined ? this.#over : AbortSignal.any([this.#over, end]);
    await delay(ms, undefined, { signal }).catch(() => undefined);
    this.#failure.signal.throwIfAborted();
  }

  /**
   * An answer of a process of the lab; where it does not answer because it has ended, throws the error that it ended
   * with.
   */
  async answer<Answer>(question: Promise<Answer>): Promise<Answer> {
    try {
      return await question;
    } catch (error) {
      await this.pause(lastWordsMs);
      throw error;
    }
  }

  /** Ends them all and waits until they are gone. */
  stop(): Promise<unknown> {
    return Promise.all(this.#children.map((child) => child.stop()));
  }
}
