/** The soak test itself (npm run soak): a fault of each kind that is over soon, and no promise broken. */

import { describe, expect, test } from 'vitest';
import { FAULTS } from '../../bench/soak/faults.js';
import { soak } from '../../bench/soak/soak.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';

const missing = missingPrerequisite('g++', 'tc');
if (missing !== undefined) console.warn(`soak: skipped, ${missing}`);

const BRIEF = [
  'transmit time stamps lost',
  'queue slow or full',
  'interface renamed and back',
  'process killed and started anew',
];

describe.skipIf(missing !== undefined)('a switch under faults', () => {
  test('forwards again, corrects all that it forwards, and keeps nothing', async () => {
    const faults = BRIEF.map((name) => FAULTS.find((fault) => fault.name === name)!);
    const report = await soak({ seed: 14, faults });
    expect(report.violations).toEqual([]);
    expect(report.struck.map(({ name }) => name)).toEqual(BRIEF);
    // Two sinks; what is lost while a fault lasts is little of it.
    expect(report.delayed).toBeGreaterThan(100);
  });
});
