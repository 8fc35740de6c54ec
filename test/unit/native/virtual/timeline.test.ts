import { expect, test } from 'vitest';
import { RandomStream } from '../../../../src/native/virtual/random.js';
import { Timeline } from '../../../../src/native/virtual/timeline.js';

test('what is planned happens in order of time, and at one time in order of planning', () => {
  const timeline = new Timeline();
  const random = new RandomStream(1, 'times');
  const planned = Array.from({ length: 1_000 }, (_, order) => ({
    at: Math.floor(random.uniform() * 100),
    order,
  }));
  const happened: typeof planned = [];
  for (const entry of planned) {
    timeline.at(entry.at, () => {
      expect(timeline.now).toBe(entry.at);
      happened.push(entry);
    });
  }
  timeline.runUntil(100);
  expect(happened).toEqual(planned.toSorted((a, b) => a.at - b.at || a.order - b.order));
});

test('runs up to and including the end, with what is planned on the way', () => {
  const timeline = new Timeline();
  const happened: number[] = [];
  timeline.at(5, () => {
    timeline.after(5, () => happened.push(timeline.now));
    timeline.after(5.5, () => happened.push(timeline.now));
  });
  timeline.runUntil(10);
  expect(happened).toEqual([10]);
  expect(timeline.now).toBe(10);
  timeline.runUntil(11);
  expect(happened).toEqual([10, 10.5]);
  expect(timeline.now).toBe(11);
});

test('what is called off does not happen', () => {
  const timeline = new Timeline();
  const happened: string[] = [];
  const planned = ['a', 'b', 'c'].map((name) => timeline.at(1, () => happened.push(name)));
  planned[1]?.cancel();
  timeline.runUntil(2);
  expect(happened).toEqual(['a', 'c']);
});

test.each([4.999, NaN, -Infinity])('nothing is planned for %d when it is 5', (time) => {
  const timeline = new Timeline();
  timeline.runUntil(5);
  expect(() => timeline.at(time, () => undefined)).toThrow(RangeError);
});
