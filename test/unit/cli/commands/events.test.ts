/** ptp-switch events, of a control server that the test starts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serveControl, type ControlServer } from '../../../../src/control/server.js';
import { nothing, ofInterface, type ObservedEvent } from '../../../../src/observe/events/event.js';
import { invoke } from '../command-line.js';

let directory: string;
let socket: string;
let server: ControlServer;
let told: ObservedEvent[];
const listeners = new Set<(event: ObservedEvent) => void>();

const started: ObservedEvent = {
  ...{ seq: 1, kind: 'started', severity: 'info', state: 'once', ...nothing },
  ...{ atMs: Date.now() - 3600e3, sinceMs: Date.now() - 3600e3, from: null, to: null },
  ...{ text: 'started: bc of domain 0 on eth1, eth2', remedy: null },
};

function loop(seq: number): ObservedEvent {
  return {
    ...{ seq, kind: 'loop-found', severity: 'error', state: 'raised', ...ofInterface('eth1') },
    ...{ atMs: Date.now() - 5e3, sinceMs: Date.now() - 5e3, from: null, to: 'eth2' },
    ...{ text: 'a loop', remedy: 'pull a cable' },
  };
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ptp-switch-events-'));
  socket = join(directory, 'control.sock');
  told = [started, loop(2)];
  const controlled = {
    ...{ ports: () => [], clocks: () => [], manage: () => [] },
    stats: () => ({ ports: [], instances: [], failedRecords: 0 }),
    loseTransmitTimestamps: () => undefined,
    summary: () => {
      throw new Error('nobody asks');
    },
    health: () => ({ healthy: true, checks: [] }),
    events: {
      after: (seq: number) => told.filter((event) => event.seq > seq),
      follow: (listener: (event: ObservedEvent) => void) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
  };
  server = await serveControl(socket, controlled, '1.2.3');
});
afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});

test('is a line for each event, with its remedy', async () => {
  const { output, exitCode } = await invoke(['events', '--socket', socket]);
  expect(exitCode).toBe(0);
  const lines = output.split('\n').map((line) => line.replace(/^[\d-]{10} [\d:]{8}/, 'TIME'));
  expect(lines).toEqual([
    'TIME  info              started: bc of domain 0 on eth1, eth2',
    'TIME  error    raised   eth1: a loop; pull a cable',
  ]);
});

test('is limited to the latest, and says where there are none', async () => {
  const last = await invoke(['events', '--socket', socket, '--since', '10m']);
  expect(last.output.split('\n')).toHaveLength(1);
  const none = await invoke(['events', '--socket', socket, '--since', '1s']);
  expect([none.output, none.exitCode]).toEqual(['nothing has happened', 0]);
  const wrong = await invoke(['events', '--socket', socket, '--since', 'yesterday']);
  expect([wrong.exitCode, wrong.errors]).toEqual([
    2,
    '--since yesterday: write a length of time, as in 30s, 10m, 2h or 1d',
  ]);
});

test('is one object with --json, empty where there is nothing', async () => {
  const { output } = await invoke(['events', '-j', '--socket', socket, '--since', '1m']);
  const { schema, at, events } = JSON.parse(output) as Record<string, unknown>;
  expect([schema, typeof at]).toEqual([1, 'string']);
  expect(events).toMatchObject([{ seq: 2, kind: 'loop-found', remedy: 'pull a cable' }]);
  const none = await invoke(['events', '-j', '--socket', socket, '--since', '1s']);
  expect(JSON.parse(none.output)).toMatchObject({ schema: 1, events: [] });
});

test('follows, one object a line, and ends without a word when it is stopped', async () => {
  const stop = new AbortController();
  const seen: unknown[] = [];
  const { exitCode, errors } = await invoke(['events', '--follow', '--json', '--socket', socket], {
    stop: stop.signal,
    onOutput: (text) => {
      const { seq } = JSON.parse(text) as { seq: number };
      seen.push(seq);
      if (seq === 2) setTimeout(() => listeners.forEach((listener) => listener(loop(3))), 50);
      if (seq === 3) stop.abort();
    },
  });
  expect([seen, exitCode, errors]).toEqual([[1, 2, 3], 0, '']);
});

test('a switch that is not there is a failure with a remedy', async () => {
  const { exitCode, errors } = await invoke(['events', '--socket', join(directory, 'none')]);
  expect(exitCode).toBe(1);
  expect(errors).toContain('no ptp-switch is running there');
});
