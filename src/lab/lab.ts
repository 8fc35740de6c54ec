/**
 * The built-in lab: a time source, our switch and three receivers, each a process of its own in a network namespace of
 * its own. All of them read the one clock of the machine, so whatever error a receiver measures is the network's.
 */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { ControlClient } from '../control/client.js';
import { Child } from './child.js';
import { burstsPerSecond, maxBurstMessages, syncPerSecond } from './clocks.js';
import { Comparison } from './comparison.js';
import { makeNetwork, namespaceOf, sweepLeftovers, type LabNetwork } from './network.js';
import type { LabReport, LabType } from './report.js';
import { parseTimeError } from './time-error.js';
import { receivers, stations, switchName, timeSource } from './topology.js';

export interface LabOptions {
  readonly type: LabType;
  /** Program and arguments that lead to our own command line. */
  readonly commandLine: readonly string[];
  /** How long to measure; Infinity for until stopped. */
  readonly seconds: number;
  /** From one report to the next. */
  readonly reportIntervalMs: number;
  /** A line for every step of the set-up. */
  readonly onProgress: (line: string) => void;
  readonly onReport: (report: LabReport) => void;
  readonly stop: AbortSignal;
}

/** Processes of Node.js on a small, busy machine take seconds to get up. */
const startTimeoutMs = 30_000;

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** While everything starts. */
const startPollMs = 50;

/** A process whose socket has closed is about to end, with a reason worth waiting for. */
const lastWordsMs = 1000;

/**
 * Sets up, measures, and takes everything away again.
 * @returns the last report; undefined if stopped before there was one
 * @throws Error with one line for the operator: what failed, or which child ended
 */
export async function runLab(options: LabOptions): Promise<LabReport | undefined> {
  // `stop` tells of the first signal; an impatient second one must not cut the clean-up short.
  const ignore = (): void => undefined;
  for (const signal of endingSignals) process.on(signal, ignore);
  try {
    sweepLeftovers();
    options.onProgress(
      `lab: making ${stations.length + 1} network namespaces and ${stations.length} cables between them`,
    );
    const network = makeNetwork();
    const lab = new Lab(options, network);
    try {
      await lab.start();
      return await lab.measure();
    } finally {
      await lab.stop();
      network.remove();
    }
  } finally {
    for (const signal of endingSignals) process.off(signal, ignore);
  }
}

/** What runs in the network. */
class Lab {
  readonly #options: LabOptions;
  readonly #socket: string;
  readonly #client: ControlClient;
  readonly #children: Child[] = [];
  readonly #comparisons = receivers.map(() => new Comparison());
  /** Aborted when a child ends by itself, with the error as the reason. */
  readonly #failure = new AbortController();
  /** Stopped or failed. */
  readonly #over: AbortSignal;

  constructor(options: LabOptions, { directory }: LabNetwork) {
    this.#options = options;
    this.#socket = join(directory, 'switch.sock');
    this.#client = new ControlClient(this.#socket);
    this.#over = AbortSignal.any([options.stop, this.#failure.signal]);
  }

  /** The switch first, then the clocks; done when every receiver has had a sample. */
  async start(): Promise<void> {
    const ports = stations.flatMap(({ switchPort }) => ['-i', switchPort]);
    const run = ['run', '--type', this.#options.type, ...ports];
    this.#options.onProgress(`lab: starting ptp-switch ${run.join(' ')}`);
    this.#startChild('switch', switchName, [...run, '--socket', this.#socket]);
    await this.#until(
      () => this.#switchAnswers(),
      () => 'no answer from the switch',
    );

    this.#options.onProgress(`lab: starting a time source and ${receivers.length} receivers`);
    const clock = ['lab-clock', '--type', this.#options.type];
    this.#startChild(timeSource.title, timeSource.name, [...clock, timeSource.name]);
    for (const [index, { name, title }] of receivers.entries()) {
      this.#startChild(`receiver ${title}`, name, [...clock, name], (line) =>
        this.#comparisons[index]?.add(parseTimeError(line)),
      );
    }
    const waiting = () =>
      receivers
        .filter((_, index) => this.#comparisons[index]?.samples === 0)
        .map(({ title }) => title);
    await this.#until(
      () => waiting().length === 0,
      () => `no time at ${waiting().join(', ')}`,
    );
  }

  #startChild(
    title: string,
    station: string,
    args: readonly string[],
    onLine: (line: string) => void = () => undefined,
  ): void {
    const command = [...this.#options.commandLine, ...args];
    const onFailure = (error: Error): void => this.#failure.abort(error);
    this.#children.push(
      new Child({ title, namespace: namespaceOf(station), command, onLine, onFailure }),
    );
  }

  #switchAnswers(): Promise<boolean> {
    return this.#client.status().then(
      () => true,
      () => false,
    );
  }

  /** Throws with the complaint when it takes too long. */
  async #until(
    condition: () => boolean | Promise<boolean>,
    complaint: () => string,
  ): Promise<void> {
    const deadlineMs = performance.now() + startTimeoutMs;
    while (!this.#options.stop.aborted && !(await condition())) {
      if (performance.now() > deadlineMs) {
        throw new Error(
          `lab: ${complaint()} in ${startTimeoutMs / 1000} s: is this machine too busy?`,
        );
      }
      await this.#pause(startPollMs);
    }
  }

  async measure(): Promise<LabReport | undefined> {
    const { seconds, reportIntervalMs, stop, onReport } = this.#options;
    const startMs = performance.now();
    const endMs = startMs + 1000 * seconds;
    let report: LabReport | undefined;
    while (!stop.aborted && performance.now() < endMs) {
      await this.#pause(Math.min(reportIntervalMs, endMs - performance.now()));
      report = await this.#report((performance.now() - startMs) / 1000);
      onReport(report);
    }
    return report;
  }

  stop(): Promise<unknown> {
    return Promise.all(this.#children.map((child) => child.stop()));
  }

  async #report(elapsedSeconds: number): Promise<LabReport> {
    const ports = await this.#ports();
    return {
      type: this.#options.type,
      elapsedSeconds,
      syncPerSecond,
      load: { burstsPerSecond, maxBurstMessages },
      total: Comparison.summary(this.#comparisons),
      receivers: receivers.map(({ name, title, switchPort }, index) => ({
        name,
        title,
        switchPort,
        ...Comparison.summary(this.#comparisons.slice(index, index + 1)),
      })),
      ports,
    };
  }

  async #ports(): Promise<LabReport['ports']> {
    try {
      return (await this.#client.stats()).ports;
    } catch (error) {
      await this.#pause(lastWordsMs);
      throw error;
    }
  }

  /** Ends early when the lab is stopped. Throws when a child has failed. */
  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#over }).catch(() => undefined);
    this.#failure.signal.throwIfAborted();
  }
}
