/** Whatever happens, what is raised is cleared before it is raised again, and what is told is bounded. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventKinds } from '../../src/observe/events/catalogue.js';
import type { ObservedEvent } from '../../src/observe/events/event.js';
import { Events } from '../../src/observe/events/events.js';
import type { PortSnapshot } from '../../src/observe/snapshot.js';
import {
  clock,
  clockPort,
  foreignMaster,
  lostClock,
  portSnapshot,
  snapshot,
} from '../support/snapshots.js';

const port = fc.record({
  link: fc.constantFrom<PortSnapshot['link']>('up', 'down', 'absent'),
  timestamping: fc.constantFrom<PortSnapshot['timestamping']>('hardware', 'software'),
  isolatedWith: fc.constantFrom(null, 'eth2'),
});
const ofClock = fc.record({
  lockState: fc.constantFrom('unlocked' as const, 'acquiring' as const, 'locked' as const),
  holdover: fc.constantFrom('none' as const, 'withinSpecification' as const),
  missing: fc.constantFrom([], [{ messageType: 'Sync', how: 'late', text: 'late' }]),
  offsetFromMasterNs: fc.constantFrom(null, 5, 5000),
  foreignMasters: fc.constantFrom([], [foreignMaster()], [foreignMaster(), foreignMaster('x')]),
  ports: fc.constantFrom([clockPort('eth1', 'SLAVE')], [clockPort('eth1', 'PASSIVE')]),
});
const step = fc.oneof(
  fc.record({
    kind: fc.constant('look' as const),
    seconds: fc.constantFrom(0.1, 1, 1, 1, 15),
    port,
    follows: fc.boolean(),
    ofClock,
    hasClock: fc.boolean(),
    grown: fc.nat(3),
  }),
  fc.record({
    kind: fc.constantFrom('clockMoved' as const, 'loop' as const),
    seconds: fc.constant(0.01),
  }),
  fc.record({
    kind: fc.constant('link' as const),
    seconds: fc.constant(0.01),
    link: fc.constantFrom<PortSnapshot['link']>('up', 'down', 'absent'),
  }),
);

test('raised and cleared alternate for each subject, and numbers are consecutive', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const told: ObservedEvent[] = [];
      const events = new Events({ offsetNs: 1000 }, (event) => told.push(event));
      let second = 0;
      let count = 0;
      for (const it of steps) {
        second += it.seconds;
        const moment = { monotonicNs: second * 1e9, unixMs: second * 1e3 };
        if (it.kind === 'look') {
          count += it.grown;
          const clocks = it.hasClock
            ? [it.follows ? clock(it.ofClock) : lostClock(it.ofClock)]
            : [];
          const ports = [portSnapshot('eth1', it.port), portSnapshot('eth2')];
          const counts = [{ 'timestamp.transmitMissing': count }];
          events.take(snapshot({ ...moment, clocks, ports }, counts));
        } else if (it.kind === 'link') {
          events.note({ kind: 'link', interface: 'eth1', link: it.link }, moment);
        } else {
          events.note({ kind: it.kind, interface: 'eth1', other: 'eth2' }, moment);
        }
      }
      const states = new Map<string, string>();
      for (const { kind, state, instance, interface: name, to, from } of told) {
        if (state === 'once') continue;
        expect(eventKinds[kind].states).toBe('condition');
        const detail = kind === 'unexpected-grandmaster' ? (state === 'raised' ? to : from) : '';
        const key = [kind, instance, name, detail].join();
        expect(states.get(key) ?? 'cleared').toBe(state === 'raised' ? 'cleared' : 'raised');
        states.set(key, state);
      }
      expect(told.map(({ seq }) => seq)).toEqual(told.map((_, index) => index + 1));
    }),
  );
});
