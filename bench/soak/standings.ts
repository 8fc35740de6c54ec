/** When processors stood still, which no program on them can help. Times are in nanoseconds, as those of pairs. */

/** Nothing is asked of older ones. */
const REMEMBERED_NS = 60e9;

interface Standing {
  readonly cpu: number;
  readonly fromNs: number;
  readonly toNs: number;
}

export class Standings {
  #latest: Standing[] = [];
  count = 0;
  longestNs = 0;

  add(standing: Standing): void {
    this.count++;
    this.longestNs = Math.max(this.longestNs, standing.toNs - standing.fromNs);
    this.#latest = this.#latest.filter(({ toNs }) => toNs > standing.toNs - REMEMBERED_NS);
    this.#latest.push(standing);
  }

  /** For how long one processor stood still between those times: the one that did for longest. */
  between(fromNs: number, toNs: number): number {
    const byCpu = new Map<number, number>();
    for (const standing of this.#latest) {
      const overlap = Math.min(toNs, standing.toNs) - Math.max(fromNs, standing.fromNs);
      if (overlap > 0) byCpu.set(standing.cpu, (byCpu.get(standing.cpu) ?? 0) + overlap);
    }
    return Math.max(0, ...byCpu.values());
  }
}
