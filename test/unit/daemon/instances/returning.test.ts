import { expect, test } from 'vitest';
import type { PortState } from '../../../../src/core/datasets/data-sets.js';
import { tellReturn, type ReturningPort } from '../../../../src/daemon/instances/list/returning.js';
import { durationNs } from '../../../../src/core/time/instant.js';

/** What is said of a clock whose second port is in these states, one after the other, 20 ms each. */
function toldOf(states: readonly PortState[]): string[] {
  let now = 0;
  let wake: (() => void) | undefined;
  const lines: string[] = [];
  const intervals = { logAnnounceInterval: -2, announceReceiptTimeout: 3 };
  const current = () => states[Math.floor(now / 20e6) - 1];
  const ports = (): ReturningPort[] | undefined => {
    const portState = current();
    if (portState === undefined) return undefined;
    return [
      { interface: 'eth1', portState: 'SLAVE', ...intervals },
      { interface: 'eth2', portState, ...intervals },
    ];
  };
  tellReturn(
    { name: 'bc of domain 0', ports },
    {
      now: () => durationNs(now),
      wakeAfter: (delay, then) => {
        expect(delay).toBe(20e6);
        wake = then;
        return () => undefined;
      },
    },
    (line) => lines.push(line),
  );
  while (wake !== undefined) {
    const then = wake;
    wake = undefined;
    now += 20e6;
    then();
  }
  return lines;
}

test('a clock is back when none of its ports is on its way', () => {
  expect(toldOf(['LISTENING', 'PRE_MASTER', ...Array<PortState>(8).fill('MASTER')])).toEqual([
    'bc of domain 0: is back after 0.06 s: eth1 SLAVE, eth2 MASTER',
  ]);
});

test('one that is not back after its announceReceiptTimeout is told of, once', () => {
  expect(toldOf(Array<PortState>(60).fill('LISTENING'))).toEqual([
    'bc of domain 0: is not back after its announceReceiptTimeout of 0.75 s: eth1 SLAVE, eth2 LISTENING',
  ]);
});

test('of one that is there no more nothing is said', () => {
  expect(toldOf(['LISTENING'])).toEqual([]);
});
