/**
 * What the thread that forwards asks of the kernel while ports come, go and flap: nothing that waits for RTNL, the
 * kernel's lock of the network configuration, which others hold for as long as they like
 * (docs/decisions/0012-a-thread-for-the-ports.md).
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Ptp4l } from '../support/netns/ptp4l.js';
import { Star } from '../support/netns/star.js';
import { until } from '../support/netns/wait.js';

/** None of these takes RTNL; what is not in it fails the test, and is to be looked up first. */
const allowed = new Set([
  ...['epoll_wait', 'epoll_pwait', 'epoll_ctl', 'sendmmsg', 'recvmmsg', 'read', 'write'],
  ...['futex', 'clock_gettime', 'sched_yield', 'restart_syscall'],
  // SO_ERROR, and what the ring had no room for.
  'getsockopt',
  // Memory, for a policy or a frame that is handed over.
  ...['brk', 'mmap', 'munmap', 'madvise', 'mprotect'],
]);

const ROUNDS = 5;
const SYNCS = 20;
const TIMEOUT_MS = 20_000;

const missing = missingPrerequisite('ptp4l', 'strace');
if (missing !== undefined) console.warn(`forwarding thread: skipped, ${missing}`);

function forwardingThread(pid: number): string {
  const tasks = `/proc/${pid}/task`;
  const thread = readdirSync(tasks).find(
    (task) => readFileSync(join(tasks, task, 'comm'), 'utf8').trim() === 'ptp-switch',
  );
  if (thread === undefined) throw new Error('the switch has no thread that forwards');
  return thread;
}

/** The names of the system calls in what strace wrote, and how often each. */
function callsIn(trace: string): ReadonlyMap<string, number> {
  const calls = new Map<string, number>();
  for (const [, name = ''] of trace.matchAll(/^(?:<\.\.\. )?(\w+)(?:\(| resumed)/gm)) {
    calls.set(name, (calls.get(name) ?? 0) + 1);
  }
  return calls;
}

describe.skipIf(missing !== undefined)('the forwarding thread', () => {
  test('waits for nobody while another port is opened, closed and flaps', async () => {
    const star = new Star({ slaves: 2 });
    onTestFinished(() => star.close());
    const [instance] = await star.startSwitches();
    const { namespace } = star.switchPlaces[0]!;
    Ptp4l.grandmaster(star.network, star.gm.namespace, { transport: 'L2' });
    const sent = async () => (await instance!.port('eth2')).counters['tx']?.['Sync'] ?? 0;
    await until('the first Sync', async () => (await sent()) > 0, TIMEOUT_MS);

    const file = join(star.network.directory, 'calls');
    const strace = namespace.spawn('strace', [
      ...['-qq', '-o', file, '-p', forwardingThread(instance!.child.pid)],
    ]);
    await until(
      'strace',
      () => existsSync(file) && readFileSync(file, 'utf8').includes('epoll'),
      TIMEOUT_MS,
    );
    const linkOf = async (name: string) => (await instance!.port(name)).link;
    for (let round = 0; round < ROUNDS; round++) {
      namespace.ip('link del eth3');
      await until('eth3 gone', async () => (await linkOf('eth3')) === 'absent', TIMEOUT_MS);
      namespace.ip('link add eth3 type veth peer name spare', 'link set spare up');
      for (const state of ['up', 'down', 'up'] as const) namespace.setLink('eth3', state);
      await until('eth3 back', async () => (await linkOf('eth3')) === 'up', TIMEOUT_MS);
    }
    const before = await sent();
    await until('more Syncs', async () => (await sent()) >= before + SYNCS, TIMEOUT_MS);
    await strace.stop('SIGINT');

    const calls = callsIn(readFileSync(file, 'utf8'));
    expect([...calls.keys()].filter((name) => !allowed.has(name))).toEqual([]);
    expect(calls.get('sendmmsg') ?? 0).toBeGreaterThan(SYNCS);
  });
});
