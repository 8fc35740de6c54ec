/** How much counts have grown of late: what goes on is told from what has happened once upon a time. */

interface Count {
  latest: number;
  /** Growth, and when, within the window. */
  readonly steps: { readonly atNs: number; readonly by: number }[];
  lookedNs: number;
}

export const growthWindowNs = 10e9;

export class Growth {
  readonly #counts = new Map<string, Count>();

  /** By how much it has grown within the window. What it is when it is first looked at is no growth. */
  of(key: string, value: number, atNs: number): number {
    const count = this.#counts.get(key) ?? { latest: value, steps: [], lookedNs: atNs };
    this.#counts.set(key, count);
    // A count that begins anew belongs to somebody else.
    if (value > count.latest) count.steps.push({ atNs, by: value - count.latest });
    count.latest = value;
    count.lookedNs = atNs;
    while ((count.steps[0]?.atNs ?? Infinity) <= atNs - growthWindowNs) count.steps.shift();
    return count.steps.reduce((sum, { by }) => sum + by, 0);
  }

  /** What it has grown by so far does not count. */
  forgive(key: string): void {
    const count = this.#counts.get(key);
    if (count !== undefined) count.steps.length = 0;
  }

  /** Forgets what was not looked at. */
  sweep(atNs: number): void {
    for (const [key, { lookedNs }] of this.#counts) if (lookedNs < atNs) this.#counts.delete(key);
  }
}
