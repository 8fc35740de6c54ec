/**
 * The driver of one port is at work on it, or is loaded again, while a slave follows through the other two:
 *
 *   gm eth0 ── eth1 switch eth3 ── eth2 slave
 *                          eth5 ── eth4 slave by the port that the driver works on
 */

import { closeSync, openSync, readFileSync } from 'node:fs';
import type { PortStatus } from '../../../src/daemon/status/status.js';
import { correctionNsOf, isFollowUp } from '../../support/ethernet-fields.js';
import { FramePort } from '../../support/netns/frame-port.js';
import { Network } from '../../support/netns/network.js';
import { arrivals, isPtp } from '../../support/netns/pair-stream.js';
import { until } from '../../support/netns/wait.js';
import { asleep } from './awake.js';
import { plugIn, startSwitch } from './cabling.js';
import { bind, unbind } from './driver-binding.js';
import { SETTLING_SECONDS } from './following.js';
import { clockDeviceOf, detune, differenceNs } from './hardware-clock.js';
import { HardwareSlave, now, startGrandmaster, type Offsets } from './hardware-peer.js';
import { scenario } from './report.js';

/** What crossed from eth1 to eth3 meanwhile, as it was seen at the slave's NIC. */
export interface Crossing {
  readonly seconds: number;
  /** sequenceIds in order of arrival. */
  readonly syncs: readonly number[];
  readonly followUps: readonly number[];
  /** The switch's residence times, out of the Follow_Ups. */
  readonly residencesNs: readonly number[];
  readonly offsets: Offsets;
  /** The slave's clock minus the grandmaster's, at the end. */
  readonly clockDifferenceNs: number;
}

export interface SelfTest {
  readonly crossing: Crossing;
  /** What ethtool said. */
  readonly said: string;
  /** How long another program had to wait for the kernel's lock of the network configuration. */
  readonly lockedSeconds: number;
  /** What the operator was told. */
  readonly log: readonly string[];
}

export interface Rebinding {
  readonly crossing: Crossing;
  /** Of eth5, before and after: what the switch says of it, and where its clock is. */
  readonly ports: readonly PortStatus[];
  readonly devices: readonly string[];
  /** Of the slave by it, once that has settled again, and its clock minus the grandmaster's. */
  readonly recovered: Offsets;
  readonly recoveredClockDifferenceNs: number;
  /** What the operator was told. */
  readonly log: readonly string[];
}

const SYNCS_PER_SECOND = 64;
/** Of eth5's clock. */
const RATE_PPB = 20_000;
/** For a slave to hear of its master again. */
const FINDING_SECONDS = 2;
const RECOVERED_SECONDS = 5;
const PORT_TIMEOUT_MS = 60_000;
const LOCK_TIMEOUT_MS = 60_000;
/** A request is as much work for a switch as a second of messages. */
const REQUEST_INTERVAL_MS = 250;

const network = new Network();
const {
  gm,
  sw,
  slave: slavePlace,
  other: otherPlace,
} = await plugIn(network, {
  gm: ['eth0'],
  sw: ['eth1', 'eth3', 'eth5'],
  slave: ['eth2'],
  other: ['eth4'],
});
detune('eth0', 0);
detune('eth1', -30_000);
detune('eth3', 50_000);
detune('eth5', RATE_PPB);
detune('eth2', 0);
detune('eth4', 0);

const settings = { logSyncInterval: -Math.log2(SYNCS_PER_SECOND) };
const instance = await startSwitch(network, sw, ['eth1', 'eth3', 'eth5']);
startGrandmaster(network, gm, 'eth0', { settings });
const slave = new HardwareSlave(network, slavePlace, 'eth2', { settings });
const other = new HardwareSlave(network, otherPlace, 'eth4', { settings });
const since = await Promise.all([slave, other].map((each) => each.followingSince()));
const settled = Math.max(...since) + SETTLING_SECONDS;
await slave.offsetsBetween(settled - 1, settled);

async function crossingWhile(act: () => Promise<void>): Promise<Crossing> {
  // Of its own: what came before, while this program waited for others, might not have been read yet.
  const arriving = await FramePort.open(slavePlace, 'eth2', isPtp);
  const from = now();
  await act();
  const to = now();
  await arriving.close();
  const { sync: syncs, followUp: followUps } = arrivals(arriving);
  const residencesNs = arriving.received.filter(isFollowUp).map(correctionNsOf);
  const offsets = await slave.offsetsBetween(from, to);
  const clockDifferenceNs = differenceNs('eth2', 'eth0');
  return { seconds: to - from, syncs, followUps, residencesNs, offsets, clockDifferenceNs };
}

/** True of a program that waits in the kernel for what no signal ends, such as a lock. */
function isHeldUp(pid: number): boolean {
  try {
    return /^\d+ \(ip\) D /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false; // it has just ended
  }
}

async function selfTest(): Promise<SelfTest> {
  const told = instance.child.lines.length;
  let said = '';
  let lockedSeconds = 0;
  const crossing = await crossingWhile(async () => {
    const test = sw.spawn('ethtool', ['-t', 'eth5', 'offline']);
    while (test.running) {
      const from = now();
      const waits = sw.spawn('ip', ['link', 'set', 'lo', 'alias', 'waits']);
      await until(
        'ip to be held up, or over',
        () => !waits.running || isHeldUp(waits.pid),
        LOCK_TIMEOUT_MS,
      );
      await asleep(() => waits.exited);
      lockedSeconds = Math.max(lockedSeconds, now() - from);
    }
    said = test.output;
  });
  return { crossing, said, lockedSeconds, log: instance.child.lines.slice(told) };
}

async function eth5(): Promise<PortStatus> {
  return (await instance.ports()).find((port) => port.interface === 'eth5')!;
}

/** Resolves when its link is up and its time stamps are related to the others'. */
async function eth5AtWork(): Promise<PortStatus> {
  return asleep(() =>
    until(
      'eth5 to be at work, and its clock to be related',
      async () => {
        const port = await eth5();
        return port.link === 'up' && port.clock?.related === true && port;
      },
      PORT_TIMEOUT_MS,
      () => instance.child.output,
      REQUEST_INTERVAL_MS,
    ),
  );
}

/** `hold`: somebody keeps the old clock open, so that the kernel does not give its number to the new one. */
async function rebinding(hold: boolean): Promise<Rebinding> {
  const portBefore = await eth5AtWork();
  const deviceBefore = clockDeviceOf('eth5');
  const told = instance.child.lines.length;
  const held = hold ? openSync(deviceBefore, 'r') : undefined;
  const crossing = await crossingWhile(async () => {
    unbind('eth5');
    await until('eth5 to be gone', async () => (await eth5()).link === 'absent', PORT_TIMEOUT_MS);
    bind('eth5');
    detune('eth5', RATE_PPB);
    network.adopt(sw, 'eth5');
    await eth5AtWork();
  });
  if (held !== undefined) closeSync(held);
  const settled = now() + FINDING_SECONDS + SETTLING_SECONDS;
  const recovered = await other.offsetsBetween(settled, settled + RECOVERED_SECONDS);
  return {
    crossing,
    ports: [portBefore, await eth5()],
    devices: [deviceBefore, clockDeviceOf('eth5')],
    recovered,
    recoveredClockDifferenceNs: differenceNs('eth4', 'eth0'),
    log: instance.child.lines.slice(told),
  };
}

await scenario('self-test', selfTest);
await scenario('bound again', () => rebinding(false));
await scenario('bound again, its number taken', () => rebinding(true));
await network.close();
