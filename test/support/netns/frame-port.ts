/** Frames in, frames out, at an interface of a namespace: frame_port.cc as an object. */

import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Child } from './child.js';
import { run } from './command.js';
import type { Namespace } from './network.js';
import { until } from './wait.js';

const SOURCE = join(process.cwd(), 'test/support/netns/frame_port.cc');
const PROGRAM = join(process.cwd(), '.setup/netns/frame-port');
const START_TIMEOUT_MS = 5_000;

/** Compiles the program if it is older than its source. */
export function buildFramePort(): void {
  const built = statSync(PROGRAM, { throwIfNoEntry: false });
  if (built !== undefined && built.mtimeMs >= statSync(SOURCE).mtimeMs) return;
  mkdirSync(dirname(PROGRAM), { recursive: true });
  run('g++', ['-std=c++20', '-O2', '-Wall', '-Wextra', '-Werror', '-o', PROGRAM, SOURCE]);
}

export class FramePort {
  /** What arrived that `accept` let through, in order. */
  readonly received: Uint8Array[] = [];
  readonly #child: Child;

  private constructor(
    namespace: Namespace,
    interfaceName: string,
    accept: (frame: Uint8Array) => boolean,
  ) {
    buildFramePort();
    this.#child = namespace.spawn(PROGRAM, [interfaceName], {
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
