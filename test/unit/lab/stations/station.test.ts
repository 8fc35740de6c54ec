import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runStation } from '../../../../src/lab/stations/station.js';
import type { LabType } from '../../../../src/lab/report/report.js';
import { parseTimeError } from '../../../../src/lab/report/time-error.js';
import { receivers, stations } from '../../../../src/lab/topologies/topology.js';
import type { OpenOptions } from '../../../../src/native/data-plane.js';
import { CableHub, type HubDataPlane } from '../cable-hub.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Stations of those names on one hub, for 1.5 s: what they print. */
async function runTogether(type: LabType, names: readonly string[]) {
  const hub = new CableHub();
  const stop = new AbortController();
  const samples: string[] = [];
  const ended = names.map((name, index) =>
    runStation({
      name,
      type,
      timebaseAheadNs: 5n,
      openDataPlane: () => hub.plug('eth0', `02:00:00:00:00:0${index + 1}`),
      print: (line) => samples.push(line),
      warn: (line) => expect.unreachable(line),
      stop: stop.signal,
    }),
  );
  vi.advanceTimersByTime(1_500);
  stop.abort();
  await Promise.all(ended);
  return { hub, samples };
}

test('every receiver measures the time source, over its own transport, and a true offset of 0', async () => {
  const hub = new CableHub();
  const stop = new AbortController();
  const planes: HubDataPlane[] = [];
  const lines = new Map<string, string[]>();
  const ended = stations.map(({ name, mac }) =>
    runStation({
      name,
      type: 'e2e-tc',
      timebaseAheadNs: 5n,
      openDataPlane: ({ ports, timestamping, timebaseAheadNs }: OpenOptions) => {
        expect([ports.length, timestamping, timebaseAheadNs]).toEqual([1, 'software', 5n]);
        const plane = hub.plug(ports[0]?.interface ?? '', mac);
        planes.push(plane);
        return plane;
      },
      print: (line) => lines.set(name, [...(lines.get(name) ?? []), line]),
      warn: (line) => expect.unreachable(line),
      stop: stop.signal,
    }),
  );

  vi.advanceTimersByTime(1_500);
  stop.abort();
  await Promise.all(ended);

  expect([...lines.keys()].sort()).toEqual(receivers.map(({ name }) => name).sort());
  for (const samples of lines.values()) {
    // One at most for each of the 24 Syncs of that time: nobody listens to two streams.
    expect(samples.length).toBeGreaterThan(12);
    expect(samples.length).toBeLessThanOrEqual(24);
    expect(samples.map(parseTimeError)).toEqual(
      samples.map(() => ({ correctedNs: 0, uncorrectedNs: 0 })),
    );
  }
  expect(planes.map(({ closed }) => closed)).toEqual(planes.map(() => true));
});

test('around a peer-to-peer switch they measure their links, and nobody sends a Delay_Req', async () => {
  const { hub, samples } = await runTogether('p2p-tc', ['source', 'l2']);

  expect(samples.length).toBeGreaterThan(12);
  expect(samples.map(parseTimeError)).toEqual(
    samples.map(() => ({ correctedNs: 0, uncorrectedNs: 0 })),
  );
  const typesOnL2 = hub.frames
    .filter((frame) => frame[12] === 0x88 && frame[13] === 0xf7)
    .map((frame) => (frame[14] ?? 0) & 0x0f);
  expect(typesOnL2).toContain(0x2);
  expect(typesOnL2).not.toContain(0x1);
});

test('what the source sends unicast goes to the unicast receiver', async () => {
  const hub = new CableHub();
  const stop = new AbortController();
  const source = runStation({
    name: 'source',
    type: 'e2e-tc',
    timebaseAheadNs: 5n,
    openDataPlane: () => hub.plug('eth0', '02:00:00:00:00:01'),
    print: () => undefined,
    warn: () => undefined,
    stop: stop.signal,
  });
  stop.abort();
  await source;

  const destinations = hub.frames
    .map((frame) => Buffer.from(frame.subarray(0, 6)).toString('hex'))
    .filter((mac) => (parseInt(mac.slice(0, 2), 16) & 1) === 0);
  expect(new Set(destinations)).toEqual(new Set(['020000000004']));
});

test('around a boundary clock a grandmaster tells a time that a receiver of its own transport knows to be true', async () => {
  const { samples } = await runTogether('bc', ['gm-a', 'l2']);

  expect(samples.length).toBeGreaterThan(8);
  // 10 ppm of the cable's 1 us is 10 ps.
  for (const { correctedNs } of samples.map(parseTimeError)) {
    expect(Math.abs(correctedNs)).toBeLessThan(0.1);
  }
});

test.each(['bc', 'e2e-tc'] as const)(
  'a station that is not in the lab (%s) is an error',
  async (type) => {
    const failed = runStation({
      name: 'nobody',
      type,
      timebaseAheadNs: 5n,
      openDataPlane: () => expect.unreachable('nothing to open'),
      print: () => undefined,
      warn: () => undefined,
      stop: new AbortController().signal,
    });
    await expect(failed).rejects.toThrow('nobody: there is no such station');
  },
);

test('an interface that cannot be opened is an error, not a station that says nothing', async () => {
  const failed = runStation({
    name: 'l2',
    type: 'e2e-tc',
    timebaseAheadNs: 5n,
    openDataPlane: () => {
      throw new Error('eth0: there is no such interface');
    },
    print: () => undefined,
    warn: () => undefined,
    stop: new AbortController().signal,
  });
  await expect(failed).rejects.toThrow('eth0: there is no such interface');
});
