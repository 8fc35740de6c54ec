/**
 * A boundary clock on NICs whose hardware clocks agree with nobody, between ptp4l grandmasters and slaves; nothing but it
 * relates them. argv: what it steers, as in `clock:` of the configuration, then the scenarios to run.
 *
 *   two slaves:             gm eth0 ── eth1 BC eth3 ── eth2 slave
 *                                         eth5 ── eth4 slave
 *   failover:               gm eth0 ── eth1 BC eth3 ── eth2 second gm
 *                                         eth5 ── eth4 slave
 *   restart:                gm eth0 ── eth1 BC eth3        both end, and the boundary clock is started again, alone
 *   system:                 gm eth0 ── eth1 BC
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClockStatus } from '../../../src/daemon/status/clock-status.js';
import type { KernelClock, KernelClockState } from '../../../src/native/kernel-clock.js';
import type { PortStats } from '../../../src/daemon/status/status.js';
import { Network } from '../../support/netns/network.js';
import type { Ptp4l } from '../../support/netns/ptp4l.js';
import type { Switch } from '../../support/netns/switch.js';
import { until } from '../../support/netns/wait.js';
import { asleep } from './awake.js';
import { plugIn, startSwitch } from './cabling.js';
import { clockUsers } from './clock-users.js';
import { MEASURED_SECONDS, type Following, type Place } from './following.js';
import {
  align,
  detune,
  differenceNs,
  setRate,
  stepClock,
  stepSystemClock,
  systemClockAheadNs,
  type Nic,
} from './hardware-clock.js';
import { HardwareSlave, now, startGrandmaster, untilLoaded } from './hardware-peer.js';
import { scenario } from './report.js';

export interface BoundaryClockFollowing {
  readonly slaves: readonly Following[];
  readonly clock: ClockStatus['clock'];
  /** Of the boundary clock's NICs minus the grandmaster's, by reading both. */
  readonly portClocksAheadNs: readonly number[];
  /** Programs that have hardware clocks open meanwhile. */
  readonly clockUsers: ReturnType<typeof clockUsers>;
  readonly counters: readonly Pick<PortStats, 'interface' | 'counters'>[];
  readonly log: readonly string[];
}

export interface Failover {
  /** From the end, or the start, of the better grandmaster until the boundary clock follows the other one. */
  readonly secondsToSecond: number;
  readonly secondsBack: number;
  /** The slave's, from the end of the better grandmaster until that is followed again. */
  readonly during: Omit<Following, 'clockDifferenceNs' | 'nic'>;
  /** The slave's, once it is. */
  readonly recovered: Following;
  readonly log: readonly string[];
}

export interface Restart {
  /** Seconds from the end of the grandmaster until the time was read. */
  readonly seconds: number;
  /** Of the boundary clock's time, and of its NICs' clocks, minus the grandmaster's clock, by reading both. */
  readonly timeAheadNs: number;
  readonly portClocksAheadNs: readonly number[];
  readonly clock: ClockStatus['clock'];
  readonly log: readonly string[];
}

export interface SystemClock {
  /** The guest's CLOCK_REALTIME minus the grandmaster's clock, which is of TAI: seconds, and the rest of them. */
  readonly aheadSeconds: number;
  readonly restNs: number;
  readonly clock: ClockStatus['clock'];
  /** The same some seconds after the UTC day has ended, with a leap second. */
  readonly afterLeapSecond: Pick<SystemClock, 'aheadSeconds' | 'restNs'>;
  /** What the guest's kernel says of its clock before, in lock, after the leap second, and after the switch has stopped. */
  readonly kernel: readonly [
    before: KernelClockState,
    locked: KernelClockState,
    leapt: KernelClockState,
    after: KernelClockState,
  ];
  readonly log: readonly string[];
}

/** Of the boundary clock and the slaves behind it. */
const SETTLING_SECONDS = 8;
const FOLLOWING_TIMEOUT_MS = 120_000;
const FAILOVER_SECONDS = 20;
/** From when the clocks are set until the UTC day ends: enough for all to have followed for SETTLING_SECONDS. */
const UNTIL_MIDNIGHT_SECONDS = 70;
const AFTER_MIDNIGHT_SECONDS = 6;
/** Further than the boundary clock has been away: whoever went by the system clock would be wrong by as much. */
const STEP_SECONDS = 3_600;
/** TAI - UTC as the list of the test has it. */
const UTC_OFFSET = 37;
/** A request is work for the boundary clock, more than all of its messages meanwhile. */
const REQUEST_INTERVAL_MS = 250;

const [clock = 'virtual', ...wanted] = process.argv.slice(2);

const network = new Network();
const { left, bc, right, far } = await plugIn(network, {
  left: ['eth0'],
  bc: ['eth1', 'eth3', 'eth5'],
  right: ['eth2'],
  far: ['eth4'],
});

function detuneAll(): void {
  detune('eth0', 0);
  detune('eth1', -30_000);
  detune('eth3', 50_000);
  detune('eth5', 20_000);
}

async function startBoundaryClock(
  nics: readonly Nic[],
  timestamping: 'hardware' | 'software' = 'hardware',
  more = '',
): Promise<Switch> {
  const config = join(network.directory, `${nics.join('-')}.yaml`);
  writeFileSync(
    config,
    `ports: [${nics.join(', ')}]
timestamping: ${timestamping}
instances:
  - type: bc
    clock: ${clock}
    priority1: 100
    logAnnounceInterval: -2
    logSyncInterval: -4
    logMinDelayReqInterval: -4
${more}`,
  );
  return startSwitch(network, bc, nics, { config });
}

/** Resolves with the time at which it was first seen to follow by that port, and to be in lock. */
async function following(instance: Switch, nic: Nic): Promise<number> {
  await asleep(() =>
    until(
      `the boundary clock to follow by ${nic}`,
      async () => {
        const { clock: it } = await instance.clock();
        const slave = it.ports.find(({ portState }) => portState === 'SLAVE');
        return slave?.interface === nic && it.lockState === 'locked';
      },
      FOLLOWING_TIMEOUT_MS,
      () => instance.child.output,
      REQUEST_INTERVAL_MS,
    ),
  );
  return now();
}

async function twoSlaves(): Promise<BoundaryClockFollowing> {
  detuneAll();
  const nics: readonly Nic[] = ['eth1', 'eth3', 'eth5'];
  const places: readonly Place[] = [
    { namespace: right, nic: 'eth2' },
    { namespace: far, nic: 'eth4' },
  ];
  const grandmaster = startGrandmaster(network, left, 'eth0');
  const instance = await startBoundaryClock(nics);
  for (const { nic } of places) setRate(nic, 20_000);
  const slaves = places.map(({ namespace, nic }) => new HardwareSlave(network, namespace, nic));
  try {
    const since = await Promise.all(slaves.map((slave) => slave.followingSince()));
    since.push(await following(instance, 'eth1'));
    const from = Math.max(...since) + SETTLING_SECONDS;
    const results: Following[] = [];
    for (const slave of slaves) {
      const offsets = await slave.offsetsBetween(from, from + MEASURED_SECONDS);
      const clockDifferenceNs = differenceNs(slave.nic, 'eth0');
      results.push({ nic: slave.nic, ...offsets, clockDifferenceNs });
    }
    return {
      slaves: results,
      clock: (await instance.clock()).clock,
      portClocksAheadNs: nics.map((nic) => differenceNs(nic, 'eth0')),
      clockUsers: clockUsers(),
      counters: (await instance.stats()).ports.map((port) => ({
        interface: port.interface,
        counters: port.counters,
      })),
      log: instance.child.lines,
    };
  } finally {
    await Promise.all([
      ...slaves.map((slave) => slave.stop()),
      grandmaster.child.stop(),
      instance.child.stop(),
    ]);
  }
}

async function failover(): Promise<Failover> {
  detuneAll();
  // Two grandmasters that agree, as two receivers of one satellite system would.
  setRate('eth2', 0);
  align('eth2', 'eth0');
  setRate('eth4', 20_000);
  let better = startGrandmaster(network, left, 'eth0');
  const second: Ptp4l = startGrandmaster(network, right, 'eth2', { settings: { priority1: 20 } });
  const instance = await startBoundaryClock(['eth1', 'eth3', 'eth5']);
  const slave = new HardwareSlave(network, far, 'eth4');
  try {
    const since = [await slave.followingSince(), await following(instance, 'eth1')];
    const settled = Math.max(...since) + SETTLING_SECONDS;
    await slave.offsetsBetween(settled - 1, settled);

    const lostAt = now();
    await better.child.stop();
    const secondsToSecond = (await following(instance, 'eth3')) - lostAt;
    await slave.offsetsBetween(lostAt, lostAt + FAILOVER_SECONDS);
    const backAt = now();
    better = startGrandmaster(network, left, 'eth0');
    await untilLoaded(better);
    const back = await following(instance, 'eth1');
    const during = await slave.offsetsBetween(lostAt, back + 1);
    const from = back + SETTLING_SECONDS;
    const offsets = await slave.offsetsBetween(from, from + MEASURED_SECONDS);
    return {
      secondsToSecond,
      secondsBack: back - backAt,
      during,
      recovered: { nic: slave.nic, ...offsets, clockDifferenceNs: differenceNs('eth4', 'eth0') },
      log: instance.child.lines,
    };
  } finally {
    const others = [better.child, second.child, instance.child].map((child) => child.stop());
    await Promise.all([slave.stop(), ...others]);
  }
}

/** What the boundary clock has learned outlives it: its rate in a file, its time in its NIC's clock. */
async function restart(): Promise<Restart> {
  detuneAll();
  const grandmaster = startGrandmaster(network, left, 'eth0');
  const more = `driftFile: ${join(network.directory, 'drift.json')}\n`;
  const first = await startBoundaryClock(['eth1', 'eth3'], 'hardware', more);
  try {
    const since = await following(first, 'eth1');
    await asleep(() => delay((since + SETTLING_SECONDS - now()) * 1_000));
  } finally {
    await Promise.all([grandmaster.child.stop(), first.child.stop()]);
  }
  const lostAt = now();
  stepSystemClock(STEP_SECONDS);
  const again = await startBoundaryClock(['eth1', 'eth3'], 'hardware', more);
  try {
    await asleep(() => again.child.waitForLine(/the hardware clock of eth1/, FOLLOWING_TIMEOUT_MS));
    const before = systemClockAheadNs('eth0');
    const { clock: shown } = await again.clock();
    return {
      seconds: now() - lostAt,
      timeAheadNs: shown.aheadOfSystemClockNs + (before + systemClockAheadNs('eth0')) / 2,
      portClocksAheadNs: [differenceNs('eth1', 'eth0'), differenceNs('eth3', 'eth0')],
      ...{ clock: shown, log: again.child.lines },
    };
  } finally {
    await again.child.stop();
  }
}

/** The guest's own system clock, by software time stamps, after that of a NIC. */
async function system(): Promise<SystemClock> {
  detuneAll();
  stepClock('eth0', secondsToMidnight('eth0') - UNTIL_MIDNIGHT_SECONDS);
  const before = await kernelState();
  const grandmaster = startGrandmaster(network, left, 'eth0');
  const list = join(network.directory, 'leap-seconds.list');
  writeFileSync(list, leapSecondToday());
  // ptp4l does not call its offset valid, and does not know of the leap second.
  const time = `    time: {leapSecondsFile: ${list}}\n`;
  const instance = await startBoundaryClock(['eth1', 'eth3'], 'software', time);
  try {
    await untilLoaded(grandmaster);
    const since = await following(instance, 'eth1');
    await asleep(() => delay((since + SETTLING_SECONDS - now()) * 1_000));
    const ahead = systemClockAhead();
    const { clock: shown } = await instance.clock();
    const locked = await synchronisedKernel(instance);
    const untilThen = secondsToMidnight('eth0') + AFTER_MIDNIGHT_SECONDS;
    await asleep(() => delay(untilThen * 1_000));
    const afterLeapSecond = systemClockAhead();
    const leapt = await synchronisedKernel(instance);
    await instance.child.stop();
    return {
      ...{ ...ahead, afterLeapSecond, clock: shown },
      ...{ kernel: [before, locked, leapt, await kernelState()], log: instance.child.lines },
    };
  } finally {
    await Promise.all([grandmaster.child.stop(), instance.child.stop()]);
  }
}

/** As the product reads it. */
async function kernelState(): Promise<KernelClockState> {
  const addon = (await import(join(process.cwd(), 'dist/native/addon.js'))) as {
    readonly kernelClock: KernelClock;
  };
  return addon.kernelClock.read();
}

/** Messages that the guest itself holds up cost the clock its lock for a moment: what the kernel is told when it is back. */
async function synchronisedKernel(instance: Switch): Promise<KernelClockState> {
  return asleep(() =>
    until(
      'the kernel to be told that its clock is synchronised',
      async () => {
        const state = await kernelState();
        return state.synchronised && state;
      },
      FOLLOWING_TIMEOUT_MS,
      () => instance.child.output,
      REQUEST_INTERVAL_MS,
    ),
  );
}

/** Of the grandmaster's clock. */
function systemClockAhead(): { readonly aheadSeconds: number; readonly restNs: number } {
  const aheadNs = systemClockAheadNs('eth0');
  const aheadSeconds = Math.round(aheadNs / 1e9);
  return { aheadSeconds, restNs: aheadNs - aheadSeconds * 1e9 };
}

/** Seconds since 1970 by a clock that shows TAI. */
function utcSecondsOf(nic: Nic): number {
  return Date.now() / 1e3 - systemClockAheadNs(nic) / 1e9 - UTC_OFFSET;
}

function secondsToMidnight(nic: Nic): number {
  return 86_400 - (utcSecondsOf(nic) % 86_400);
}

/** A list of leap seconds with one at the end of the UTC day that the grandmaster has, in the seconds of NTP. */
function leapSecondToday(): string {
  const midnight = Math.round(utcSecondsOf('eth0') + secondsToMidnight('eth0')) + 2_208_988_800;
  const lines = [`#@ ${midnight + 86_400}`, `3692217600 ${UTC_OFFSET}`];
  return [...lines, `${midnight} ${UTC_OFFSET + 1}`, ''].join('\n');
}

const scenarios: Readonly<Record<string, () => Promise<unknown>>> = {
  'two slaves': twoSlaves,
  failover,
  restart,
  system,
};
for (const name of wanted) await scenario(name, scenarios[name]!);
await network.close();
