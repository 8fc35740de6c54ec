/** Others set the clocks and the time stamping of a switch's ports while a slave follows through it. */

import { describe, expect, test } from 'vitest';
import type { Disturbance } from './guest/disturbances.js';
import type { GuestProgram, GuestRun } from './lab.js';

const PROGRAM: GuestProgram = ['disturbances'];
export const programs = [PROGRAM];

/** What a wrong correction would exceed by far. */
const OFFSET_LIMIT_NS = 1_000;
const RECOVERED_RMS_LIMIT_NS = 30;
/** Corrections that wait while a clock is related anew: Syncs and Delay_Reqs of less than a second, 16 each. */
const MAX_CORRECTIONS_LOST = 32;

const movedLine = (port: string): string =>
  `${port}: its hardware clock was set or slewed: relating it anew, corrections wait`;

const leftAloneLine = (port: string): string =>
  `${port}: its hardware clock has been left alone for 10 s`;

const MODE_LINE =
  'eth3: another program has changed the hardware time stamping mode: stop it; the mode is set again';
/** Said as well where the driver was asked for more than one or two time stamps meanwhile. */
const MISSING_LINES = [
  'eth3: transmit time stamps are missing: what they belong to is not corrected, and dropped; see doctor for the driver; timestamping: software does without it',
  'eth3: no transmit time stamp has been missing for 10 s',
];

export function tests(guest: GuestRun): void {
  describe('a switch whose ports others meddle with', () => {
    function expectRecovery(scenario: string): Disturbance {
      const result = guest.result<Disturbance>(PROGRAM, scenario);
      const { during, recovered, clockDifferenceNs, correctionUnknown } = result;
      // Without one, what the slave and the switch said is what there is to go by.
      expect(
        recovered.seconds,
        [...during.said, ...recovered.said, ...result.log].join('\n'),
      ).toBeGreaterThanOrEqual(4);
      console.log(
        `${scenario}: max ${during.maxNs} ns in 10 s, then rms ${recovered.rmsNs.toFixed(1)} ns; ` +
          `${correctionUnknown} corrections dropped`,
      );
      expect(during.seconds).toBeGreaterThan(0);
      expect(during.maxNs).toBeLessThan(OFFSET_LIMIT_NS);
      expect(recovered.rmsNs).toBeLessThan(RECOVERED_RMS_LIMIT_NS);
      expect(Math.abs(clockDifferenceNs)).toBeLessThan(RECOVERED_RMS_LIMIT_NS);
      return result;
    }

    function expectClockMoved(scenario: string): Disturbance {
      const result = expectRecovery(scenario);
      expect(result.clockMoved).toBeGreaterThan(0);
      expect(result.correctionUnknown).toBeGreaterThan(0);
      expect(result.correctionUnknown).toBeLessThan(MAX_CORRECTIONS_LOST);
      expect(result.clocks.map((clock) => clock?.related)).toEqual([true, true]);
      return result;
    }

    test('a clock stepped by 1 s: no wrong correction, recovered within 10 s', () => {
      const { clocks, log } = expectClockMoved('step');
      expect(log).toEqual([movedLine('eth1'), leftAloneLine('eth1')]);
      const [before, after] = clocks.map((clock) => clock?.offsetNs ?? NaN);
      // Less what it loses at 30 ppm meanwhile.
      expect((after! - before!) / 1e9).toBeCloseTo(1, 2);
    });

    test('a clock slewed by 20 ppm: no wrong correction, recovered within 10 s', () => {
      const { clocks, log } = expectClockMoved('slew');
      expect(log).toEqual([movedLine('eth3'), leftAloneLine('eth3')]);
      const [before, after] = clocks.map((clock) => clock?.ratePpb ?? NaN);
      expect((after! - before!) / 20_000).toBeCloseTo(1, 1);
    });

    // Every port's clock then stands elsewhere as seen from the system's, which nothing here is measured by.
    test.for(['system step', 'system slew'])('%s: no event, and no correction lost', (scenario) => {
      const { clockMoved, correctionUnknown, during, log } = expectRecovery(scenario);
      expect(clockMoved).toBe(0);
      expect(correctionUnknown).toBe(0);
      expect(during.rmsNs).toBeLessThan(RECOVERED_RMS_LIMIT_NS);
      expect(log).toEqual([]);
    });

    test.for(['off 1', 'off 2', 'off 3'])(
      'time stamping turned off by another program: told, and turned on again (%s)',
      (scenario) => {
        const { log } = expectRecovery(scenario);
        expect(log[0]).toBe(MODE_LINE);
        expect([[], MISSING_LINES]).toContainEqual(log.slice(1));
      },
    );
  });
}
