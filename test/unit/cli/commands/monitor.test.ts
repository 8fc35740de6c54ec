import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OwnTerminal, TerminalEvents } from '../../../../src/cli/monitor/terminal.js';
import { serveControl, type ControlServer } from '../../../../src/control/server.js';
import { Switch } from '../../../../src/daemon/switch.js';
import { portsNamed } from '../../../support/config-ports.js';
import { FakeDataPlane } from '../../daemon/fake-data-plane.js';
import { invoke, type Invocation } from '../command-line.js';

let directory: string;
let socket: string;
let server: ControlServer;
let running: Switch;
let fake: FakeDataPlane;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ptp-switch-monitor-'));
  socket = join(directory, 'control.sock');
  running = new Switch(
    (options) => (fake = new FakeDataPlane(options)),
    {
      timestamping: 'auto',
      ports: portsNamed('eth1', 'eth2'),
      instances: [{ type: 'e2e-tc', domain: 'any' }],
      membershipReports: false,
    },
    { busyPoll: false },
    { info: () => undefined, warn: () => undefined },
  );
  server = await serve();
});
afterEach(async () => {
  await server.close();
  running.close();
  rmSync(directory, { recursive: true });
});

function serve(): Promise<ControlServer> {
  const controlled = {
    ports: () => running.ports(),
    stats: () => running.stats(),
    clocks: () => running.clocks(),
    summary: () => running.summary(),
    health: () => running.health(),
    manage: (request: unknown) => running.manage(request),
    events: { after: () => [], follow: () => () => undefined },
    loseTransmitTimestamps: () => undefined,
  };
  return serveControl(socket, controlled, '1.2.3');
}

class FakeTerminal implements OwnTerminal {
  written = '';
  raw = false;
  suspended = 0;
  events: TerminalEvents | undefined;
  readonly size = () => ({ columns: 80, rows: 24 });
  readonly write = (text: string) => {
    this.written += text;
  };
  readonly setRaw = (raw: boolean) => {
    this.raw = raw;
  };
  readonly listen = (events: TerminalEvents) => {
    this.events = events;
    return () => {
      this.events = undefined;
    };
  };
  readonly suspend = () => {
    this.suspended += 1;
  };

  press(name: string, ctrl = false): void {
    this.events?.onKey({ name, ctrl });
  }

  /** Clears what was written before. */
  async shows(wanted: RegExp | string): Promise<void> {
    while (!isIn(this.written, wanted)) await new Promise(setImmediate);
    this.written = '';
  }

  get isAsItWas(): boolean {
    return !this.raw && this.events === undefined && this.written.endsWith('\u001b[?1049l');
  }
}

function isIn(text: string, wanted: RegExp | string): boolean {
  return typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
}

/** With an interval that no test has to wait for. */
function monitor(terminal: FakeTerminal, stop?: AbortSignal): Promise<Invocation> {
  const args = ['monitor', '--socket', socket, '--interval', '0.2'];
  return invoke(args, { openTerminal: () => terminal, ...(stop && { stop }) });
}

describe('monitor', () => {
  test('draws what the switch says, again and again, until q', async () => {
    const terminal = new FakeTerminal();
    const ended = monitor(terminal);
    await terminal.shows(/2 of 2 ports up[^]*eth2/);
    expect(terminal.raw).toBe(true);
    fake.setCounter(0, 'rx.Sync', 1200);
    await terminal.shows(/eth1.* [\d,.]+ /);
    terminal.press('return');
    await terminal.shows(/Sync[^]* 1,200 /);
    terminal.press('q');
    expect(await ended).toEqual({ exitCode: 0, output: '', errors: '' });
    expect(terminal.isAsItWas).toBe(true);
  });

  test('goes on where the switch is away for a while', async () => {
    const terminal = new FakeTerminal();
    const ended = monitor(terminal);
    await terminal.shows(/eth1/);
    await server.close();
    await terminal.shows(/no answer since/);
    server = await serve();
    // The second line is as empty as before.
    await terminal.shows('\u001b[2;1H\u001b[K');
    terminal.press('c', true);
    expect((await ended).exitCode).toBe(0);
  });

  test('gives the terminal back at once when it is told to stop, and while it is suspended', async () => {
    const terminal = new FakeTerminal();
    const stop = new AbortController();
    const ended = monitor(terminal, stop.signal);
    await terminal.shows(/eth1/);
    terminal.press('z', true);
    expect([terminal.suspended, terminal.raw]).toEqual([1, false]);
    terminal.events?.onContinue();
    expect(terminal.written).toMatch(/eth1/);
    stop.abort();
    expect([terminal.raw, terminal.written.endsWith('\u001b[?1049l')]).toEqual([false, true]);
    expect((await ended).exitCode).toBe(0);
    expect(terminal.isAsItWas).toBe(true);
  });

  test('gives it back when the process ends for another reason', async () => {
    const terminal = new FakeTerminal();
    const ended = monitor(terminal);
    await terminal.shows(/eth1/);
    const { onExit, onKey } = terminal.events!;
    onExit();
    expect([terminal.raw, terminal.written.endsWith('\u001b[?1049l')]).toEqual([false, true]);
    onKey({ name: 'q', ctrl: false });
    await ended;
  });

  test('of no switch is a line with the remedy, and nothing is drawn', async () => {
    const terminal = new FakeTerminal();
    const args = ['monitor', '--socket', join(directory, 'nobody.sock')];
    const { exitCode, errors } = await invoke(args, { openTerminal: () => terminal });
    expect([exitCode, terminal.written]).toEqual([1, '']);
    expect(errors).toMatch(/no ptp-switch is running there/);
  });

  test('without a terminal, or with no interval, is wrong usage', async () => {
    const none = await invoke(['monitor', '--socket', socket]);
    expect(none.exitCode).toBe(2);
    expect(none.errors).toMatch(/stats --watch$/);
    for (const interval of ['0', '61', 'soon']) {
      const wrong = await invoke(['monitor', '--interval', interval]);
      expect(wrong.exitCode).toBe(2);
      expect(wrong.errors).toMatch(/^--interval: /);
    }
  });
});
