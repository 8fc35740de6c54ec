/** A slave follows its grandmaster through two switches in a row, each between hardware clocks that agree with nobody. */

import { beforeAll, describe, expect, test } from 'vitest';
import type { Following } from './guest/following.js';
import { missingLab, runInGuest, RUN_TIMEOUT_MS, type GuestRun } from './lab.js';

const LIMIT_NS = 50;

const missing = missingLab();
if (missing !== undefined) console.warn(`two switches in a row: skipped, ${missing}`);

describe.skipIf(missing !== undefined)('through two switches', () => {
  let guest: GuestRun;
  beforeAll(async () => {
    guest = await runInGuest('two-switches', [], { pairs: 3 });
  }, RUN_TIMEOUT_MS);

  test.for(['E2E', 'P2P'])('%s: the slave follows within 50 ns', (scenario) => {
    const [slave] = guest.result<readonly Following[]>(scenario);
    console.log(`two switches, ${scenario}: ${JSON.stringify(slave)}`);
    expect(slave?.seconds).toBeGreaterThanOrEqual(18);
    expect(slave?.rmsNs).toBeLessThan(LIMIT_NS);
    expect(Math.abs(slave?.clockDifferenceNs ?? NaN)).toBeLessThan(LIMIT_NS);
  });
});
