/**
 * Two grandmasters in two domains, a slave of each, and bursts of more event messages, which collide on transmit time stamp
 * registers that hold one each:
 *
 *   both gm eth0 ── eth1 switch eth3 ── eth2 slave in domain 1, and bursts in domain 2
 *                               eth5 ── eth4 slave in domain 0
 *
 * The bursts leave by eth1, among the Delay_Reqs of both slaves, and by eth5, among the Syncs of both grandmasters.
 * These share a clock, which neither steers; each slave steers its own.
 */

import type { PortStats } from '../../../src/daemon/status/status.js';
import { correctionNsOf, isFollowUp } from '../../support/ethernet-fields.js';
import { FramePort } from '../../support/netns/frame-port.js';
import { Network } from '../../support/netns/network.js';
import { until } from '../../support/netns/wait.js';
import { ptpFramesOf } from '../../support/ptp-frames.js';
import { asleep } from './awake.js';
import { plugIn, startSwitch } from './cabling.js';
import { SETTLING_SECONDS } from './following.js';
import { detune, differenceNs, type Nic } from './hardware-clock.js';
import { HardwareSlave, now, startGrandmaster, type Offsets } from './hardware-peer.js';
import { scenario } from './report.js';

export interface Bursts {
  /** While the bursts go on; the slave of domain 0 first. */
  readonly slaves: readonly {
    readonly nic: Nic;
    readonly offsets: Offsets;
    /** Its clock minus the grandmaster's, at the end. */
    readonly clockDifferenceNs: number;
  }[];
  readonly ports: readonly PortStats[];
  readonly followUps: ReturnType<typeof followUpsOf>;
  /** Follow_Ups of the bursts: sent, and arrived beside the slave with these corrections. */
  readonly followUpsSent: number;
  readonly correctionsNs: readonly number[];
}

const SECOND_DOMAIN = 1;
const BURST_DOMAIN = 2;
/** Of each kind. */
const MESSAGES_PER_BURST = 4;
/** Not that of the Syncs, 62.5 ms, so that the bursts meet them sooner or later. */
const BURST_INTERVAL_MS = 60;
const BURST_SECONDS = 15;
/** For the last ones to arrive. */
const QUIET_TIMEOUT_MS = 10_000;

const PTP_OFFSET = 14;
const DOMAIN_OFFSET = PTP_OFFSET + 4;
const SEQUENCE_ID_OFFSET = PTP_OFFSET + 30;
const SYNC = 0x0;
const DELAY_REQ = 0x1;
const FOLLOW_UP = 0x8;

const captured = ptpFramesOf('l2-e2e');

function messageOf(type: number, sequenceId: number): Uint8Array {
  const frame = captured.find(({ payload }) => (payload[0]! & 0x0f) === type)!.frame.slice();
  frame[DOMAIN_OFFSET] = BURST_DOMAIN;
  new DataView(frame.buffer).setUint16(SEQUENCE_ID_OFFSET, sequenceId);
  return frame;
}

/** Syncs and Delay_Reqs at once, then the Follow_Ups. */
function burst(number: number): Uint8Array[] {
  const sequenceIds = Array.from(
    { length: MESSAGES_PER_BURST },
    (_, i) => number * MESSAGES_PER_BURST + i,
  );
  const events = sequenceIds.flatMap((id) => [messageOf(SYNC, id), messageOf(DELAY_REQ, id)]);
  return [...events, ...sequenceIds.map((id) => messageOf(FOLLOW_UP, id))];
}

function isFollowUpOfBurst(frame: Uint8Array): boolean {
  const isPtp = frame[12] === 0x88 && frame[13] === 0xf7;
  return isPtp && frame[DOMAIN_OFFSET] === BURST_DOMAIN && isFollowUp(frame);
}

function countOf(ports: readonly PortStats[], nic: Nic, group: string, name: string): number {
  return ports.find((port) => port.interface === nic)?.counters[group]?.[name] ?? 0;
}

/** Follow_Ups for eth5: those that came in, and what has become of them. */
export function followUpsOf(ports: readonly PortStats[]) {
  const sent = countOf(ports, 'eth5', 'tx', 'Follow_Up');
  const dropped = countOf(ports, 'eth5', 'drop', 'correctionUnknown');
  const expired =
    countOf(ports, 'eth1', 'drop', 'heldExpired') + countOf(ports, 'eth3', 'drop', 'heldExpired');
  const received =
    countOf(ports, 'eth1', 'rx', 'Follow_Up') + countOf(ports, 'eth3', 'rx', 'Follow_Up');
  return { received, settled: sent + dropped + expired };
}

/** Calls `send` with 0, 1, 2 ... at the interval of the bursts; resolves with how many times. */
async function sendBursts(send: (number: number) => void): Promise<number> {
  const bursts = (BURST_SECONDS * 1000) / BURST_INTERVAL_MS;
  let sent = 0;
  const timer = setInterval(() => {
    if (sent < bursts) send(sent++);
  }, BURST_INTERVAL_MS);
  try {
    await until(`${bursts} bursts`, () => sent === bursts, 4 * BURST_SECONDS * 1000);
  } finally {
    clearInterval(timer);
  }
  return sent;
}

const network = new Network();
const { gm, sw, near, far } = await plugIn(network, {
  gm: ['eth0'],
  sw: ['eth1', 'eth3', 'eth5'],
  near: ['eth2'],
  far: ['eth4'],
});
detune('eth0', 0);
detune('eth1', -30_000);
detune('eth3', 50_000);
detune('eth5', 20_000);
detune('eth2', 0);
detune('eth4', 0);

const inSecondDomain = { domainNumber: SECOND_DOMAIN };
/** Should the grandmasters ever take each other's time stamp, which ptp4l calls a fault, they go on at once. */
const sharing = { fault_reset_interval: -128 };

await scenario('bursts', async (): Promise<Bursts> => {
  const instance = await startSwitch(network, sw, ['eth1', 'eth3', 'eth5']);
  const grandmasters = [sharing, { ...sharing, ...inSecondDomain }].map((settings) =>
    startGrandmaster(network, gm, 'eth0', { settings }),
  );
  const slaves = [
    new HardwareSlave(network, far, 'eth4'),
    new HardwareSlave(network, near, 'eth2', { settings: inSecondDomain }),
  ];
  const since = await Promise.all(slaves.map((slave) => slave.followingSince()));
  const settled = Math.max(...since) + SETTLING_SECONDS;
  const out = await FramePort.open(near, 'eth2', () => false);
  const beside = await FramePort.open(far, 'eth4', isFollowUpOfBurst);
  await Promise.all(slaves.map((slave) => slave.offsetsBetween(settled - 1, settled)));

  const from = now();
  const bursts = await asleep(() => sendBursts((number) => out.send(...burst(number))));
  const to = now();
  const offsets = await Promise.all(slaves.map((slave) => slave.offsetsBetween(from, to)));
  const differencesNs = slaves.map(({ nic }) => differenceNs(nic, 'eth0'));
  // The ports are counted one after another: nothing may pass meanwhile.
  await Promise.all(grandmasters.map(({ child }) => child.stop()));
  const followUpsSent = bursts * MESSAGES_PER_BURST;
  let ports: readonly PortStats[] = [];
  await until(
    'every Follow_Up to be forwarded or dropped',
    async () => {
      ports = (await instance.stats()).ports;
      const { received, settled } = followUpsOf(ports);
      return received === settled && countOf(ports, 'eth3', 'rx', 'Follow_Up') === followUpsSent;
    },
    QUIET_TIMEOUT_MS,
    () => JSON.stringify(followUpsOf(ports)),
  );
  return {
    slaves: slaves.map(({ nic }, index) => ({
      nic,
      offsets: offsets[index]!,
      clockDifferenceNs: differencesNs[index]!,
    })),
    ports,
    followUps: followUpsOf(ports),
    followUpsSent,
    correctionsNs: beside.received.map(correctionNsOf),
  };
});
await network.close();
