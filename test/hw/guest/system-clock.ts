/**
 * The guest's system clock is set and slewed, as by an operator or chronyd, while clocks follow a grandmaster whose
 * hardware clock has nothing to do with it.
 *
 *   hardware:  gm eth0 ── eth1 BC eth3 ── eth2 slave               clock: phc, all with hardware time stamps
 *   software:  gm eth0 ── eth1 BC veth ── veth slave of our own    software time stamps on the veth pair
 *
 * argv: the scenarios to run: hardware, software; `hardware, every disturbance` has those that are harmless beside the others.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClockStatus } from '../../../src/daemon/status/clock-status.js';
import { run } from '../../support/netns/command.js';
import { Network, type Namespace } from '../../support/netns/network.js';
import { median } from '../../support/netns/statistics.js';
import type { Switch } from '../../support/netns/switch.js';
import { until } from '../../support/netns/wait.js';
import { asleep } from './awake.js';
import { plugIn, startSwitch } from './cabling.js';
import {
  detune,
  differenceNs,
  setRate,
  setSystemClockRate,
  stepSystemClock,
  systemClockAheadNs,
} from './hardware-clock.js';
import { HardwareSlave, now, startGrandmaster, type Offsets } from './hardware-peer.js';
import { scenario } from './report.js';

/** A clock of ours over ten seconds, in which the system clock was disturbed. */
export interface OwnOffsets {
  /** Of all Syncs. */
  readonly samples: number;
  readonly rmsNs: number;
  readonly maxNs: number;
  /** Of some of them, one a second. */
  readonly medianNs: number;
}

export interface Disturbed {
  readonly what: string;
  readonly boundaryClock: OwnOffsets;
  /** With hardware time stamps: of the slave, and of the hardware clocks that are steered, minus the grandmaster's. */
  readonly slave?: Offsets;
  readonly portClocksAheadNs?: readonly number[];
  /** With software time stamps: of the slave, and its time minus that of the grandmaster's clock, by reading both. */
  readonly ownSlave?: OwnOffsets;
  readonly timeAheadNs?: number;
  /** What was counted of it, over all ports of our clocks. */
  readonly clockMoved: number;
  readonly clockDisturbed: number;
}

/** How long each lasts, and before them the settling. Of a clock's offsets the shortest window is of ten seconds. */
const HARDWARE_SECONDS = { settling: 10, each: 11 } as const;
/** 64 Syncs a second are much work for the guest. */
const SOFTWARE_SECONDS = { settling: 6, each: 5 } as const;
const FOLLOWING_TIMEOUT_MS = 120_000;
/** A request is as much work for a switch as a second of messages. */
const REQUEST_INTERVAL_MS = 1_000;
const STEP_SECONDS = 37;

const slew = (ppm: number) => ({
  what: `adjtimex ${ppm} ppm`,
  act: () => setSystemClockRate(ppm * 1_000),
  // Read over a clock that is slewed, two others cannot be compared well.
  undo: () => setSystemClockRate(0),
});
interface Disturbance {
  readonly what: string;
  readonly act: () => void;
  readonly undo?: () => void;
}
const nothing: Disturbance = { what: 'nothing', act: () => undefined };
const setByDate: Disturbance = {
  what: `date -s, ${STEP_SECONDS} s forward`,
  act: () => void run('date', ['-s', `+${STEP_SECONDS} seconds`]),
};
// As chronyd does it, by ADJ_SETOFFSET.
const setBack: Disturbance = {
  what: `a step of ${STEP_SECONDS} s back`,
  act: () => stepSystemClock(-STEP_SECONDS),
};
const setByLittle: Disturbance = { what: 'a step of 100 ms', act: () => stepSystemClock(0.1) };
const everything = [nothing, setByDate, setBack, setByLittle, slew(10), slew(100), slew(400)];
const theWorst = [nothing, setByDate, setBack, slew(400)];

const network = new Network();
const { left, bc, right } = await plugIn(network, {
  left: ['eth0'],
  bc: ['eth1', 'eth3'],
  right: ['eth2'],
});
network.connect({ namespace: bc, interface: 'veth0' }, { namespace: right, interface: 'veth1' });

async function startClock(
  namespace: Namespace,
  interfaces: readonly string[],
  { timestamping, keys }: { timestamping: string; keys: string },
): Promise<Switch> {
  const config = join(network.directory, `${interfaces.join('-')}.yaml`);
  writeFileSync(
    config,
    `ports: [${interfaces.join(', ')}]
timestamping: ${timestamping}
instances:
  - {${keys}, logAnnounceInterval: -2}
`,
  );
  return startSwitch(network, namespace, interfaces, { config });
}

async function locked(instance: Switch): Promise<void> {
  await asleep(() =>
    until(
      'a clock of ours to be in lock',
      async () => (await instance.clock()).clock.lockState === 'locked',
      FOLLOWING_TIMEOUT_MS,
      () => instance.child.output,
      REQUEST_INTERVAL_MS,
    ),
  );
}

/** Offsets of these clocks over so many seconds from now. */
async function ownOffsets(instances: readonly Switch[], seconds: number): Promise<OwnOffsets[]> {
  const seen: number[][] = instances.map(() => []);
  let last: ClockStatus['clock'][] = [];
  const end = now() + seconds;
  await asleep(async () => {
    while (now() < end) {
      last = await Promise.all(instances.map(async (each) => (await each.clock()).clock));
      for (const [index, { offsetFromMasterNs }] of last.entries()) {
        seen[index]?.push(offsetFromMasterNs);
      }
      await delay(REQUEST_INTERVAL_MS);
    }
  });
  return last.map(({ offsets }, index) => {
    const { samples = 0, rms, max } = offsets['10s'] ?? {};
    return {
      samples,
      rmsNs: rms ?? NaN,
      maxNs: max ?? NaN,
      medianNs: median(seen[index] ?? []),
    };
  });
}

async function counted(instances: readonly Switch[], name: string): Promise<number> {
  const stats = await Promise.all(instances.map((each) => each.stats()));
  return stats
    .flatMap(({ ports }) => ports)
    .reduce((sum, { counters }) => sum + (counters['timestamp']?.[name] ?? 0), 0);
}

/** Disturbs the system clock in one way after the other; `measure` is called of each once it has lasted. */
async function disturb(
  disturbances: readonly Disturbance[],
  seconds: number,
  instances: readonly Switch[],
  measure: (offsets: readonly OwnOffsets[], from: number) => Promise<Partial<Disturbed>>,
): Promise<Disturbed[]> {
  const results: Disturbed[] = [];
  for (const { what, act, undo } of disturbances) {
    const before = await Promise.all(
      ['clockMoved', 'clockDisturbed'].map((name) => counted(instances, name)),
    );
    const from = now();
    act();
    const offsets = await ownOffsets(instances, seconds);
    undo?.();
    console.log(`${what}: has lasted`);
    results.push({
      what,
      boundaryClock: offsets[0]!,
      ...(await measure(offsets, from)),
      clockMoved: (await counted(instances, 'clockMoved')) - before[0]!,
      clockDisturbed: (await counted(instances, 'clockDisturbed')) - before[1]!,
    });
  }
  return results;
}

function detuneAll(): void {
  detune('eth0', 0);
  detune('eth1', -30_000);
  detune('eth3', 50_000);
  setRate('eth2', 20_000);
}

async function hardware(disturbances: readonly Disturbance[]): Promise<Disturbed[]> {
  const { settling, each } = HARDWARE_SECONDS;
  detuneAll();
  const grandmaster = startGrandmaster(network, left, 'eth0');
  const instance = await startClock(bc, ['eth1', 'eth3'], {
    timestamping: 'hardware',
    keys: 'type: bc, clock: phc, logSyncInterval: -4, logMinDelayReqInterval: -4',
  });
  const slave = new HardwareSlave(network, right, 'eth2');
  try {
    const since = await slave.followingSince();
    await locked(instance);
    await slave.offsetsBetween(since, Math.max(since, now()) + settling);
    return await disturb(disturbances, each, [instance], async (_, from) => ({
      slave: await slave.offsetsBetween(from, from + each),
      portClocksAheadNs: [differenceNs('eth1', 'eth0'), differenceNs('eth3', 'eth0')],
    }));
  } finally {
    await Promise.all([slave.stop(), grandmaster.child.stop(), instance.child.stop()]);
  }
}

async function software(): Promise<Disturbed[]> {
  detuneAll();
  const settings = { logSyncInterval: -6 };
  const grandmaster = startGrandmaster(network, left, 'eth0', { settings });
  const intervals = 'logSyncInterval: -6, logMinDelayReqInterval: -6';
  const instance = await startClock(bc, ['eth1', 'veth0'], {
    timestamping: 'mixed',
    keys: `type: bc, ${intervals}`,
  });
  const slave = await startClock(right, ['veth1'], {
    timestamping: 'software',
    keys: `type: oc, slaveOnly: true, ${intervals}`,
  });
  /** The slave's time minus that of the grandmaster's clock: each is compared with the system clock, which runs evenly. */
  const timeAheadNs = async (): Promise<number> => {
    const before = systemClockAheadNs('eth0');
    const { clock } = await slave.clock();
    return clock.aheadOfSystemClockNs + (before + systemClockAheadNs('eth0')) / 2;
  };
  try {
    await locked(instance);
    await locked(slave);
    await asleep(() => delay(SOFTWARE_SECONDS.settling * 1_000));
    return await disturb(theWorst, SOFTWARE_SECONDS.each, [instance, slave], async (offsets) => ({
      ownSlave: offsets[1]!,
      timeAheadNs: await timeAheadNs(),
    }));
  } finally {
    const all = [grandmaster.child, instance.child, slave.child];
    await Promise.all(all.map((child) => child.stop()));
  }
}

const scenarios: Readonly<Record<string, () => Promise<unknown>>> = {
  hardware: () => hardware(theWorst),
  'hardware, every disturbance': () => hardware(everything),
  software,
};
for (const name of process.argv.slice(2)) await scenario(name, scenarios[name]!);
await network.close();
