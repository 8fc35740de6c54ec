/** The service manager's end of sd_notify(3): a datagram socket, and who has sent what to it when. */

import { join } from 'node:path';
import type { Child } from './child.js';
import type { Namespace, Network } from './network.js';

/** Node has no such sockets. Prints milliseconds, the sender's pid as the kernel tells it, and the message. */
const LISTENER = `
import socket, struct, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
s.bind(sys.argv[1])
print('listening', flush=True)
while True:
    message, ancillary, _, _ = s.recvmsg(4096, socket.CMSG_SPACE(12))
    pid = struct.unpack('iII', ancillary[0][2])[0]
    print(int(time.monotonic() * 1000), pid, message.decode(), flush=True)
`;
const START_TIMEOUT_MS = 10_000;

export interface Notification {
  readonly atMs: number;
  readonly pid: number;
  readonly message: string;
}

export class FakeServiceManager {
  readonly socket: string;
  readonly #child: Child;

  private constructor(network: Network, namespace: Namespace) {
    this.socket = join(network.directory, 'notify');
    this.#child = namespace.spawn('python3', ['-c', LISTENER, this.socket]);
  }

  /** Resolves when it listens. */
  static async start(network: Network, namespace: Namespace): Promise<FakeServiceManager> {
    const manager = new FakeServiceManager(network, namespace);
    await manager.#child.waitForLine(/^listening$/, START_TIMEOUT_MS);
    return manager;
  }

  /** In order of arrival. */
  get heard(): Notification[] {
    return this.#child.lines.slice(1).map((line) => {
      const [atMs = '', pid = '', ...message] = line.split(' ');
      return { atMs: Number(atMs), pid: Number(pid), message: message.join(' ') };
    });
  }

  async waitFor(message: string, timeoutMs: number): Promise<Notification> {
    await this.#child.waitForLine(new RegExp(` ${message}$`), timeoutMs);
    return this.heard.find((one) => one.message === message)!;
  }
}
