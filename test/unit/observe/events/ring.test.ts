import { expect, test } from 'vitest';
import { EventRing, maxEvents } from '../../../../src/observe/events/ring.js';
import { nothing, type EventDraft } from '../../../../src/observe/events/event.js';

const draft: EventDraft = {
  ...{ kind: 'started', state: 'once', ...nothing, atMs: 0, sinceMs: 0 },
  ...{ from: null, to: null, text: 'started', remedy: null },
};

test('the latest events are remembered, and no number comes twice', () => {
  const ring = new EventRing();
  expect([ring.seq, ring.after(0)]).toEqual([0, []]);
  for (let count = 0; count < maxEvents + 10; count++) ring.add(draft);
  const all = ring.after(0);
  expect(all).toHaveLength(maxEvents);
  expect([all[0]?.seq, all.at(-1)?.seq, ring.seq]).toEqual([11, 1034, 1034]);
  expect(new Set(all.map(({ seq }) => seq)).size).toBe(maxEvents);
});

test('those after a number are told, whatever number that is', () => {
  const ring = new EventRing();
  for (let count = 0; count < 5; count++) ring.add(draft);
  expect(ring.after(3).map(({ seq }) => seq)).toEqual([4, 5]);
  expect(ring.after(5)).toEqual([]);
  expect(ring.after(99)).toEqual([]);
});

test('an event has the severity of its kind, unless it has one of its own', () => {
  const ring = new EventRing();
  expect(ring.add({ ...draft, kind: 'loop-found' }).severity).toBe('error');
  expect(ring.add({ ...draft, kind: 'loop-found', severity: 'info' }).severity).toBe('info');
});
