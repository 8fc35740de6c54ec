/** Pairs of Sync and Follow_Up from one place to others, and the truth about their corrections: pair_watch.cc as an object. */

import { compiled } from './compiled.js';
import type { Child } from './child.js';
import type { Jack, Network } from './network.js';

const START_TIMEOUT_MS = 5_000;

/** Times are nanoseconds since the program's start. */
export interface PairListener {
  sent(index: number, sentNs: number): void;
  arrived(arrival: {
    readonly sink: number;
    readonly index: number;
    readonly syncNs: number;
    readonly followUpNs: number;
    /** Of both messages together. */
    readonly correctionNs: number;
  }): void;
}

export class PairWatch {
  readonly child: Child;
  readonly #baseMs: number;

  private constructor(child: Child, baseNs: bigint) {
    this.child = child;
    this.#baseMs = Number(baseNs / 1_000n) / 1_000;
  }

  /** Sends from now on. Resolves when it does. */
  static async start(
    network: Network,
    pairsPerSecond: number,
    { source, sinks }: { readonly source: Jack; readonly sinks: readonly Jack[] },
    listener: PairListener,
  ): Promise<PairWatch> {
    const places = [source, ...sinks].map((jack) => `${jack.namespace.name}:${jack.interface}`);
    const child: Child = network
      .namespace('watch')
      .spawn(compiled('pair-watch'), [String(pairsPerSecond), ...places], {
        onLine: (line) => {
          const [word, ...numbers] = line.split(' ');
          if (word === 'ready') child.lines.push(line);
          const [first = NaN, second = NaN, third = NaN, fourth = NaN, fifth = NaN] =
            numbers.map(Number);
          if (word === 'sent') listener.sent(first, second);
          if (word === 'got') {
            listener.arrived({
              ...{ sink: first, index: second },
              ...{ syncNs: third, followUpNs: fourth, correctionNs: fifth },
            });
          }
        },
      });
    const [, base] = await child.waitForLine(/^ready (\d+)$/, START_TIMEOUT_MS);
    return new PairWatch(child, BigInt(base!));
  }

  /** The present in the same nanoseconds, to the millisecond. */
  nowNs(): number {
    return (Date.now() - this.#baseMs) * 1e6;
  }
}
