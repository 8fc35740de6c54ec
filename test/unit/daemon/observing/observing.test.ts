/** What looks at a switch once a second, and a fault of it. */
import { expect, test } from 'vitest';
import { Observing } from '../../../../src/daemon/observing/observing.js';
import { snapshot } from '../../../support/snapshots.js';
import { VirtualTime } from '../../../support/virtual-time.js';

test('a fault of one taker is told once, and keeps neither the others nor the next look', () => {
  const time = new VirtualTime();
  const warnings: string[] = [];
  let looks = 0;
  const observing = new Observing({
    snapshots: { take: () => snapshot({}) },
    timerClock: time,
    warn: (line) => warnings.push(line),
    takers: [
      () => {
        throw new Error('a fault');
      },
      () => void looks++,
    ],
  });
  observing.start();
  time.advance(2e9);
  expect(looks).toBe(3);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('a fault');
  observing.stop();
  expect(time.pending).toBe(0);
});
