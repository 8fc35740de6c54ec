import { expect, test } from 'vitest';
import { Cable, type CableModel } from '../../../../src/native/virtual/cable.js';
import { RandomStream } from '../../../../src/native/virtual/random.js';
import { Timeline } from '../../../../src/native/virtual/timeline.js';

/** Sends a frame each microsecond, forth unless told otherwise; `arrivals`: which frame, and when. */
function send(model: CableModel, count: number, way: 'forth' | 'back' = 'forth') {
  const timeline = new Timeline();
  const arrivals: { frame: number; at: number }[] = [];
  const socket = {
    arrive: (frame: Uint8Array) => {
      arrivals.push({ frame: new DataView(frame.buffer).getUint32(0), at: timeline.now });
    },
    setLink: () => undefined,
  };
  const random = (name: string) => new RandomStream(1, name);
  const cable = new Cable(timeline, random, model, socket, socket);
  for (let index = 0; index < count; index++) {
    timeline.at(index * 1_000, () => {
      const frame = new Uint8Array(4);
      new DataView(frame.buffer).setUint32(0, index);
      cable[way].carry(frame, timeline.now);
    });
  }
  return { timeline, cable, arrivals, run: () => timeline.runUntil(1e9) };
}

test('takes its delay, longer forth than back by twice the asymmetry', () => {
  const model = { delayNs: 500, asymmetryNs: 30 };
  for (const [way, at] of [
    ['forth', 530],
    ['back', 470],
  ] as const) {
    const { run, arrivals } = send(model, 1, way);
    run();
    expect(arrivals).toEqual([{ frame: 0, at }]);
  }
});

test('keeps frames in order, whatever the jitter', () => {
  const { run, arrivals } = send({ jitter: { kind: 'uniform', fromNs: 0, toNs: 50_000 } }, 1_000);
  run();
  expect(arrivals.map(({ frame }) => frame)).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
});

test('loses, doubles and reorders the shares it is told to', () => {
  const count = 10_000;
  const near = (share: number, actual: number) => {
    expect(Math.abs(actual - share * count)).toBeLessThan(5 * Math.sqrt(share * count));
  };
  const lossy = send({ loss: 0.1 }, count);
  lossy.run();
  near(0.1, count - lossy.arrivals.length);

  const doubling = send({ duplication: { share: 0.2, againAfter: 10 } }, count);
  doubling.run();
  near(0.2, doubling.arrivals.length - count);

  const late = send({ reordering: { share: 0.3, lateBy: 10_500 } }, count);
  late.run();
  expect(late.arrivals).toHaveLength(count);
  near(0.3, late.arrivals.filter(({ frame, at }) => at > frame * 1_000 + 5_000).length);
});

test('that is pulled loses what is on it, and carries again when it is back', () => {
  const { timeline, cable, arrivals, run } = send({ delayNs: 1_500 }, 10);
  timeline.at(3_200, () => {
    cable.setUp(false);
  });
  timeline.at(6_200, () => {
    cable.setUp(true);
  });
  run();
  // 2 and 3 were on the way, 4 to 6 found no cable.
  expect(arrivals.map(({ frame }) => frame)).toEqual([0, 1, 7, 8, 9]);
});
