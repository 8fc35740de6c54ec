/** Client of the control socket of a running switch. */
import { request } from 'node:http';
import type { ClockStatus } from '../daemon/status/clock-status.js';
import type { PortStatus } from '../daemon/status/status.js';
import type { AnswersByPath, ReloadAnswer, StatsAnswer, StatusAnswer } from './answers.js';
import { mistakeInConfiguration } from './server.js';
import type { EventJson, EventsAnswer } from './events-answer.js';
import { ControlError } from './socket-file.js';

/** A switch answers from memory, so one that takes longer than this hangs, or has no processor. */
const defaultAnswerTimeoutMs = 5000;

/** The switch has understood the request, and does not do it. */
export class RefusedError extends Error {
  constructor(
    message: string,
    readonly byConfiguration: boolean,
  ) {
    super(message);
  }
}

export class ControlClient {
  readonly #path: string;
  readonly #answerTimeoutMs: number;

  constructor(socketPath: string, answerTimeoutMs = defaultAnswerTimeoutMs) {
    this.#path = socketPath;
    this.#answerTimeoutMs = answerTimeoutMs;
  }

  /**
   * The whole answer, as scripts get it. Both ends are of one version, so its shape is not checked.
   * @throws ControlError, as every method here
   */
  async ask<Path extends keyof AnswersByPath>(path: Path): Promise<AnswersByPath[Path]> {
    const { status, text } = await this.#exchange(path);
    if (status !== 200) throw new ControlError(`${this.#path}: GET ${path}: answered ${status}`);
    return this.#parsed<AnswersByPath[Path]>(text);
  }

  stats(): Promise<StatsAnswer> {
    return this.ask('/stats');
  }

  async ports(): Promise<readonly PortStatus[]> {
    return (await this.ask('/ports')).ports;
  }

  /** Of every boundary clock. */
  async clocks(): Promise<readonly ClockStatus[]> {
    return (await this.ask('/clocks')).clocks;
  }

  status(): Promise<StatusAnswer> {
    return this.ask('/status');
  }

  /** Those after a number that are still remembered, oldest first. */
  async events(since = 0): Promise<EventsAnswer> {
    const { status, text } = await this.#exchange(`/events?since=${since}`);
    if (status !== 200) throw new ControlError(`${this.#path}: GET /events: answered ${status}`);
    return this.#parsed<EventsAnswer>(text);
  }

  /**
   * Calls back with every event after a number, those to come included, until it is told to stop.
   * @throws ControlError when the switch has gone
   */
  followEvents(
    since: number,
    onEvent: (event: EventJson) => void,
    stop: AbortSignal,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const path = `/events?follow&since=${since}`;
      const exchange = request({ socketPath: this.#path, path, agent: false }, (response) => {
        if (response.statusCode !== 200) {
          response.resume();
          fail(new Error(`GET /events: answered ${response.statusCode}`));
          return;
        }
        let rest = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) onEvent(this.#parsed<EventJson>(line));
        });
        response.on('error', fail);
        response.on('close', () => fail(new Error('the switch has gone')));
      });
      const fail = (error: NodeJS.ErrnoException): void => {
        if (stop.aborted) resolve();
        else reject(this.#explain(error));
      };
      stop.addEventListener('abort', () => exchange.destroy(), { once: true });
      exchange.on('error', fail);
      exchange.on('close', () => {
        if (stop.aborted) resolve();
      });
      exchange.end();
    });
  }

  /** @throws ControlError; RefusedError with what the switch says where nothing was changed */
  async reload(dryRun: boolean): Promise<ReloadAnswer> {
    const { status, text } = await this.#exchange('/reload', JSON.stringify({ dryRun }));
    const answer = this.#parsed<ReloadAnswer & { readonly error?: string }>(text);
    if (status === 200) return answer;
    throw new RefusedError(answer.error ?? `answered ${status}`, status === mistakeInConfiguration);
  }

  /** Whether a switch answers there. */
  answers(): Promise<boolean> {
    return this.status().then(
      () => true,
      () => false,
    );
  }

  #parsed<Answer>(text: string): Answer {
    try {
      return JSON.parse(text) as Answer;
    } catch {
      throw new ControlError(`${this.#path}: not a ptp-switch: choose another with --socket PATH`);
    }
  }

  /** @param body makes it a POST */
  #exchange(path: string, body?: string): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const fail = (error: NodeJS.ErrnoException): void => reject(this.#explain(error));
      const exchange = request(
        {
          ...{ socketPath: this.#path, path, timeout: this.#answerTimeoutMs, agent: false },
          ...(body !== undefined && { method: 'POST' }),
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (text += chunk));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
          response.on('error', fail);
        },
      );
      exchange.on('timeout', () => exchange.destroy(new Error('no answer in time')));
      exchange.on('error', fail);
      exchange.end(body);
    });
  }

  #explain({ code, message }: NodeJS.ErrnoException): ControlError {
    switch (code) {
      case 'ENOENT':
      case 'ECONNREFUSED':
        return new ControlError(
          `${this.#path}: no ptp-switch is running there: start one with ptp-switch run, or name its socket with --socket PATH`,
        );
      case 'EACCES':
        return new ControlError(`${this.#path}: no permission: ask as root or the file's group`);
      default:
        return new ControlError(`${this.#path}: ${message}: see whether the ptp-switch is well`);
    }
  }
}
