/** When a processor of this machine stood still, because its host ran something else there: standing_watch.cc tells. */

import type { Child } from './child.js';
import { compiled } from './compiled.js';
import type { Namespace } from './network.js';

/** What is shorter keeps nothing of what is tested. */
const LEAST_MS = 10;
const START_TIMEOUT_MS = 10_000;

export interface Standing {
  readonly cpu: number;
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Runs until its network is closed. @param onStanding told when it is over */
export async function watchStanding(
  namespace: Namespace,
  onStanding: (standing: Standing) => void,
): Promise<void> {
  const child: Child = namespace.spawn(compiled('standing-watch'), [String(LEAST_MS)], {
    onLine(line) {
      if (line === 'ready') child.lines.push(line);
      const [cpu, from, to] = line.split(' ').map(Number);
      if (cpu === undefined || from === undefined || to === undefined) return;
      onStanding({ cpu, fromMs: from / 1_000, toMs: to / 1_000 });
    },
  });
  await child.waitForLine(/^ready$/, START_TIMEOUT_MS);
}
