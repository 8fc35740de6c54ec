/** Subjects that share a guest: what runs in it for each, and what must be true of its results. */

import { beforeAll, describe } from 'vitest';
import { GuestRun, missingLab, RUN_TIMEOUT_MS, type GuestProgram } from './lab.js';

export interface Subject {
  readonly programs: readonly GuestProgram[];
  readonly tests: (guest: GuestRun) => void;
}

/** Boots one guest, in which the programs of all subjects have their turns, and declares the tests of each. */
export function inOneGuest(title: string, subjects: readonly Subject[]): void {
  const missing = missingLab();
  if (missing !== undefined) console.warn(`${title}: skipped, ${missing}`);
  describe.skipIf(missing !== undefined)(title, () => {
    const guest = new GuestRun(subjects.flatMap(({ programs }) => programs));
    beforeAll(() => guest.run(), RUN_TIMEOUT_MS);
    for (const { tests } of subjects) tests(guest);
  });
}
