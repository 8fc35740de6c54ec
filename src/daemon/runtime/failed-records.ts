/**
 * Records of the engine that something here could not take: counted, and told once for each cause. One bad frame is so no reason
 * to end the process (docs/decisions/0026-one-catch-a-record.md).
 */
import type { EngineRecord } from '../../native/data-plane.js';

/** Whoever makes up frames fills no log: of more causes than this nothing is told, they are counted alone. */
const maxCauses = 16;

export class FailedRecords {
  readonly #causes = new Set<string>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** What is to be told of it, if it is anything new. */
  note(record: EngineRecord, error: unknown): string | undefined {
    this.#count += 1;
    const cause = error instanceof Error ? error.message : String(error);
    if (this.#causes.has(cause) || this.#causes.size >= maxCauses) return undefined;
    this.#causes.add(cause);
    const more = this.#causes.size === maxCauses ? '; of other causes nothing more is told' : '';
    // The first place in the program is what a report of the fault needs.
    const place = error instanceof Error ? (/\n\s+(at .*)/.exec(error.stack ?? '')?.[1] ?? '') : '';
    return (
      `a fault of this program: ${record.kind} was left out (${[cause, place].filter(Boolean).join(', ')}); ` +
      `failedRecords of stats --json counts on, please report it${more}`
    );
  }
}
