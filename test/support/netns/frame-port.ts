/** Frames in, frames out, at an interface of a namespace: frame_port.cc as an object. */

import type { Child } from './child.js';
import { compiled } from './compiled.js';
import type { Namespace } from './network.js';
import { until } from './wait.js';

const START_TIMEOUT_MS = 5_000;

export class FramePort {
  /** What arrived that `accept` let through, in order. */
  readonly received: Uint8Array[] = [];
  readonly #child: Child;

  private constructor(
    namespace: Namespace,
    interfaceName: string,
    accept: (frame: Uint8Array) => boolean,
  ) {
    this.#child = namespace.spawn(compiled('frame-port'), [interfaceName], {
      onLine: (line) => {
        if (line === 'ready') this.#child.lines.push(line);
        const frame = new Uint8Array(Buffer.from(line, 'hex'));
        if (frame.length > 0 && accept(frame)) this.received.push(frame);
      },
    });
  }

  /** Resolves when frames sent to the interface from now on will be seen. */
  static async open(
    namespace: Namespace,
    interfaceName: string,
    accept: (frame: Uint8Array) => boolean,
  ): Promise<FramePort> {
    const port = new FramePort(namespace, interfaceName, accept);
    await port.#child.waitForLine(/^ready$/, START_TIMEOUT_MS);
    return port;
  }

  send(...frames: readonly Uint8Array[]): void {
    this.#child.write(frames.map((frame) => `${Buffer.from(frame).toString('hex')}\n`).join(''));
  }

  async close(): Promise<void> {
    await this.#child.stop();
  }

  /** Waits until `count` frames have arrived in all and returns them. */
  async waitForFrames(count: number, timeoutMs: number): Promise<readonly Uint8Array[]> {
    await until(
      `${count} frames`,
      () => this.received.length >= count,
      timeoutMs,
      () => `got ${this.received.length}\n${this.#child.output}`,
    );
    return this.received;
  }
}
