/** Pairs of Sync and Follow_Up from one place to others, and the truth about their corrections: pair_watch.cc as an object. */

import { compiled } from './compiled.js';
import type { Child } from './child.js';
import type { Jack, Network } from './network.js';

const START_TIMEOUT_MS = 5_000;

export type PairMessage = 'sync' | 'follow-up';

/** Times are nanoseconds since the program's start. Of one pair it is told in this order. */
export interface PairListener {
  sent(index: number, sentNs: number): void;
  /** In by the port of the source. */
  came(index: number, message: PairMessage, cameNs: number): void;
  /** By the port of that sink: a moment before its transmit time stamp. */
  left(sink: number, index: number, message: PairMessage, leftNs: number): void;
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

  /**
   * Sends from now on, from the first end of the first cable to that of the others. Resolves when it does. The second ends are
   * at the ports of what is in between.
   */
  static async start(
    network: Network,
    pairsPerSecond: number,
    cables: readonly { readonly end: Jack; readonly port: Jack }[],
    listener: PairListener,
  ): Promise<PairWatch> {
    const place = (jack: Jack): string => `${jack.namespace.name}:${jack.interface}`;
    const places = [
      ...cables.map(({ end }) => place(end)),
      '--',
      ...cables.map(({ port }) => place(port)),
    ];
    const child: Child = network
      .namespace('watch')
      .spawn(compiled('pair-watch'), [String(pairsPerSecond), ...places], {
        onLine: (line) => {
          const [word, ...values] = line.split(' ');
          if (word === 'ready') child.lines.push(line);
          const [first = NaN, second = NaN, third = NaN, fourth = NaN, fifth = NaN] =
            values.map(Number);
          if (word === 'sent') listener.sent(first, second);
          if (word === 'came') listener.came(first, values[1] as PairMessage, third);
          if (word === 'left') listener.left(first, second, values[2] as PairMessage, fourth);
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
    return this.nsOf(Date.now());
  }

  /** A time of the system clock, milliseconds since 1970, in the same nanoseconds. */
  nsOf(unixMs: number): number {
    return (unixMs - this.#baseMs) * 1e6;
  }
}
