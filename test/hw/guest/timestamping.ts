/**
 * A switch with one port that has hardware time stamps and one that has not:
 *
 *   hard eth0 ── eth1 switch veth1 ── veth0 soft
 */

import type { InterfaceProbe } from '../../../src/native/interface-probe.js';
import type { PortStats } from '../../../src/daemon/status/status.js';
import { correctionNsOf, isFollowUp } from '../../support/ethernet-fields.js';
import { FramePort } from '../../support/netns/frame-port.js';
import { Network } from '../../support/netns/network.js';
import { arrivals, isPtp, PairStream } from '../../support/netns/pair-stream.js';
import { COMMAND_LINE } from '../../support/netns/switch.js';
import { until } from '../../support/netns/wait.js';
import { asleep } from './awake.js';
import { plugIn, startSwitch } from './cabling.js';
import { detune } from './hardware-clock.js';
import { scenario } from './report.js';

export interface Diagnosis {
  readonly probe: InterfaceProbe;
  /** What `ethtool -T` says of the same interface. */
  readonly ethtool: string;
}

/** By hwstamp_ctl: numbers of HWTSTAMP_TX_* and HWTSTAMP_FILTER_*. */
export interface Mode {
  readonly transmitType: number;
  readonly receiveFilter: number;
}

export interface Auto {
  readonly ports: readonly PortStats[];
  readonly log: readonly string[];
}

export interface Mixed {
  readonly ports: readonly PortStats[];
  readonly log: readonly string[];
  /** Time stamping mode of eth1. */
  readonly modeBefore: Mode;
  readonly modeWhileRunning: Mode;
  readonly modeAfter: Mode;
  /** Corrections of Follow_Ups that went from one kind of port to the other, ns. */
  readonly toSoftwareNs: readonly number[];
  readonly toHardwareNs: readonly number[];
}

export interface Killed {
  readonly modeBefore: Mode;
  readonly modeLeft: Mode;
  /** Of a switch that was started then and stopped. */
  readonly modeAfter: Mode;
}

const PAIRS = 40;
const PAIRS_PER_SECOND = 50;
const ARRIVAL_TIMEOUT_MS = 20_000;

const network = new Network();
const { hard, sw } = await plugIn(network, { hard: ['eth0'], sw: ['eth1'] });
const soft = network.namespace('soft');
network.connect({ namespace: sw, interface: 'veth1' }, { namespace: soft, interface: 'veth0' });
// A FramePort joins no group, and these are multicast.
hard.ip('link set eth0 promisc on');
detune('eth1', -30_000);

function modeOfEth1(): Mode {
  const text = sw.run('hwstamp_ctl', ['-i', 'eth1']);
  const current = /tx_type (\d+)\s+rx_filter (\d+)/.exec(text);
  if (current === null) throw new Error(`hwstamp_ctl: ${text}`);
  return { transmitType: Number(current[1]), receiveFilter: Number(current[2]) };
}

function correctionsNs(port: FramePort): number[] {
  return port.received.filter(isFollowUp).map(correctionNsOf);
}

/** Sends Syncs with their Follow_Ups and waits until all have come. */
async function stream(from: FramePort, to: FramePort): Promise<readonly number[]> {
  const pairs = new PairStream(from, PAIRS_PER_SECOND);
  await asleep(() => pairs.more(PAIRS));
  pairs.stop();
  await until(
    'every Follow_Up to arrive',
    () => arrivals(to).followUp.length >= pairs.sent,
    ARRIVAL_TIMEOUT_MS,
    () => `${arrivals(to).followUp.length} of ${pairs.sent} came`,
  );
  return correctionsNs(to);
}

await scenario('doctor', () => {
  const json = sw.run(process.execPath, [COMMAND_LINE, 'doctor', 'eth1', '--json']);
  const { interfaces } = JSON.parse(json) as { interfaces: { probe: InterfaceProbe }[] };
  const ethtool = sw.run('ethtool', ['-T', 'eth1']);
  return Promise.resolve({ probe: interfaces[0]?.probe, ethtool });
});

await scenario('auto', async (): Promise<Auto> => {
  const instance = await startSwitch(network, sw, ['eth1', 'veth1']);
  const { ports } = await instance.stats();
  await instance.child.stop();
  return { ports, log: instance.child.lines };
});

await scenario('mixed', async (): Promise<Mixed> => {
  // What somebody has left there, and will want to find again.
  sw.run('hwstamp_ctl', ['-i', 'eth1', '-t', '1', '-r', '0']);
  const modeBefore = modeOfEth1();
  const instance = await startSwitch(network, sw, ['eth1', 'veth1'], { timestamping: 'mixed' });
  const modeWhileRunning = modeOfEth1();
  await until(
    'the clock of eth1 to be related',
    async () => (await instance.port('eth1')).clock?.related,
    ARRIVAL_TIMEOUT_MS,
  );
  const atHard = await FramePort.open(hard, 'eth0', isPtp);
  const atSoft = await FramePort.open(soft, 'veth0', isPtp);
  const toSoftwareNs = await stream(atHard, atSoft);
  const toHardwareNs = await stream(atSoft, atHard);
  const { ports } = await instance.stats();
  await instance.child.stop();
  return {
    ports,
    log: instance.child.lines,
    modeBefore,
    modeWhileRunning,
    modeAfter: modeOfEth1(),
    toSoftwareNs,
    toHardwareNs,
  };
});

await scenario('killed', async (): Promise<Killed> => {
  const modeBefore = modeOfEth1();
  const first = await startSwitch(network, sw, ['eth1', 'veth1'], { timestamping: 'mixed' });
  first.child.kill('SIGKILL');
  await first.child.exited;
  const modeLeft = modeOfEth1();
  const second = await startSwitch(network, sw, ['eth1', 'veth1'], {
    socket: first.socket,
    timestamping: 'mixed',
  });
  await second.child.stop();
  return { modeBefore, modeLeft, modeAfter: modeOfEth1() };
});
hard.ip('link set eth0 promisc off');
await network.close();
