/**
 * The control socket: HTTP with JSON over a Unix socket, for the command line and for scripts
 * (docs/decisions/0001-control-socket.md). Paths and answers: docs/json.md.
 */
import { chmodSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ClockStatus } from '../daemon/status/clock-status.js';
import { ManagementRequestError, type ManagementAnswer } from '../daemon/status/management.js';
import { transparentClocksOf, type PortStatus, type Stats } from '../daemon/status/status.js';
import { MistakeInFileError, NoFileError } from '../daemon/reload.js';
import { RestartNeededError, type ReloadReport } from '../daemon/reload/reload-report.js';
import type { Health } from '../observe/health.js';
import type { Summary } from '../observe/summary.js';
import { UnknownPortError } from '../daemon/switch.js';
import {
  AnswerHeads,
  partOfClocks,
  type AnswerHead,
  type AnswersByPath,
  type Body,
} from './answers.js';
import { eventJson, streamEvents, type EventJson, type EventSource } from './events-answer.js';
import { ControlError, giveToGroup, socketMode } from './socket-file.js';

/** What the socket answers from: a Switch, or a part of one in tests. */
export interface Controlled {
  readonly ports: () => readonly PortStatus[];
  readonly stats: () => Stats;
  readonly clocks: () => readonly ClockStatus[];
  readonly summary: () => Summary;
  readonly health: () => Health;
  /** @throws ManagementRequestError */
  readonly manage: (request: unknown) => readonly ManagementAnswer[];
  /** @throws what Reloads.reload throws */
  readonly reload?: (dryRun: boolean) => ReloadReport;
  readonly events: EventSource;
  readonly loseTransmitTimestamps: (interfaceName: string, count: number) => void;
}

/** The answer's status where the file to be applied has a mistake: 422. */
export const mistakeInConfiguration = 422;
/** A request is some hundred octets at most; a longer one is a mistake. */
const maxBodyBytes = 4096;
/** Enough for operators, a dashboard and some scripts. */
const maxConnections = 32;
/** Of those, who follow events: the rest is for questions. */
const maxFollowers = 16;
const maxLostTimestamps = 1_000_000;
/**
 * Requests come from programs on this machine; one that takes longer to send its request, or does not read its answer for so
 * long, would hold a connection that others need.
 */
const patienceMs = 5_000;

/** An answer other than 200. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Who may use the socket, and for what. */
export interface ControlOptions {
  /** `POST /faults` is answered; else refused. */
  readonly allowFaults?: boolean;
  /** Number of the group that owns the socket; that of the process unless set. */
  readonly group?: number | undefined;
  /** For programs that do not send or do not read; 5,000 unless set. */
  readonly patienceMs?: number;
  /** Called with a line for the operator when a connection could not be accepted, once for each cause. */
  readonly warn?: (line: string) => void;
}

export interface ControlServer {
  /** Ends every connection and removes the socket file. */
  readonly close: () => Promise<void>;
}

/**
 * @param path where there is no file: see removeLeftover
 * @throws ControlError when the socket cannot be opened
 */
export async function serveControl(
  path: string,
  controlled: Controlled,
  version: string,
  options: ControlOptions = {},
): Promise<ControlServer> {
  const errors = new AcceptErrors(options.warn ?? (() => undefined));
  const heads = new AnswerHeads();
  const patience = options.patienceMs ?? patienceMs;
  const timeouts = {
    headersTimeout: patience,
    requestTimeout: patience,
    connectionsCheckingInterval: patience / 5,
  };
  const followers = new Set<ServerResponse>();
  const server = createServer(timeouts, (request, response) => {
    const context = { version, allowFaults: options.allowFaults === true, errors, heads };
    const followed = followedFrom(request);
    if (followed !== undefined && followers.size < maxFollowers) {
      followers.add(response);
      response.on('close', () => followers.delete(response));
      streamEvents(controlled.events, followed, response);
      return;
    }
    void answer(request, controlled, context).then(({ status, text }) => {
      // The connection is closed after a request that was refused before its end: the rest of it would be taken for the
      // next request.
      const close = request.complete ? {} : { connection: 'close' };
      response.writeHead(status, { 'content-type': 'application/json', ...close });
      response.end(`${text}\n`);
    });
  });
  server.maxConnections = maxConnections;
  // Later than the limits on a request, whose sender is told of them.
  server.setTimeout(2 * patience);
  await listen(server, path, options.group);
  // Without a listener an error of accept (no descriptors left) would end the process.
  server.on('error', (error) => errors.add(error));
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, path: string, group: number | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => reject(cannotListen(path, error));
    server.once('error', refuse);
    server.listen(path, () => {
      server.off('error', refuse);
      try {
        if (group !== undefined) giveToGroup(path, group);
        // Until here only the owner could connect, because a new socket is writable by nobody else.
        chmodSync(path, socketMode);
        resolve();
      } catch (error) {
        server.close();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });
}

/** Errors of accept(2): counted, and told of once for each cause. */
class AcceptErrors {
  count = 0;
  readonly #told = new Set<string>();
  readonly #warn: (line: string) => void;

  constructor(warn: (line: string) => void) {
    this.#warn = warn;
  }

  add({ code, message }: NodeJS.ErrnoException): void {
    this.count += 1;
    const cause = code ?? message;
    if (this.#told.has(cause)) return;
    this.#told.add(cause);
    this.#warn(`control socket: a connection could not be accepted: ${message}`);
  }
}

interface Context {
  readonly version: string;
  readonly allowFaults: boolean;
  readonly errors: AcceptErrors;
  readonly heads: AnswerHeads;
}

function cannotListen(path: string, { code, message }: NodeJS.ErrnoException): ControlError {
  const remedy = 'choose a path that can be written with --socket PATH';
  switch (code) {
    case 'EACCES':
      return new ControlError(`${path}: no permission for the control socket: ${remedy}`);
    case 'ENOENT':
      return new ControlError(`${path}: no such folder for the control socket: ${remedy}`);
    default:
      return new ControlError(`${path}: no control socket there (${message}): ${remedy}`);
  }
}

async function answer(
  request: IncomingMessage,
  controlled: Controlled,
  context: Context,
): Promise<{ status: number; text: string }> {
  try {
    const body = await route(request, controlled, context);
    const head: AnswerHead = context.heads.head();
    return { status: 200, text: JSON.stringify({ ...head, ...body }) };
  } catch (error) {
    return { status: statusOf(error), text: JSON.stringify({ error: (error as Error).message }) };
  }
}

function statusOf(error: unknown): number {
  if (error instanceof Refusal) return error.status;
  if (error instanceof ManagementRequestError) return 400;
  if (error instanceof MistakeInFileError) return mistakeInConfiguration;
  if (error instanceof RestartNeededError || error instanceof NoFileError) return 409;
  return error instanceof UnknownPortError ? 404 : 500;
}

type Questions = { readonly [Path in keyof AnswersByPath]: () => Body<Path> };

/** What is asked by GET. */
function questions(controlled: Controlled, { version, errors }: Context): Questions {
  return {
    '/stats': () => controlled.stats(),
    '/ports': () => ({ ports: controlled.ports() }),
    '/clocks': () => ({
      clocks: controlled.clocks(),
      transparentClocks: transparentClocksOf(controlled.stats().instances),
    }),
    '/clocks/parent': () => ({ clocks: partOfClocks(controlled.clocks(), 'parent') }),
    '/clocks/time': () => ({ clocks: partOfClocks(controlled.clocks(), 'time') }),
    '/clocks/foreign-masters': () => ({
      clocks: partOfClocks(controlled.clocks(), 'foreignMasters'),
    }),
    '/summary': () => ({ version, ...controlled.summary() }),
    '/health': () => controlled.health(),
    '/status': () => ({ version, pid: process.pid, acceptErrors: errors.count }),
  };
}

/** @returns the answer without its head */
async function route(
  request: IncomingMessage,
  controlled: Controlled,
  context: Context,
): Promise<object> {
  const { method = '', url = '' } = request;
  if (method === 'GET' && url.split('?')[0] === '/events') return eventsFor(url, controlled);
  const asked = questions(controlled, context);
  if (method === 'GET' && Object.hasOwn(asked, url)) return asked[url as keyof AnswersByPath]();
  switch (`${method} ${url}`) {
    case 'POST /management':
      return { answers: controlled.manage(await bodyOf(request)) };
    case 'POST /reload': {
      const dryRun = dryRunFrom(await bodyOf(request));
      if (controlled.reload === undefined) throw new NoFileError();
      return controlled.reload(dryRun);
    }
    case 'POST /faults': {
      if (!context.allowFaults) {
        throw new Refusal(403, 'POST /faults: for tests: start ptp-switch run with --allow-faults');
      }
      const fault = faultFrom(await bodyOf(request));
      controlled.loseTransmitTimestamps(fault.interface, fault.loseTransmitTimestamps);
      return {};
    }
    default:
      throw new Refusal(
        404,
        `${method} ${url}: unknown: GET /events, ${Object.keys(asked).join(', ')}, POST /management, /reload or /faults`,
      );
  }
}

/** `?since=SEQ`: those after that number; all that are remembered unless it is there. @throws Refusal */
function eventsFor(url: string, { events }: Controlled): { readonly events: readonly EventJson[] } {
  const since = sinceIn(url);
  if (since === undefined) throw new Refusal(400, 'GET /events?since=SEQ: write a whole number');
  if (isFollowing(url)) {
    throw new Refusal(503, `GET /events?follow: ${maxFollowers} follow already: end one of them`);
  }
  return { events: events.after(since).map(eventJson) };
}

/** After which event the request wants to hear of all to come; undefined: it is another one. */
function followedFrom({ method, url = '' }: IncomingMessage): number | undefined {
  return method === 'GET' && isFollowing(url) ? sinceIn(url) : undefined;
}

function isFollowing(url: string): boolean {
  const [path, query] = url.split('?');
  return path === '/events' && new URLSearchParams(query).has('follow');
}

function sinceIn(url: string): number | undefined {
  const text = new URLSearchParams(url.split('?')[1]).get('since') ?? '0';
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const text = await textOf(request);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'the body is not JSON');
  }
}

/**
 * Does not iterate over the request: leaving such a loop early closes the connection by which the refusal is to be
 * sent.
 */
function textOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      text += chunk;
      if (text.length <= maxBodyBytes) return;
      request.pause();
      reject(new Refusal(413, `more than ${maxBodyBytes} bytes`));
    });
    request.on('end', () => resolve(text));
    request.on('error', reject);
  });
}

function dryRunFrom(body: unknown): boolean {
  const { dryRun } = (body ?? {}) as { dryRun?: unknown };
  if (typeof dryRun !== 'boolean') throw new Refusal(400, 'send {"dryRun": false}');
  return dryRun;
}

function faultFrom(body: unknown): { interface: string; loseTransmitTimestamps: number } {
  const fault = (body ?? {}) as { interface?: unknown; loseTransmitTimestamps?: unknown };
  const { interface: name, loseTransmitTimestamps: count } = fault;
  const counts =
    Number.isInteger(count) && Number(count) >= 0 && Number(count) <= maxLostTimestamps;
  if (typeof name !== 'string' || !counts) {
    throw new Refusal(400, 'send {"interface": "eth1", "loseTransmitTimestamps": 1}');
  }
  return { interface: name, loseTransmitTimestamps: Number(count) };
}
