import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { monitorAgainAfterMs, watchAddresses } from '../../../src/bridge/address-monitor.js';
import type { Monitor } from '../../../src/bridge/programs.js';

function fakeMonitors() {
  const started: { readonly stdout: PassThrough; readonly end: () => void; killed: boolean }[] = [];
  const start = (): Monitor => {
    const stdout = new PassThrough();
    const monitor = Object.assign(new EventEmitter(), { stdout, kill: () => (own.killed = true) });
    const own = { stdout, end: () => monitor.emit('close'), killed: false };
    started.push(own);
    return monitor as unknown as Monitor;
  };
  return { started, start };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('every line of the monitor is a change, until it is ended', async () => {
  const { started, start } = fakeMonitors();
  const onChange = vi.fn();
  const end = watchAddresses(onChange, start);
  started[0]!.stdout.write('Deleted 2: eth1    inet 192.0.2.1/24 scope global eth1\n');
  await vi.waitFor(() => expect(onChange).toHaveBeenCalledTimes(1));
  end();
  started[0]!.stdout.write('2: eth1    inet 192.0.2.2/24 scope global eth1\n');
  await new Promise(setImmediate);
  expect(onChange).toHaveBeenCalledTimes(1);
  expect(started[0]!.killed).toBe(true);
});

test('a monitor that ends may have missed something, and another is started later', () => {
  const { started, start } = fakeMonitors();
  const onChange = vi.fn();
  const end = watchAddresses(onChange, start);
  started[0]!.end();
  expect(onChange).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(monitorAgainAfterMs);
  expect(started).toHaveLength(2);
  end();
  started[1]!.end();
  vi.advanceTimersByTime(monitorAgainAfterMs);
  expect(started).toHaveLength(2);
  expect(onChange).toHaveBeenCalledTimes(1);
});
