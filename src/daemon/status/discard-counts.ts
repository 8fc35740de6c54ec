/** What a clock takes no account of, by port and reason: counted, and what keeps a master from being followed told once in the log. */
import { discardWords } from './discard-words.js';

/** A message that came twice is no news; what goes on is. */
const toldFrom = 3;

/** How many messages came to nothing, by interface and reason; the numbers only grow. */
export type Discards = Readonly<Record<string, Readonly<Record<string, number>>>>;

export class DiscardCounts {
  readonly #byPort = new Map<number, Map<string, number>>();
  readonly #warn: (port: number, words: string) => void;

  /** @param warn called once for each port and reason */
  constructor(warn: (port: number, words: string) => void) {
    this.#warn = warn;
  }

  count(port: number, reason: string): void {
    const counts = this.#byPort.get(port) ?? new Map<string, number>();
    const count = (counts.get(reason) ?? 0) + 1;
    counts.set(reason, count);
    this.#byPort.set(port, counts);
    const words = discardWords(reason);
    if (count === toldFrom && words?.isTold === true) this.#warn(port, words.text);
  }

  /** By interface and reason, of those interfaces where there is something; @param interfaces in the order of the ports */
  byInterface(interfaces: readonly string[]): Discards {
    return Object.fromEntries(
      interfaces.flatMap((name, port) => (this.#byPort.has(port) ? [[name, this.of(port)]] : [])),
    );
  }

  of(port: number): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#byPort.get(port) ?? []);
  }
}
