/**
 * Slaves follow a grandmaster through one switch whose ports have hardware clocks seconds apart and up to 80 ppm off each
 * other. Nothing but the switch relates them: no phc2sys, no ts2phc.
 */

import { describe, expect, test } from 'vitest';
import type { OneSwitch } from './guest/one-switch.js';
import type { GuestProgram, GuestRun } from './lab.js';

const mechanisms = ['E2E', 'P2P'] as const;
export const programs: readonly GuestProgram[] = mechanisms.map((it) => ['one-switch', it]);

const RMS_LIMIT_NS = 30;
/** The switch and the slaves, each of which steers its own; the grandmaster's runs freely. */
const clockPrograms = ['node', 'ptp4l', 'ptp4l'];

export function tests(guest: GuestRun): void {
  describe.for(mechanisms)('through one switch, %s', (mechanism) => {
    test.for(['L2', 'UDPv4', 'UDPv6'])('over %s: both slaves follow within 30 ns', (transport) => {
      const { slaves, meanLinkDelayNs, clockUsers } = guest.result<OneSwitch>(
        ['one-switch', mechanism],
        transport,
      );
      for (const { nic, seconds, rmsNs, maxNs, clockDifferenceNs } of slaves) {
        console.log(
          `${mechanism} ${transport} ${nic}: rms ${rmsNs.toFixed(1)} ns, max ${maxNs} ns, ` +
            `clocks apart by ${clockDifferenceNs} ns`,
        );
        expect(seconds).toBeGreaterThanOrEqual(18);
        expect(rmsNs).toBeLessThan(RMS_LIMIT_NS);
        expect(Math.abs(clockDifferenceNs)).toBeLessThan(RMS_LIMIT_NS);
      }
      expect(slaves.map(({ nic }) => nic)).toEqual(['eth2', 'eth4']);
      // Nothing beside them that would relate one clock to another.
      expect(clockUsers.map(({ program }) => program).toSorted()).toEqual(clockPrograms);
      // The cables of the lab have no delay.
      if (mechanism === 'P2P') expect(Math.abs(meanLinkDelayNs ?? NaN)).toBeLessThan(RMS_LIMIT_NS);
    });
  });
}
