import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { connect, Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Summary } from '../../../src/observe/summary.js';
import { ControlClient } from '../../../src/control/client.js';
import {
  serveControl,
  type Controlled,
  type ControlOptions,
  type ControlServer,
} from '../../../src/control/server.js';
import { ControlError, groupNumber, removeLeftover } from '../../../src/control/socket-file.js';
import { ManagementRequestError } from '../../../src/daemon/status/management.js';
import type { Stats } from '../../../src/daemon/status/status.js';
import { UnknownPortError } from '../../../src/daemon/switch.js';
import { ofInterface, type ObservedEvent } from '../../../src/observe/events/event.js';

let directory: string;
let socket: string;
let servers: ControlServer[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ptp-switch-control-'));
  socket = join(directory, 'control.sock');
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(directory, { recursive: true });
});

const stats = {
  ports: [],
  instances: [
    {
      name: 'e2e-tc of any domain',
      type: 'e2e-tc',
      domain: 'any',
      syntonisation: [],
      discarded: {},
    },
  ],
  failedRecords: 0,
} as const;

const head = {
  schema: 1,
  at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
  since: expect.stringMatching(/Z$/) as unknown,
  uptimeSeconds: expect.any(Number) as unknown,
};

const summary: Summary = {
  ...{ ports: [], clocks: [], transparentClocks: [], unusable: [], failedRecords: 0, alarms: [] },
};

async function serve(
  part: Partial<Controlled> = {},
  options: ControlOptions = { allowFaults: true },
): Promise<ControlServer> {
  const controlled: Controlled = {
    ports: () => [],
    stats: () => stats,
    clocks: () => [],
    summary: () => summary,
    health: () => ({ healthy: true, checks: [] }),
    manage: () => [],
    events: { after: () => [], follow: () => () => undefined },
    loseTransmitTimestamps: () => undefined,
    ...part,
  };
  await removeLeftover(socket);
  const server = await serveControl(socket, controlled, '1.2.3', options);
  servers.push(server);
  return server;
}

function send(
  method: string,
  path: string,
  body?: string,
): Promise<{ status: number | undefined; body: unknown }> {
  return new Promise((resolve, reject) => {
    const exchange = request({ socketPath: socket, method, path, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, body: JSON.parse(text) as unknown }),
      );
    });
    exchange.on('error', reject);
    exchange.end(body);
  });
}

/** All that is said on a connection until the server ends it. */
function conversation(talk: (client: Socket) => void): Promise<{ text: string; sent: number }> {
  return new Promise((resolve) => {
    const client = connect(socket);
    let text = '';
    client.setEncoding('utf8');
    client.on('data', (chunk: string) => (text += chunk));
    // The server closes while there is more to come: a write fails.
    client.on('error', () => undefined);
    client.on('close', () => resolve({ text, sent: client.bytesWritten }));
    client.on('connect', () => talk(client));
  });
}

describe('a client and a server', () => {
  test('statistics, ports and status go across', async () => {
    await serve();
    const client = new ControlClient(socket);
    expect(await client.stats()).toMatchObject({ schema: 1, ...stats });
    expect(await client.ports()).toEqual([]);
    expect(await client.status()).toMatchObject({ version: '1.2.3', pid: process.pid });
  });

  test('a management request goes across as it is, and what is wrong with it comes back', async () => {
    await serve({
      manage: (asked) => {
        if (JSON.stringify(asked) !== '{"action":"GET"}') return [{ error: 'NOT_SUPPORTED' }];
        throw new ManagementRequestError('id: write one');
      },
    });
    expect(await send('POST', '/management', '{"action":"SET","id":"DOMAIN"}')).toEqual({
      status: 200,
      body: { ...head, answers: [{ error: 'NOT_SUPPORTED' }] },
    });
    expect(await send('POST', '/management', '{"action":"GET"}')).toEqual({
      status: 400,
      body: { error: 'id: write one' },
    });
  });

  test('every answer has its head, and a list where there may be none', async () => {
    await serve();
    const bodies = {
      '/ports': { ports: [] },
      '/clocks': {
        clocks: [],
        transparentClocks: [
          { instance: 'e2e-tc of any domain', type: 'e2e-tc', domain: 'any', syntonisation: [] },
        ],
      },
      '/clocks/parent': { clocks: [] },
      '/clocks/time': { clocks: [] },
      '/clocks/foreign-masters': { clocks: [] },
      '/stats': stats,
    };
    for (const [path, body] of Object.entries(bodies)) {
      expect(await send('GET', path)).toEqual({ status: 200, body: { ...head, ...body } });
    }
  });

  test('nobody there: the remedy is to start one', async () => {
    await expect(new ControlClient(socket).stats()).rejects.toThrow(
      `${socket}: no ptp-switch is running there: start one with ptp-switch run`,
    );
  });

  test('a switch that hangs is waited for as long as the caller says, then told of', async () => {
    const silent = createServer().listen(socket);
    await once(silent, 'listening');
    await expect(new ControlClient(socket, 20).stats()).rejects.toThrow(
      `${socket}: no answer in time: see whether the ptp-switch is well`,
    );
    silent.close();
  });

  test('a switch that fails to answer is an error, not an answer', async () => {
    await serve({
      stats: () => {
        throw new Error('closed');
      },
    });
    await expect(new ControlClient(socket).stats()).rejects.toThrow('answered 500');
  });
});

describe('the group of the socket', () => {
  const groups = 'root:x:0:\nptp:x:1234:root\n';

  test('is found by its name, or is a number', () => {
    expect([groupNumber('ptp', groups), groupNumber('77', groups)]).toEqual([1234, 77]);
    expect(groupNumber('pt', groups)).toBeUndefined();
    expect(groupNumber('99999999999', groups)).toBeUndefined();
    expect(groupNumber('broken', 'broken:x::')).toBeUndefined();
  });

  test.skipIf(process.getuid?.() !== 0)('owns it, and may use it', async () => {
    await serve({}, { group: 1234 });
    const { gid, mode } = statSync(socket);
    expect([gid, mode & 0o777]).toEqual([1234, 0o660]);
  });
});

describe('requests', () => {
  test('a fault reaches the switch', async () => {
    const faults: unknown[] = [];
    await serve({ loseTransmitTimestamps: (...fault) => void faults.push(fault) });
    const body = JSON.stringify({ interface: 'eth1', loseTransmitTimestamps: 2 });
    expect(await send('POST', '/faults', body)).toEqual({ status: 200, body: head });
    expect(faults).toEqual([['eth1', 2]]);
  });

  test('a fault is refused where the process was not started for it', async () => {
    const faults: unknown[] = [];
    await serve({ loseTransmitTimestamps: (...fault) => void faults.push(fault) }, {});
    const body = JSON.stringify({ interface: 'eth1', loseTransmitTimestamps: 2 });
    expect((await send('POST', '/faults', body)).status).toBe(403);
    expect(faults).toEqual([]);
  });

  test('programs that ask and do not read take the socket from nobody for long', async () => {
    const ports = Array.from({ length: 640 }, (_, index) => `interface-number-${index}`);
    await serve({ stats: () => ({ ...stats, ports }) as unknown as Stats }, { patienceMs: 100 });
    const deaf = await Promise.all(
      Array.from({ length: 32 }, async () => {
        const client = connect(socket);
        client.on('error', () => undefined);
        await once(client, 'connect');
        client.pause();
        client.write('GET /stats HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(100));
        return client;
      }),
    );
    try {
      const answered = () =>
        send('GET', '/status').then(
          ({ status }) => status,
          () => undefined,
        );
      await vi.waitFor(async () => expect(await answered()).toBe(200), { timeout: 10_000 });
    } finally {
      for (const client of deaf) client.destroy();
    }
  });

  test('connections that cannot be accepted are counted and told of once, and end nothing', async () => {
    const listening: Server[] = [];
    const listen = vi.spyOn(Server.prototype, 'listen').mockImplementation(function (
      this: Server,
      ...args
    ) {
      listening.push(this);
      listen.mockRestore();
      return this.listen(...(args as unknown as []));
    });
    const warned: string[] = [];
    await serve({}, { warn: (line) => warned.push(line) });
    const full = Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' });
    for (let time = 0; time < 3; time++) listening[0]!.emit('error', full);
    expect(warned).toEqual(['control socket: a connection could not be accepted: accept EMFILE']);
    expect((await send('GET', '/status')).body).toMatchObject({ acceptErrors: 3 });
  });

  test('a fault on an unknown port is not found', async () => {
    await serve({
      loseTransmitTimestamps: () => {
        throw new UnknownPortError('eth9', ['eth1']);
      },
    });
    const body = JSON.stringify({ interface: 'eth9', loseTransmitTimestamps: 1 });
    expect((await send('POST', '/faults', body)).status).toBe(404);
  });

  test.each([
    ['nothing', undefined],
    ['no JSON', 'eth1'],
    ['no object', 'null'],
    ['no interface', '{"loseTransmitTimestamps": 1}'],
    ['a negative number', '{"interface": "eth1", "loseTransmitTimestamps": -1}'],
    ['half a time stamp', '{"interface": "eth1", "loseTransmitTimestamps": 0.5}'],
    ['a number too large', '{"interface": "eth1", "loseTransmitTimestamps": 1e9}'],
  ])('a fault with %s is a bad request', async (_name, body) => {
    await serve();
    expect((await send('POST', '/faults', body)).status).toBe(400);
  });

  test('a body without end is cut off', async () => {
    await serve();
    expect((await send('POST', '/faults', ' '.repeat(5000))).status).toBe(413);
  });

  test('one that does not end is told so, and its connection closed', async () => {
    await serve();
    const megabyte = Buffer.alloc(1_000_000, 'x');
    const head = `POST /faults HTTP/1.1\r\nhost: x\r\ncontent-length: ${1_000 * megabyte.length}\r\n\r\n`;
    const { text, sent } = await conversation((client) => {
      client.write(head);
      const goOn = (): void => void (client.writable && client.write(megabyte, goOn));
      goOn();
    });
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(sent).toBeLessThan(20 * megabyte.length);
  });

  test('what is no request is a bad one, and the next connection is served', async () => {
    await serve();
    const { text } = await conversation((client) =>
      client.write('\0\u0001\u0002 nonsense\r\n\r\n'),
    );
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(await new ControlClient(socket).stats()).toMatchObject(stats);
  });

  test('an answer that cannot be written is an error of that request alone', async () => {
    await serve({ stats: () => ({ count: 1n }) as unknown as Stats });
    expect((await send('GET', '/stats')).status).toBe(500);
    expect(await new ControlClient(socket).ports()).toEqual([]);
  });

  test.each([
    ['headers', 'GET /stats HTTP/1.1\r\n'],
    ['body', 'POST /faults HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{'],
  ])(
    'one whose %s do not come keeps its place for seconds only',
    async (_name, beginning) => {
      await serve();
      const start = performance.now();
      const { text } = await conversation((client) => client.write(beginning));
      expect(text).toMatch(/^HTTP\/1\.1 408 /);
      expect(performance.now() - start).toBeLessThan(15_000);
    },
    20_000,
  );

  test.each([
    ['GET', '/'],
    ['POST', '/stats'],
    ['GET', '/faults'],
  ])('%s %s is not found, with what there is', async (method, path) => {
    await serve();
    const { status, body } = await send(method, path);
    expect(status).toBe(404);
    expect(JSON.stringify(body)).toContain('/stats');
  });
});

describe('the socket file', () => {
  test('is for owner and group, and goes away at the end', async () => {
    const server = await serve();
    expect(statSync(socket).mode & 0o777).toBe(0o660);
    await server.close();
    expect(existsSync(socket)).toBe(false);
  });

  test('of a running switch is left alone', async () => {
    await serve();
    await expect(serve()).rejects.toThrow('another ptp-switch is running on this socket');
    expect(await new ControlClient(socket).stats()).toMatchObject(stats);
  });

  test('of a switch that was killed is replaced', async () => {
    const listenThenDie = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', listenThenDie, socket]);
    expect(existsSync(socket)).toBe(true);
    await serve();
    expect(await new ControlClient(socket).stats()).toMatchObject(stats);
  });

  test('that is no socket is not removed', async () => {
    writeFileSync(socket, 'precious');
    await expect(serve()).rejects.toThrow('is no socket');
    expect(existsSync(socket)).toBe(true);
  });

  test('in a folder that is not there is an error with the remedy', async () => {
    socket = join(directory, 'absent', 'control.sock');
    await expect(serve()).rejects.toThrow(ControlError);
    await expect(serve()).rejects.toThrow('--socket PATH');
  });

  test('of another program is recognised by what it answers', async () => {
    const other = createServer((_request, response) => response.end('hi'));
    await new Promise<void>((resolve) => other.listen(socket, resolve));
    await expect(new ControlClient(socket).stats()).rejects.toThrow('not a ptp-switch');
    await new Promise((resolve) => other.close(resolve));
  });
});

describe('events', () => {
  const event = (seq: number): ObservedEvent => ({
    ...{ seq, kind: 'link-changed', severity: 'warning', state: 'raised' },
    ...{ atMs: 1_700_000_000_123, sinceMs: 1_700_000_000_000, ...ofInterface('eth1') },
    ...{ from: 'up', to: 'down', text: 'the link is down', remedy: null },
  });

  /** A source of events that tests tell of. */
  function source() {
    const listeners = new Set<(told: ObservedEvent) => void>();
    const told: ObservedEvent[] = [];
    return {
      listeners,
      tell: (seq: number) => {
        told.push(event(seq));
        for (const listener of listeners) listener(event(seq));
      },
      events: {
        after: (seq: number) => told.filter((it) => it.seq > seq),
        follow: (listener: (it: ObservedEvent) => void) => {
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
      },
    };
  }

  test('are answered after a number, with times as text', async () => {
    const { events, tell } = source();
    await serve({ events });
    for (const seq of [1, 2, 3]) tell(seq);
    const { schema, at, events: told } = await new ControlClient(socket).events(2);
    expect([schema, new Date(at).getTime() > 0]).toEqual([1, true]);
    expect(told).toEqual([
      {
        ...{ seq: 3, kind: 'link-changed', severity: 'warning', state: 'raised' },
        ...{ at: '2023-11-14T22:13:20.123Z', since: '2023-11-14T22:13:20.000Z' },
        ...{ instance: null, sdoId: null, domain: null, vlan: null, interface: 'eth1' },
        ...{ from: 'up', to: 'down', text: 'the link is down', remedy: null },
      },
    ]);
    expect((await send('GET', '/events?since=x')).status).toBe(400);
  });

  test('are followed until the reader has enough, and none is left out', async () => {
    const { events, tell, listeners } = source();
    await serve({ events }, { patienceMs: 20 });
    tell(1);
    tell(2);
    const stop = new AbortController();
    const seen: number[] = [];
    const following = new ControlClient(socket).followEvents(
      1,
      ({ seq }) => seen.push(seq),
      stop.signal,
    );
    await vi.waitFor(() => expect(seen).toEqual([2]));
    // For longer than any other connection is let be idle.
    await new Promise((resolve) => setTimeout(resolve, 120));
    tell(3);
    await vi.waitFor(() => expect(seen).toEqual([2, 3]));
    stop.abort();
    await following;
    await vi.waitFor(() => expect(listeners.size).toBe(0));
  });

  test('that are not read are not kept: the reader is cut off', async () => {
    const { events, tell, listeners } = source();
    await serve({ events });
    const client = connect(socket);
    client.on('error', () => undefined);
    client.write('GET /events?follow HTTP/1.1\r\nHost: x\r\n\r\n');
    client.pause();
    await vi.waitFor(() => expect(listeners.size).toBe(1));
    for (let seq = 1; seq <= 20_000; seq++) tell(seq);
    await vi.waitFor(() => expect(listeners.size).toBe(0));
    client.destroy();
  });

  test('a switch that ends has whoever follows it told so', async () => {
    const { events } = source();
    const server = await serve({ events });
    const following = new ControlClient(socket).followEvents(
      0,
      () => undefined,
      new AbortController().signal,
    );
    const failed = expect(following).rejects.toThrow(ControlError);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await server.close();
    await failed;
  });

  test('are followed by 16 at most, so that there is room for questions', async () => {
    const { events, listeners } = source();
    await serve({ events });
    const client = new ControlClient(socket);
    const stops = Array.from({ length: 16 }, () => new AbortController());
    const following = stops.map(({ signal }) => client.followEvents(0, () => undefined, signal));
    await vi.waitFor(() => expect(listeners.size).toBe(16));
    const { signal } = new AbortController();
    await expect(client.followEvents(0, () => undefined, signal)).rejects.toThrow('503');
    expect(await client.stats()).toMatchObject(stats);
    for (const stop of stops) stop.abort();
    await Promise.all(following);
  });
});
