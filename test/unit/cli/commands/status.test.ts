/** `status` and `health` of a switch on a fake data plane, over its control socket. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HealthAnswer } from '../../../../src/control/answers.js';
import { serveControl, type ControlServer } from '../../../../src/control/server.js';
import { Switch } from '../../../../src/daemon/switch.js';
import { portsNamed } from '../../../support/config-ports.js';
import { FakeDataPlane } from '../../daemon/fake-data-plane.js';
import { invoke, type Invocation } from '../command-line.js';

let directory: string;
let socket: string;
let server: ControlServer | undefined;
let running: Switch | undefined;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ptp-switch-status-'));
  socket = join(directory, 'control.sock');
});
afterEach(async () => {
  await server?.close();
  running?.close();
  rmSync(directory, { recursive: true });
});

async function serve(link: boolean): Promise<void> {
  const switchOfTwo = new Switch(
    (options) => {
      const fake = new FakeDataPlane(options);
      fake.infos = fake.infos.map((info) => ({ ...info, link }));
      return fake;
    },
    {
      timestamping: 'auto',
      ports: portsNamed('eth1', 'eth2'),
      instances: [{ type: 'e2e-tc', domain: 'any' }],
      membershipReports: false,
    },
    { busyPoll: false },
    { info: () => undefined, warn: () => undefined },
  );
  running = switchOfTwo;
  server = await serveControl(
    socket,
    {
      ports: () => switchOfTwo.ports(),
      stats: () => switchOfTwo.stats(),
      clocks: () => switchOfTwo.clocks(),
      summary: () => switchOfTwo.summary(),
      health: () => switchOfTwo.health(),
      manage: () => [],
      loseTransmitTimestamps: () => undefined,
      events: switchOfTwo.events,
    },
    '1.2.3',
  );
}

function ask(...args: readonly string[]): Promise<Invocation> {
  return invoke([...args, '--socket', socket]);
}

describe('status', () => {
  test('is one screen', async () => {
    await serve(true);
    const { exitCode, output } = await ask('status');
    expect(exitCode).toBe(0);
    const lines = output.split('\n');
    expect(lines[0]).toMatch(/^ptp-switch 1\.2\.3 {2}up .* {2}2 ports, 2 up {2}all is well$/);
    expect(lines[1]).toBe('e2e-tc of any domain: no Sync has passed');
    expect(lines.slice(-2).map((line) => line.slice(0, 13))).toEqual([
      ...['eth1  up    sw', 'eth2  up    sw'].map((line) => line.slice(0, 13)),
    ]);
  });

  test('as JSON has what every answer has', async () => {
    await serve(true);
    const answer = JSON.parse((await ask('status', '-j')).output) as unknown;
    expect(answer).toMatchObject({
      ...{ schema: 1, version: '1.2.3', clocks: [], alarms: [], failedRecords: 0 },
      ports: [
        {
          ...{ interface: 'eth1', link: 'up', receivedPerSecond: null, meanLinkDelayNs: null },
          lost: { lastMinute: 0, sinceStart: 0, lastAt: null, reasons: {} },
          residence: { lastMinute: { messages: 0, p50Ns: null, maxAt: null } },
        },
        { interface: 'eth2' },
      ],
      transparentClocks: [{ name: 'e2e-tc of any domain', domains: [] }],
    });
  });
});

describe('health', () => {
  test('exits with 0 where nothing fails', async () => {
    await serve(true);
    const { exitCode, output } = await ask('health');
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^ok +ports-up +2 of 2 \(threshold: 1 at least\)$/m);
  });

  test('exits with 1 where something does, which comes first, with what to do', async () => {
    await serve(false);
    const { exitCode, output, errors } = await ask('health');
    expect({ exitCode, errors }).toEqual({ exitCode: 1, errors: '' });
    const [first, second] = output.split('\n');
    expect(first).toMatch(/^FAIL +ports-up +0 of 2 \(threshold: 1 at least\)$/);
    expect(second).toMatch(/^ +-> plug a cable in/);
  });

  test('as JSON', async () => {
    await serve(false);
    const { exitCode, output } = await ask('health', '-j');
    expect(exitCode).toBe(1);
    const { checks, ...rest } = JSON.parse(output) as HealthAnswer;
    expect(rest).toMatchObject({ schema: 1, healthy: false });
    const [first] = checks;
    expect(first).toMatchObject({ check: 'ports-up', level: 'fail', value: '0 of 2' });
  });

  test('exits with 2 where there is no switch to ask', async () => {
    const { exitCode, errors } = await ask('health');
    expect(exitCode).toBe(2);
    expect(errors).toMatch(/no ptp-switch is running there/);
  });
});
