import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ServiceManager } from '../../../../src/daemon/machine/service-manager.js';

const address = '/run/systemd/notify';
let said: string[];
let warned: string[];

beforeEach(() => {
  vi.useFakeTimers();
  [said, warned] = [[], []];
});
afterEach(() => {
  vi.useRealTimers();
});

function managerOf(variables: Record<string, string>): ServiceManager {
  return new ServiceManager(
    { NOTIFY_SOCKET: address, ...variables },
    (to, message) => said.push(`${to} ${message}`),
    (line) => warned.push(line),
  );
}

describe('a service manager', () => {
  test('hears that the switch is ready, half as often as it waits that it lives, and that it stops', () => {
    const manager = managerOf({ WATCHDOG_USEC: '3000000', WATCHDOG_PID: String(process.pid) });
    vi.advanceTimersByTime(60_000);
    expect(said).toEqual([]);
    manager.ready();
    vi.advanceTimersByTime(3000);
    manager.stopping();
    vi.advanceTimersByTime(60_000);
    expect(said).toEqual(
      ['READY=1', 'WATCHDOG=1', 'WATCHDOG=1', 'STOPPING=1'].map((one) => `${address} ${one}`),
    );
  });

  test.each([
    ['of another process', { WATCHDOG_USEC: '3000000', WATCHDOG_PID: String(process.pid + 1) }],
    ['that is off', { WATCHDOG_USEC: '0' }],
    ['that is none', { WATCHDOG_USEC: 'soon' }],
    ['that nobody has asked for', {}],
  ])('a watchdog %s is left alone', (_, variables) => {
    managerOf(variables).ready();
    vi.advanceTimersByTime(60_000);
    expect(said).toEqual([`${address} READY=1`]);
  });

  test('that there is none is no error', () => {
    const manager = managerOf({ NOTIFY_SOCKET: '', WATCHDOG_USEC: '3000000' });
    manager.ready();
    vi.advanceTimersByTime(60_000);
    manager.stopping();
    expect([said, warned]).toEqual([[], []]);
  });

  test('that cannot be reached is told of once, and does not end the switch', () => {
    const manager = new ServiceManager(
      { NOTIFY_SOCKET: address, WATCHDOG_USEC: '3000000' },
      () => {
        throw new Error('nobody there');
      },
      (line) => warned.push(line),
    );
    manager.ready();
    vi.advanceTimersByTime(60_000);
    manager.stopping();
    expect(warned).toEqual(['nobody there']);
  });
});
