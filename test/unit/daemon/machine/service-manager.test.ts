import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ServiceManager } from '../../../../src/daemon/machine/service-manager.js';

const address = '/run/systemd/notify';
let said: string[];
let warned: string[];
let beats = 0;
const beating = () => ++beats;
/** There is nothing to be said of it. */
const quiet = () => '';

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
    manager.ready(beating, quiet);
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
    managerOf(variables).ready(beating, quiet);
    vi.advanceTimersByTime(60_000);
    expect(said).toEqual([`${address} READY=1`]);
  });

  test('hears nothing while the forwarding thread hangs, and the operator hears of it once', () => {
    let hanging = false;
    const manager = managerOf({ WATCHDOG_USEC: '2000000' });
    manager.ready(() => (hanging ? beats : beating()), quiet);
    vi.advanceTimersByTime(2000);
    expect(said.splice(0)).toHaveLength(3);
    hanging = true;
    vi.advanceTimersByTime(10_000);
    expect(said).toEqual([]);
    expect(warned).toEqual([
      'the forwarding thread does not answer: the service manager is told nothing',
    ]);
    hanging = false;
    vi.advanceTimersByTime(1000);
    expect(said).toEqual([`${address} WATCHDOG=1`]);
  });

  test('hears how the switch is when that changes, at most once a second, and no more of one that stops', () => {
    let status = 'one';
    const manager = managerOf({});
    manager.ready(beating, () => status);
    vi.advanceTimersByTime(10_000);
    for (const next of ['two', 'three']) {
      status = next;
      vi.advanceTimersByTime(400);
    }
    vi.advanceTimersByTime(10_000);
    manager.stopping();
    status = 'four';
    vi.advanceTimersByTime(10_000);
    expect(said).toEqual(
      ['READY=1', 'STATUS=one', 'STATUS=three', 'STATUS=', 'STOPPING=1'].map(
        (one) => `${address} ${one}`,
      ),
    );
  });

  test('that there is none is no error', () => {
    const manager = managerOf({ NOTIFY_SOCKET: '', WATCHDOG_USEC: '3000000' });
    manager.ready(beating, () => {
      throw new Error('asked');
    });
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
    manager.ready(beating, quiet);
    vi.advanceTimersByTime(60_000);
    manager.stopping();
    expect(warned).toEqual(['nobody there']);
  });
});
