/**
 * A switch that is killed while traffic flows: ordinary traffic does not notice, neither then nor when the switch starts
 * again; PTP is back within a second, once and corrected; a stop afterwards leaves everything as it was before the first
 * start.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { correctionOf, isFollowUp } from '../support/ethernet-fields.js';
import { BridgedNetwork, type Host } from '../support/netns/bridged-network.js';
import type { Child } from '../support/netns/child.js';
import { FramePort } from '../support/netns/frame-port.js';
import { arrivals, isPtp, PairStream } from '../support/netns/pair-stream.js';
import { raisePriority } from '../support/netns/scheduling.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { COMMAND_LINE, Switch } from '../support/netns/switch.js';
import { until } from '../support/netns/wait.js';

const TIMEOUT_MS = 10_000;
const PAIRS_PER_SECOND = 100;
const PAIRS_BETWEEN = 30;
/** Of UDP, in datagrams of a kilobyte: 200 of them a second, each numbered by iperf3. */
const TRAFFIC_BITS_PER_SECOND = 1_600_000;
const TRAFFIC_SECONDS = 60;
/** From when the program is in memory: reading it takes some 0.6 s of a slow processor, with or without a crash. */
const BACK_WITHIN_MS = 1000;

const missing = missingPrerequisite('g++', 'nft', 'iperf3');
if (missing !== undefined) console.warn(`bridge crash: skipped, ${missing}`);

/** Datagrams between two hosts until it is told to end. */
class Traffic {
  readonly #server: Child;
  readonly #client: Child;

  private constructor(server: Child, client: Child) {
    this.#server = server;
    this.#client = client;
  }

  /** Resolves when they flow. */
  static async start(from: Host, to: Host): Promise<Traffic> {
    const server = to.namespace.spawn('iperf3', ['-s', '-1', '-i', '0.5', '--forceflush']);
    await server.waitForLine(/listening/, TIMEOUT_MS);
    const client = from.namespace.spawn('iperf3', [
      ...['-c', to.address4, '-u', '-l', '1000', '-b', String(TRAFFIC_BITS_PER_SECOND)],
      ...['-t', String(TRAFFIC_SECONDS)],
    ]);
    const traffic = new Traffic(server, client);
    await until(
      'the traffic',
      () => traffic.received > 0,
      TIMEOUT_MS,
      () => server.output,
    );
    return traffic;
  }

  /** What the receiver says of each half second: datagrams lost, of how many. */
  get #reports(): (readonly [number, number])[] {
    return this.#server.lines.flatMap((line) => {
      const [, lost, total] = /ms +(\d+)\/(\d+) \(/.exec(line) ?? [];
      return lost === undefined ? [] : [[Number(lost), Number(total)] as const];
    });
  }

  get received(): number {
    return this.#reports.reduce((sum, [lost, total]) => sum + total - lost, 0);
  }

  get lost(): number {
    return this.#reports.reduce((sum, [lost]) => sum + lost, 0);
  }

  /** Resolves when the receiver has told of what came in meanwhile. */
  async goOn(): Promise<void> {
    const goal = this.#reports.length + 2;
    await until('more traffic', () => this.#reports.length >= goal, TIMEOUT_MS);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#client.stop('SIGKILL'), this.#server.stop('SIGKILL')]);
  }

  /** What it said, for a message. */
  get output(): string {
    return this.#server.output;
  }
}

describe.skipIf(missing !== undefined)('a switch that is killed while traffic flows', () => {
  let net: BridgedNetwork;
  let config: string;
  let ports: readonly FramePort[];

  // How soon a start is done is to be seen, not what else this machine does.
  beforeAll(raisePriority);

  beforeEach(async () => {
    net = new BridgedNetwork(3);
    config = join(net.network.directory, 'crash.json');
    // An address, and a port that was down: a stop after the crash must know of both.
    net.place.addAddress('eth2', '198.18.0.1/24');
    net.place.setLink('eth3', 'down');
    ports = await Promise.all(
      net.hosts.map(({ namespace }) => FramePort.open(namespace, 'eth0', isPtp)),
    );
  });

  afterEach(() => net.close());

  function start(onExit: string): Switch {
    const bridge = { name: 'br-ptp', stp: false, onExit };
    const instances = [{ type: 'e2e-tc' }];
    const common = { instances, timestamping: 'software', bridge };
    writeFileSync(config, JSON.stringify({ ports: net.ports, ...common }));
    return new Switch(net.network, net.place, [], { config });
  }

  /** What this machine takes to load the program and its configuration, as of now. */
  function loadingMs(): number {
    const begun = performance.now();
    net.place.run(process.execPath, [COMMAND_LINE, 'check', config]);
    return performance.now() - begun;
  }

  test.each(['block', 'forward'])('with onExit: %s', async (onExit) => {
    const before = net.interfaces();
    const first = start(onExit);
    await first.waitUntilForwarding();
    const traffic = await Traffic.start(net.hosts[0]!, net.hosts[1]!);
    const stream = new PairStream(ports[0]!, PAIRS_PER_SECOND);
    await stream.more(PAIRS_BETWEEN);

    first.child.kill('SIGKILL');
    await first.child.exited;
    const killedAt = stream.sent;
    await stream.more(PAIRS_BETWEEN);
    await traffic.goOn();

    const loadMs = loadingMs();
    const startedAt = performance.now();
    const second = start(onExit);
    const firstAfter = stream.sent;
    // A Follow_Up that came by the switch and not by the bridge: with its correction.
    const backWith = await until(
      'a corrected Follow_Up',
      () => corrected(ports[1]!).find((sequenceId) => sequenceId >= firstAfter),
      TIMEOUT_MS,
      () => second.child.output,
    );
    const backAfterMs = performance.now() - startedAt;
    console.log(
      `onExit ${onExit}: PTP back ${backAfterMs.toFixed(0)} ms after the start, of which ${loadMs.toFixed(0)} ms to load`,
    );
    expect(backAfterMs - loadMs).toBeLessThan(BACK_WITHIN_MS);
    await second.waitUntilForwarding();
    await stream.more(PAIRS_BETWEEN);
    await traffic.goOn();
    stream.stop();

    const last = stream.sent - 1;
    await until('the last pair', () => corrected(ports[1]!).includes(last), TIMEOUT_MS);
    for (const port of ports.slice(1)) expectOnceFrom(port, backWith);
    if (onExit === 'block') expectNothingBetween(ports[1]!, killedAt, firstAfter);
    expect(traffic.lost, traffic.output).toBe(0);
    await traffic.stop();

    expect(await second.child.stop()).toEqual({ code: 0, signal: null });
    await vi.waitFor(() => expect(net.interfaces()).toEqual(before), { timeout: TIMEOUT_MS });
    expect(net.place.run('nft', ['list', 'ruleset'])).toBe('');
    expect(net.bridge('clean')).toMatchObject({ deeds: [] });

    /** Every message of every pair from that one on has come, in order, and no second copy of any. */
    function expectOnceFrom(port: FramePort, sequenceId: number): void {
      const { sync, followUp } = arrivals(port);
      const wanted = stream.sequenceIds.slice(sequenceId);
      expect(sync.filter((one) => one >= sequenceId)).toEqual(wanted);
      expect(followUp.filter((one) => one >= sequenceId)).toEqual(wanted);
    }

    /** No time is better than a wrong one. Frames on their way at the kill may be on either side of it. */
    function expectNothingBetween(port: FramePort, from: number, to: number): void {
      const { sync } = arrivals(port);
      expect(sync.filter((one) => one > from && one < to)).toEqual([]);
    }
  });
});

/** sequenceIds of the Follow_Ups whose correctionField is not zero, as the source sends it. */
function corrected(port: FramePort): number[] {
  return port.received
    .filter((frame) => isFollowUp(frame) && correctionOf(frame) !== 0n)
    .map((frame) => new DataView(frame.buffer, frame.byteOffset).getUint16(14 + 30));
}
