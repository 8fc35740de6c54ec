/** A steady stream of pings, each of which either has its answer or is lost. */

import type { Host } from './bridged-network.js';
import type { Child } from './child.js';
import { until } from './wait.js';

const INTERVAL_S = '0.05';
/** Of the whole stream: longer than any test. */
const LASTS_S = '120';
const TIMEOUT_MS = 10_000;

export class PingStream {
  readonly #child: Child;

  private constructor(child: Child) {
    this.#child = child;
  }

  /** Between two that have each other's addresses already. Resolves when one has been answered. */
  static async start(from: Host, to: Host): Promise<PingStream> {
    // Those before the addresses are known wait for that, or are lost.
    const first = from.namespace.spawn('busybox', ['ping', to.address4]);
    await first.waitForLine(/seq=/, TIMEOUT_MS);
    await first.stop('SIGKILL');
    const command = ['ping', '-i', INTERVAL_S, '-w', LASTS_S, to.address4];
    const stream = new PingStream(from.namespace.spawn('busybox', command));
    await stream.more(1);
    return stream;
  }

  /** Sequence numbers of those answered, in the order of the answers. */
  get answered(): number[] {
    return this.#child.lines.flatMap((line) => {
      const [, seq] = /seq=(\d+)/.exec(line) ?? [];
      return seq === undefined ? [] : [Number(seq)];
    });
  }

  /** Those before the latest answer that have none themselves. */
  get lost(): number[] {
    const answered = new Set(this.answered);
    const latest = Math.max(...answered, -1);
    return Array.from({ length: latest + 1 }, (_, seq) => seq).filter((seq) => !answered.has(seq));
  }

  /** Resolves when that many more have been answered: all that were sent before then have been, or are lost. */
  async more(count: number): Promise<void> {
    const goal = this.answered.length + count;
    await until(
      `${count} more pings`,
      () => this.answered.length >= goal,
      TIMEOUT_MS,
      () => this.#child.output,
    );
  }

  async stop(): Promise<void> {
    await this.#child.stop('SIGKILL');
  }
}
