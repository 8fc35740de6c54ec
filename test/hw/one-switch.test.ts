/**
 * Slaves follow a grandmaster through one switch whose ports have hardware clocks seconds apart and up to 80 ppm off each
 * other. Nothing but the switch relates them: no phc2sys, no ts2phc.
 */

import { beforeAll, describe, expect, test } from 'vitest';
import type { Following } from './guest/following.js';
import { missingLab, runInGuest, RUN_TIMEOUT_MS, type GuestRun } from './lab.js';

const RMS_LIMIT_NS = 30;

const missing = missingLab();
if (missing !== undefined)
  console.warn(`one switch with hardware time stamps: skipped, ${missing}`);

describe.skipIf(missing !== undefined)('one switch between hardware clocks', () => {
  let guest: GuestRun;
  beforeAll(async () => {
    guest = await runInGuest('one-switch', { pairs: 3 });
  }, RUN_TIMEOUT_MS);

  test.for(['E2E L2', 'E2E UDPv4', 'E2E UDPv6', 'P2P L2', 'P2P UDPv4', 'P2P UDPv6'])(
    '%s: both slaves follow within 30 ns',
    (scenario) => {
      const slaves = guest.result<readonly Following[]>(scenario);
      for (const { nic, seconds, rmsNs, maxNs, clockDifferenceNs } of slaves) {
        console.log(
          `${scenario}, ${nic}: rms ${rmsNs.toFixed(1)} ns, max ${maxNs} ns, clocks apart by ${clockDifferenceNs} ns`,
        );
        expect(seconds).toBeGreaterThanOrEqual(18);
        expect(rmsNs).toBeLessThan(RMS_LIMIT_NS);
        expect(Math.abs(clockDifferenceNs)).toBeLessThan(RMS_LIMIT_NS);
      }
      expect(slaves.map(({ nic }) => nic)).toEqual(['eth2', 'eth4']);
    },
  );
});
