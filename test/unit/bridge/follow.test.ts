import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BridgeFollower, readingBackoff, type BridgeSources } from '../../../src/bridge/follow.js';
import type { Link } from '../../../src/bridge/kernel.js';

const fetchLinks = vi.fn<BridgeSources['fetchLinks']>();
const ip = vi.fn<BridgeSources['ip']>();
const monitors: PassThrough[] = [];
const sources: BridgeSources = {
  fetchLinks,
  ip,
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
  monitors.length = 0;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.resetAllMocks();
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

test('an interface that has come back is put back until that is done whole, and the others are followed meanwhile', async () => {
  const links = (index: number, bridge: string | undefined, other: Link['state']) =>
    new Map([
      ['br0', { name: 'br0', index: 9, bridge: undefined, state: undefined }],
      ['eth1', { name: 'eth1', index, bridge, state: 'disabled' }],
      ['eth2', { name: 'eth2', index: 2, bridge: 'br0', state: other }],
    ]) as unknown as Awaited<ReturnType<BridgeSources['fetchLinks']>>;
  const told: string[] = [];
  fetchLinks.mockResolvedValueOnce(links(1, 'br0', 'forwarding'));
  const follower = await BridgeFollower.start({
    ...{ bridge: 'br0', ports: ['eth1', 'eth2'], pruneMulticast: false },
    onChange: ({ ports }) => told.push(ports.map(({ state }) => state).join(' ')),
    onTrouble: (line) => told.push(line),
    sources,
  });
  const [master, up] = ['link set dev eth1 master br0', 'link set dev eth1 up'];
  const failing = (command: string) => new Error(`${command}: Cannot allocate memory`);

  fetchLinks.mockResolvedValueOnce(links(5, undefined, 'blocking'));
  ip.mockRejectedValueOnce(failing(master));
  monitors[0]!.write('something has changed\n');
  while (told.length < 2) await new Promise(setImmediate);
  expect(told).toEqual(['outside blocking', failing(master).message]);

  fetchLinks.mockResolvedValueOnce(links(5, undefined, 'blocking'));
  ip.mockResolvedValueOnce('').mockRejectedValueOnce(failing(up));
  await vi.advanceTimersByTimeAsync(readingBackoff.firstMs);
  expect(told.at(-1)).toBe(failing(up).message);

  fetchLinks.mockResolvedValue(links(5, 'br0', 'blocking'));
  ip.mockResolvedValue('');
  await vi.advanceTimersByTimeAsync(2 * readingBackoff.firstMs);
  await vi.advanceTimersByTimeAsync(0);
  expect(told.at(-1)).toBe('disabled blocking');
  const commands = [master, master, up, master, up];
  expect(ip.mock.calls.map(([command]) => command)).toEqual(commands);

  monitors[0]!.write('something has changed\n');
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ip).toHaveBeenCalledTimes(commands.length);
  follower.stop();
});

test('an interface that somebody else has put into a bridge is left there', async () => {
  const links = (index: number, bridge: string) =>
    new Map([
      ['br0', { name: 'br0', index: 9 }],
      ['eth1', { name: 'eth1', index, bridge, state: 'forwarding' }],
    ]) as unknown as Awaited<ReturnType<BridgeSources['fetchLinks']>>;
  fetchLinks.mockResolvedValueOnce(links(1, 'br0')).mockResolvedValue(links(5, 'br1'));
  const told: string[] = [];
  const follower = await BridgeFollower.start({
    ...{ bridge: 'br0', ports: ['eth1'], pruneMulticast: false },
    onChange: ({ ports }) => told.push(ports[0]!.state),
    onTrouble: (line) => told.push(line),
    sources,
  });
  monitors[0]!.write('something has changed\n');
  while (told.length === 0) await new Promise(setImmediate);
  expect(told).toEqual(['outside']);
  expect(ip).not.toHaveBeenCalled();
  follower.stop();
});
