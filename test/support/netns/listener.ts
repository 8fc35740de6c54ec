/** A host that joins PTP's multicast groups of UDP, as a clock does: its kernel reports, and answers queries. */

import type { Child } from './child.js';
import type { Host } from './bridged-network.js';

const START_TIMEOUT_MS = 10_000;
/** Ends with its standard input, and leaves the groups with that. */
const PROGRAM = `
  const { createSocket } = require('node:dgram');
  const four = createSocket('udp4').bind(0, () => {
    four.addMembership('224.0.1.129', process.argv[1]);
    const six = createSocket('udp6').bind(0, () => {
      six.addMembership('ff0e::181', '::%' + process.argv[2]);
      console.log('joined');
    });
  });
`;

export class Listener {
  readonly #child: Child;

  private constructor(child: Child) {
    this.#child = child;
  }

  /** Resolves when it has joined. */
  static async join({ namespace, address4, interface: name }: Host): Promise<Listener> {
    const child = namespace.spawn(process.execPath, ['-e', PROGRAM, address4, name]);
    await child.waitForLine(/^joined$/, START_TIMEOUT_MS);
    return new Listener(child);
  }

  async leave(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#child.exited;
  }
}
