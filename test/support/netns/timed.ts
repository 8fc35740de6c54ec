/** Suites that hold times to limits. */

import { beforeAll, describe } from 'vitest';
import { raisePriority } from './scheduling.js';
import { missingPrerequisite } from './prerequisites.js';
import { keepPathWarm } from './warm-path.js';

export interface TimedSuite {
  /** What its tests run, beyond what every network needs. */
  readonly programs: readonly string[];
  /** Keeps the way through veth warm, so that time stamps tell of the clocks (warm-path.ts). */
  readonly warmPath: boolean;
}

/** A suite before which all else on the machine has to stand back; skipped, with a line, where a program is missing. */
export function describeTimed(
  title: string,
  { programs, warmPath }: TimedSuite,
  define: () => void,
): void {
  const missing = missingPrerequisite(...programs, ...(warmPath ? ['g++'] : []));
  if (missing !== undefined) console.warn(`${title}: skipped, ${missing}`);
  describe.skipIf(missing !== undefined)(title, () => {
    beforeAll(raisePriority);
    if (warmPath) beforeAll(() => keepPathWarm());
    define();
  });
}
