/** Transparent clocks in a ring (test/support/netns/ring.ts): no message goes round for ever, with spanning tree or without. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PortStatus } from '../../src/daemon/status/status.js';
import { ptpFramesOf } from '../support/ptp-frames.js';
import { FramePort } from '../support/netns/frame-port.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Ring } from '../support/netns/ring.js';
import { Switch } from '../support/netns/switch.js';
import { until } from '../support/netns/wait.js';

const FORWARD_DELAY_S = 2;
const CONVERGENCE_TIMEOUT_MS = 60_000;
const TICK_MS = 20;
/** 100 ms, and the tick that the change falls into. */
const FOLLOWED_WITHIN_TICKS = 100 / TICK_MS + 1;
const STEADY_TICKS = 50;
/** A gap of the stream shorter than this is no change of topology. */
const GAP_TICKS = 25;
const SYNC = 0x0;
const ETHER_TYPE = 12;
const ORDINARY_TICK = 14;
const PTP_TICK = 14 + 30;

const missing = missingPrerequisite('g++', 'nft');
if (missing !== undefined) console.warn(`ring: skipped, ${missing}`);

const view = (frame: Uint8Array) => new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
const etherType = (frame: Uint8Array) => view(frame).getUint16(ETHER_TYPE);
const isOrdinary = (frame: Uint8Array) => etherType(frame) === 0x88b5;
const isSync = (frame: Uint8Array) => etherType(frame) === 0x88f7 && (frame[14]! & 0xf) === SYNC;

const ordinaryTicks = (port: FramePort) =>
  port.received.filter(isOrdinary).map((frame) => view(frame).getUint16(ORDINARY_TICK));
const syncTicks = (port: FramePort) =>
  port.received.filter(isSync).map((frame) => view(frame).getUint16(PTP_TICK));

/** With every tick a Sync, its Follow_Up and an ordinary broadcast of the same number, to be compared by what arrives. */
class Stream {
  tick = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(port: FramePort) {
    const captured = ptpFramesOf('l2-e2e');
    const messages = [SYNC, 0x8].map(
      (type) => captured.find(({ payload }) => (payload[0]! & 0xf) === type)!.frame,
    );
    const ordinary = new Uint8Array(60);
    ordinary.set(Buffer.from('ffffffffffff0200000000aa88b5', 'hex'));
    this.#timer = setInterval(() => {
      const tick = ++this.tick;
      const frames = [...messages, ordinary].map((frame) => frame.slice());
      for (const frame of frames) {
        view(frame).setUint16(isOrdinary(frame) ? ORDINARY_TICK : PTP_TICK, tick);
      }
      port.send(...frames);
    }, TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

describe.skipIf(missing !== undefined)('a ring of three switches', () => {
  let ring: Ring;
  let switches: Switch[];
  let stream: Stream | undefined;

  beforeEach(() => {
    ring = new Ring();
    switches = [];
  });

  afterEach(async () => {
    stream?.stop();
    stream = undefined;
    await ring.close();
  });

  async function start(settings: string): Promise<void> {
    const { network, places } = ring;
    const config = join(network.directory, 'switch.yaml');
    writeFileSync(
      config,
      `{ports: [eth1, eth2, eth3], instances: [{type: e2e-tc}], timestamping: software${settings}}`,
    );
    switches = places.map(({ namespace }) => new Switch(network, namespace, [], { config }));
    await Promise.all(switches.map((instance) => instance.waitUntilForwarding()));
  }

  const open = (i: number) =>
    FramePort.open(ring.hosts[i]!, 'eth0', (frame) => isOrdinary(frame) || isSync(frame));

  async function states(): Promise<(string | undefined)[][]> {
    const all = await Promise.all(switches.map((instance) => instance.ports()));
    return all.map((ports) => ports.map((port: PortStatus) => port.bridgeState));
  }

  /** Resolves with the one port of the ring that spanning tree blocks, when all others forward. */
  function converged(disabled: number): Promise<{ at: number; port: string } | 'none'> {
    return until(
      'spanning tree',
      async () => {
        const all = await states();
        const off = all
          .flatMap((ports, at) =>
            ports.map((state, index) => ({ at, port: `eth${index + 1}`, state })),
          )
          .filter(({ state }) => state !== 'forwarding');
        if (off.length !== (disabled === 0 ? 1 : disabled)) return undefined;
        if (disabled > 0) return off.every(({ state }) => state === 'disabled') && 'none';
        return off[0]!.state === 'blocking' && off[0]!;
      },
      CONVERGENCE_TIMEOUT_MS,
      () => switches.map(({ child }) => child.output).join('\n--\n'),
    );
  }

  /** Some ticks later every host has had every one of them once. */
  async function expectOnce(ports: readonly FramePort[]): Promise<void> {
    const first = stream!.tick + 2;
    const last = first + STEADY_TICKS;
    await until('the ticks', () => stream!.tick > last + 2, CONVERGENCE_TIMEOUT_MS);
    const wanted = Array.from({ length: STEADY_TICKS }, (_, i) => first + i);
    for (const port of ports) {
      const steady = (ticks: number[]) => ticks.filter((tick) => tick >= first && tick < last);
      await until('the last tick', () => syncTicks(port).includes(last), CONVERGENCE_TIMEOUT_MS);
      expect(steady(syncTicks(port))).toEqual(wanted);
      expect(steady(ordinaryTicks(port))).toEqual(wanted);
    }
  }

  test('with spanning tree: PTP goes where ordinary traffic goes, once, cut and healed', async () => {
    await start(`, bridge: {name: br-ptp, forwardDelay: ${FORWARD_DELAY_S}}`);
    const blocked = await converged(0);
    if (blocked === 'none') throw new Error('nothing is blocked');
    const [first, ...others] = (await Promise.all([0, 1, 2].map(open))) as [
      FramePort,
      ...FramePort[],
    ];
    stream = new Stream(first);
    await expectOnce(others);

    // Of the switch that has the blocked port, the other one in the ring: its way in and out until now.
    const cut = blocked.port === 'eth2' ? 'eth3' : 'eth2';
    const cutAt = stream.tick;
    ring.place(blocked.at).setLink(cut, 'down');
    await converged(2);
    await expectOnce(others);
    const gaps = others.flatMap((port) => {
      const after = (ticks: number[]) => {
        const index = ticks.findIndex((tick, i) => i > 0 && tick - ticks[i - 1]! > GAP_TICKS);
        return index < 0 ? undefined : ticks[index];
      };
      const [sync, ordinary] = [after(syncTicks(port)), after(ordinaryTicks(port))];
      return sync === undefined || ordinary === undefined ? [] : [{ sync, ordinary }];
    });
    expect(gaps.length).toBeGreaterThan(0);
    for (const { sync, ordinary } of gaps) {
      console.log(
        `cut at tick ${cutAt}: ordinary traffic back at ${ordinary}, PTP at ${sync}, ${TICK_MS} ms each`,
      );
      expect(Math.abs(sync - ordinary)).toBeLessThanOrEqual(FOLLOWED_WITHIN_TICKS);
    }

    ring.place(blocked.at).setLink(cut, 'up');
    await converged(0);
    await expectOnce(others);
  });

  test('without spanning tree: the loop is found within a second, and nothing melts', async () => {
    await start('');
    const [first, ...others] = (await Promise.all([0, 1, 2].map(open))) as [
      FramePort,
      ...FramePort[],
    ];
    const started = performance.now();
    stream = new Stream(first);
    const found = await until(
      'a loop',
      () =>
        switches.flatMap(({ child }) =>
          child.lines.filter((line) => line.includes(': a loop: ')),
        )[0],
      5_000,
    );
    console.log(`after ${(performance.now() - started).toFixed(0)} ms: ${found}`);
    expect(performance.now() - started).toBeLessThan(1_000);
    const seen = stream.tick;
    await until(
      'some more ticks',
      () => stream!.tick > seen + STEADY_TICKS,
      CONVERGENCE_TIMEOUT_MS,
    );
    stream.stop();
    // Without the guard each frame would go round for ever.
    for (const instance of switches) {
      for (const { counters } of (await instance.stats()).ports) {
        expect(counters['rx']!['Sync']).toBeLessThan(3 * stream.tick);
      }
    }
    for (const port of others) {
      const ticks = syncTicks(port);
      expect(new Set(ticks).size).toBe(ticks.length);
    }
  });
});
