/** A slave follows its grandmaster through two switches in a row, each between hardware clocks that agree with nobody. */

import { describe, expect, test } from 'vitest';
import type { Following } from './guest/following.js';
import type { GuestProgram, GuestRun } from './lab.js';

const PROGRAM: GuestProgram = ['two-switches'];
export const programs = [PROGRAM];

const LIMIT_NS = 50;

export function tests(guest: GuestRun): void {
  describe('through two switches', () => {
    test.for(['E2E', 'P2P'])('%s: the slave follows within 50 ns', (scenario) => {
      const [slave] = guest.result<readonly Following[]>(PROGRAM, scenario);
      console.log(`two switches, ${scenario}: ${JSON.stringify(slave)}`);
      expect(slave?.seconds).toBeGreaterThanOrEqual(18);
      expect(slave?.rmsNs).toBeLessThan(LIMIT_NS);
      expect(Math.abs(slave?.clockDifferenceNs ?? NaN)).toBeLessThan(LIMIT_NS);
    });
  });
}
