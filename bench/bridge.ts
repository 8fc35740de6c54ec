/**
 * What the switch costs the ordinary traffic of the bridge under it, and what a slave behind that bridge has of the switch:
 *
 *   gm, iperf3 client ── bridge ── slave, iperf3 server
 *
 * The bridge stands throughout; by turns the switch runs on it and does not, so that PTP takes its path or the bridge's.
 * Traffic and PTP share both cables.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Network, type Namespace } from '../test/support/netns/network.js';
import type { OffsetSampler } from '../test/support/netns/offset-sampler.js';
import { Ptp4l } from '../test/support/netns/ptp4l.js';
import { Switch } from '../test/support/netns/switch.js';
import { until } from '../test/support/netns/wait.js';
import type { Measurements } from './measurements.js';
import { BRIDGE_LOAD_MBITS, metric } from './metrics.js';

export const BARE_BRIDGE = 'kernel bridge';
export const SWITCH_ON_BRIDGE = 'ptp-switch';

const BRIDGE = 'lan';
const PORTS = ['eth1', 'eth2'];
const SERVER = '198.18.0.2';
/** ptp4l takes the median of ten path delays: those of the other path, and of another load, must have left it. */
const SETTLING_OFFSETS = 16;
/** 16 a second, and a reserve for a slave that hears little. */
const OFFSET_TIMEOUT_MS = 60_000;
/** More than any measurement takes. */
const LONG_SECONDS = '3600';
const TRAFFIC_RESERVE_MS = 20_000;
/** Undoes the raised priority of the rig: iperf3 makes the load and is not what is measured. */
const ORDINARY = ['nice', '-n', '20'];

export interface BridgeDurations {
  readonly bridgeTurns: number;
  /** Of one transfer without a limit. */
  readonly bridgeTransferSeconds: number;
  /** That make up one run of each subject. */
  readonly bridgeTransfers: number;
  readonly bridgeOffsets: number;
}

export async function measureBridge(
  measurements: Measurements,
  durations: BridgeDurations,
): Promise<void> {
  const rig = new BridgeRig();
  try {
    await rig.start();
    for (let turn = 0; turn < durations.bridgeTurns; turn++) {
      await measureOffsets(measurements, rig, turn, durations);
      for (const segments of ['merged', 'single'] as const) {
        rig.setSegments(segments);
        await measureThroughput(measurements, rig, segments, durations);
      }
      rig.setSegments('merged');
    }
  } finally {
    await rig.close();
  }
}

/** What drifts over a pair of turns favours neither. */
function subjectsInTurn(turn: number): readonly string[] {
  const order = [BARE_BRIDGE, SWITCH_ON_BRIDGE];
  return turn % 2 === 0 ? order : order.reverse();
}

async function measureOffsets(
  measurements: Measurements,
  rig: BridgeRig,
  turn: number,
  { bridgeOffsets }: BridgeDurations,
): Promise<void> {
  for (const subject of subjectsInTurn(turn)) {
    await rig.with(subject, async () => {
      const add = (name: string, value: number): void => measurements.add(name, subject, value);
      add(metric.bridgeOffsetRms('no load'), await rig.offsetRms(bridgeOffsets));
      await rig.underTraffic(BRIDGE_LOAD_MBITS, async () =>
        add(metric.bridgeOffsetRms('load'), await rig.offsetRms(bridgeOffsets)),
      );
    });
  }
}

/** One run of each subject, in transfers by turns: from one minute to the next, throughput alone changes by a tenth. */
async function measureThroughput(
  measurements: Measurements,
  rig: BridgeRig,
  segments: 'merged' | 'single',
  { bridgeTransfers, bridgeTransferSeconds }: BridgeDurations,
): Promise<void> {
  const sums = new Map<string, number>();
  for (let transfer = 0; transfer < bridgeTransfers; transfer++) {
    for (const subject of subjectsInTurn(transfer)) {
      await rig.with(subject, async () => {
        const megabits = await rig.throughputMbits(bridgeTransferSeconds);
        sums.set(subject, (sums.get(subject) ?? 0) + megabits);
      });
    }
  }
  for (const [subject, sum] of sums) {
    measurements.add(metric.bridgeThroughput(segments), subject, sum / bridgeTransfers);
  }
}

class BridgeRig {
  readonly #network = new Network();
  readonly #device: Namespace = this.#network.namespace('device');
  readonly #client: Namespace = this.#network.namespace('client');
  readonly #server: Namespace = this.#network.namespace('server');
  #offsets: OffsetSampler | undefined;

  /** Resolves when the slave follows the grandmaster over the bare bridge. */
  async start(): Promise<void> {
    for (const [index, host] of [this.#client, this.#server].entries()) {
      this.#network.connect(
        { namespace: host, interface: 'eth0' },
        { namespace: this.#device, interface: PORTS[index]! },
      );
      host.addAddress('eth0', `198.18.0.${index + 1}/24`);
    }
    this.#device.ip(
      `link add ${BRIDGE} type bridge stp_state 0 forward_delay 0`,
      ...PORTS.map((name) => `link set ${name} master ${BRIDGE}`),
      `link set ${BRIDGE} up`,
    );
    Ptp4l.grandmaster(this.#network, this.#client);
    const slave = Ptp4l.slave(this.#network, this.#server);
    await slave.waitUntilFollowing();
    this.#offsets = slave.sampleOffsets();
  }

  /** With the switch on the bridge, or without. */
  async with(subject: string, measure: () => Promise<void>): Promise<void> {
    const instance = subject === SWITCH_ON_BRIDGE ? await this.#startSwitch() : undefined;
    try {
      await measure();
    } finally {
      await instance?.child.stop();
    }
  }

  async #startSwitch(): Promise<Switch> {
    const config = join(this.#network.directory, 'bridge.json');
    const instances = [{ type: 'e2e-tc' }];
    writeFileSync(config, JSON.stringify({ ports: PORTS, instances, bridge: BRIDGE }));
    const instance = new Switch(this.#network, this.#device, [], { config });
    await instance.waitUntilForwarding();
    return instance;
  }

  /** Of the next `count` offsets, in nanoseconds, after as many as it takes for earlier ones to be forgotten. */
  async offsetRms(count: number): Promise<number> {
    const sampler = this.#offsets!;
    const goal = sampler.count + SETTLING_OFFSETS + count;
    await until(
      `${count} offsets of the slave`,
      () => sampler.count >= goal,
      OFFSET_TIMEOUT_MS,
      () => `got ${sampler.count} in all of ${goal}`,
    );
    const offsets = sampler.latest(count) ?? [];
    return Math.sqrt(offsets.reduce((sum, offset) => sum + offset ** 2, 0) / count);
  }

  /** While `during` lasts, TCP flows at so many Mbit/s. */
  async underTraffic(megabits: number, during: () => Promise<void>): Promise<void> {
    const { server, client } = await this.#iperf3(['-b', `${megabits}M`, '-t', LONG_SECONDS]);
    try {
      await during();
    } finally {
      await Promise.all([client.stop('SIGKILL'), server.stop('SIGKILL')]);
    }
  }

  /**
   * Whether TCP segments cross the bridge merged, up to 64 KB at a time, as NICs with GRO and TSO hand them over, or one by
   * one, which is the dearest that traffic can be.
   */
  setSegments(segments: 'merged' | 'single'): void {
    const offload = segments === 'merged' ? 'on' : 'off';
    for (const host of [this.#client, this.#server]) {
      host.run('ethtool', ['-K', 'eth0', 'tx', offload]);
    }
    for (const name of PORTS) this.#device.run('ethtool', ['-K', name, 'tx', offload]);
  }

  /** Of one TCP connection without a limit, each end on a processor: where else they are put decides more than all else. */
  async throughputMbits(seconds: number): Promise<number> {
    const { server, client } = await this.#iperf3(['-t', String(seconds), '-A', '0,1', '-J']);
    const timeout = setTimeout(() => client.kill('SIGKILL'), seconds * 1000 + TRAFFIC_RESERVE_MS);
    const { code } = await client.exited;
    clearTimeout(timeout);
    await server.stop('SIGKILL');
    if (code !== 0) throw new Error(`iperf3 ended with ${code}:\n${client.output}`);
    const report = JSON.parse(client.lines.join('\n')) as {
      end: { sum_received: { bits_per_second: number } };
    };
    return report.end.sum_received.bits_per_second / 1e6;
  }

  /** Resolves when the client has been started. */
  async #iperf3(options: readonly string[]) {
    const server = this.#server.spawn(ORDINARY[0]!, [
      ...[...ORDINARY.slice(1), 'iperf3', '-s', '-1', '--forceflush'],
    ]);
    await server.waitForLine(/listening/, TRAFFIC_RESERVE_MS);
    const client = this.#client.spawn(ORDINARY[0]!, [
      ...ORDINARY.slice(1),
      ...['iperf3', '-c', SERVER, ...options],
    ]);
    return { server, client };
  }

  close(): Promise<void> {
    return this.#network.close();
  }
}

/** For docs/measurements.md; empty where the suite did not run. */
export function bridgeTable(measurements: Measurements): string {
  const subjects = [BARE_BRIDGE, SWITCH_ON_BRIDGE];
  const rows = [
    ['TCP through the bridge, Mbit/s', metric.bridgeThroughput('merged'), 0],
    ['the same, every segment by itself, Mbit/s', metric.bridgeThroughput('single'), 0],
    ['slave without other traffic, offset rms, us', metric.bridgeOffsetRms('no load'), 1000],
    [
      `slave beside ${BRIDGE_LOAD_MBITS} Mbit/s of TCP, offset rms, us`,
      metric.bridgeOffsetRms('load'),
      1000,
    ],
  ] as const;
  const cells = rows.map(([title, name, divisor]) => [
    title,
    ...subjects.map((subject) => {
      const value = measurements.median(name, subject);
      if (value === undefined) return '';
      return divisor === 0 ? value.toFixed(0) : (value / divisor).toPrecision(3);
    }),
  ]);
  if (cells.every(([, ...values]) => values.every((value) => value === ''))) return '';
  return [['', 'bridge alone', 'ptp-switch on it'], ['---', '---:', '---:'], ...cells]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}
