import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BridgeFollower, readingBackoff, type BridgeSources } from '../../../src/bridge/follow.js';
import type { Link } from '../../../src/bridge/kernel.js';

const fetchLinks = vi.fn<BridgeSources['fetchLinks']>();
const monitors: PassThrough[] = [];
const sources: BridgeSources = {
  fetchLinks,
  fetchVlans: () => Promise.resolve(new Map()),
  monitor: () => {
    const stdout = new PassThrough();
    monitors.push(stdout);
    const monitor = { stdout, stdin: null, stderr: null, kill: () => true };
    return Object.assign(new EventEmitter(), monitor) as unknown as ReturnType<
      BridgeSources['monitor']
    >;
  },
};

const linksWith = (state: Link['state']) =>
  new Map([['eth1', { name: 'eth1', index: 1, bridge: 'br0', state }]]) as unknown as Awaited<
    ReturnType<BridgeSources['fetchLinks']>
  >;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
});

test('a reading that fails is tried again until it succeeds, ever more seldom', async () => {
  fetchLinks.mockResolvedValueOnce(linksWith('forwarding'));
  const told: string[] = [];
  const follower = await BridgeFollower.start({
    ...{ bridge: 'br0', ports: ['eth1'], pruneMulticast: false },
    onChange: ({ ports }) => told.push(ports[0]!.state),
    onTrouble: (line) => told.push(line),
    sources,
  });
  const busy = new Error('bridge: ip: Cannot allocate memory');
  fetchLinks.mockRejectedValueOnce(busy).mockRejectedValueOnce(busy);
  fetchLinks.mockResolvedValue(linksWith('blocking'));
  monitors[0]!.write('something has changed\n');
  while (told.length === 0) await new Promise(setImmediate);
  expect(told).toEqual([busy.message]);
  await vi.advanceTimersByTimeAsync(readingBackoff.firstMs);
  expect(fetchLinks).toHaveBeenCalledTimes(3);
  await vi.advanceTimersByTimeAsync(2 * readingBackoff.firstMs - 1);
  expect(fetchLinks).toHaveBeenCalledTimes(3);
  await vi.advanceTimersByTimeAsync(1);
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual([busy.message, 'blocking']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fetchLinks).toHaveBeenCalledTimes(4);
  follower.stop();
});
