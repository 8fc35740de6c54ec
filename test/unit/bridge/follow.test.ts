import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Link } from '../../../src/bridge/kernel.js';

const kernel = vi.hoisted(() => ({ fetchLinks: vi.fn<() => Promise<Map<string, unknown>>>() }));
const monitors: PassThrough[] = [];

vi.mock('../../../src/bridge/kernel.js', () => ({
  fetchLinks: kernel.fetchLinks,
  fetchVlans: () => Promise.resolve(new Map()),
  hasLinkLocalIpv6: () => false,
}));
vi.mock('node:child_process', async (original) => ({
  ...(await original<object>()),
  spawn: () => {
    const stdout = new PassThrough();
    monitors.push(stdout);
    return Object.assign(new EventEmitter(), { stdout, kill: () => true });
  },
}));

const { BridgeFollower, readingBackoff } = await import('../../../src/bridge/follow.js');

const linksWith = (state: Link['state']) =>
  new Map([['eth1', { name: 'eth1', index: 1, bridge: 'br0', state }]]);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
});

test('a reading that fails is tried again until it succeeds, ever more seldom', async () => {
  kernel.fetchLinks.mockResolvedValueOnce(linksWith('forwarding'));
  const told: string[] = [];
  const follower = await BridgeFollower.start({
    ...{ bridge: 'br0', ports: ['eth1'], pruneMulticast: false },
    onChange: ({ ports }) => told.push(ports[0]!.state),
    onTrouble: (line) => told.push(line),
  });
  const busy = new Error('bridge: ip: Cannot allocate memory');
  kernel.fetchLinks.mockRejectedValueOnce(busy).mockRejectedValueOnce(busy);
  kernel.fetchLinks.mockResolvedValue(linksWith('blocking'));
  monitors[0]!.write('something has changed\n');
  while (told.length === 0) await new Promise(setImmediate);
  expect(told).toEqual([busy.message]);
  await vi.advanceTimersByTimeAsync(readingBackoff.firstMs);
  expect(kernel.fetchLinks).toHaveBeenCalledTimes(3);
  await vi.advanceTimersByTimeAsync(2 * readingBackoff.firstMs - 1);
  expect(kernel.fetchLinks).toHaveBeenCalledTimes(3);
  await vi.advanceTimersByTimeAsync(1);
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual([busy.message, 'blocking']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(kernel.fetchLinks).toHaveBeenCalledTimes(4);
  follower.stop();
});
