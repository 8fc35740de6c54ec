/**
 * Event messages of two grandmasters in two domains and of their slaves, and bursts of more, collide on time stamp
 * registers that hold one each.
 */

import { describe, expect, test } from 'vitest';
import type { Bursts } from './guest/bursts.js';
import type { GuestProgram, GuestRun } from './lab.js';

const PROGRAM: GuestProgram = ['bursts'];
export const programs = [PROGRAM];

const OFFSET_LIMIT_NS = 1_000;
/** No frame crosses the switch faster. */
const SHORTEST_RESIDENCE_NS = 10_000;
/** A time stamp occupies the register of the lab's NICs for about 100 us: later messages of a burst wait several times that. */
const LONG_WAIT_NS = 250_000;
const LONGEST_RESIDENCE_NS = 100_000_000;

export function tests(guest: GuestRun): void {
  describe('bursts on single time stamp registers', () => {
    const result = () => guest.result<Bursts>(PROGRAM, 'bursts');
    const counters = (name: string) =>
      result().ports.find((port) => port.interface === name)?.counters ?? {};

    test('queue, and the statistics say so', () => {
      for (const port of ['eth1', 'eth5']) {
        const queued = counters(port)['timestamp']?.['eventsQueued'];
        console.log(`${port}: ${queued} event messages have waited for its register`);
        expect(queued).toBeGreaterThan(0);
      }
    });

    test('are corrected for their wait or dropped, never forwarded uncorrected', () => {
      const { correctionsNs, followUpsSent } = result();
      console.log(
        `${correctionsNs.length} of ${followUpsSent} Follow_Ups of bursts were corrected`,
      );
      expect(correctionsNs.length).toBeGreaterThan(0);
      expect(Math.min(...correctionsNs)).toBeGreaterThan(SHORTEST_RESIDENCE_NS);
      expect(Math.max(...correctionsNs)).toBeGreaterThan(LONG_WAIT_NS);
      expect(Math.max(...correctionsNs)).toBeLessThan(LONGEST_RESIDENCE_NS);
    });

    test('leave no Follow_Up unaccounted for', () => {
      const { followUps, followUpsSent } = result();
      expect(counters('eth3')['rx']?.['Follow_Up']).toBe(followUpsSent);
      expect(followUps.settled).toBe(followUps.received);
    });

    test('do not show in the offsets of the slave of either grandmaster', () => {
      const { slaves } = result();
      expect(slaves.map(({ nic }) => nic)).toEqual(['eth4', 'eth2']);
      for (const { nic, offsets, clockDifferenceNs } of slaves) {
        console.log(
          `the slave at ${nic} among bursts: rms ${offsets.rmsNs.toFixed(1)}, max ${offsets.maxNs} ns, ` +
            `clocks apart by ${clockDifferenceNs} ns`,
        );
        expect(offsets.seconds).toBeGreaterThanOrEqual(10);
        expect(offsets.maxNs).toBeLessThan(OFFSET_LIMIT_NS);
        expect(Math.abs(clockDifferenceNs)).toBeLessThan(OFFSET_LIMIT_NS);
      }
    });
  });
}
