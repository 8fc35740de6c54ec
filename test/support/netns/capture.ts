/** What passes an interface: tcpdump writes it down, tshark counts and checks it. */

import { join } from 'node:path';
import type { Child } from './child.js';
import { run } from './command.js';
import type { Network, Namespace } from './network.js';

export type Direction = 'in' | 'out';

/** Messages by their name in the standard, such as `Delay_Req`. */
export type MessageCounts = Readonly<Record<string, number>>;

/** Table 36 of 1588-2019: messageType. */
const MESSAGE_NAMES: Readonly<Record<number, string>> = {
  0x0: 'Sync',
  0x1: 'Delay_Req',
  0x2: 'Pdelay_Req',
  0x3: 'Pdelay_Resp',
  0x8: 'Follow_Up',
  0x9: 'Delay_Resp',
  0xa: 'Pdelay_Resp_Follow_Up',
  0xb: 'Announce',
  0xc: 'Signaling',
  0xd: 'Management',
};

const START_TIMEOUT_MS = 10_000;

let captureCount = 0;

export class Capture {
  readonly file: string;
  readonly #child: Child;

  constructor(network: Network, namespace: Namespace, interfaceName: string, direction: Direction) {
    this.file = join(network.directory, `capture-${++captureCount}.pcap`);
    // Written packet by packet, so that the file can be read while the capture runs.
    const args = ['--immediate-mode', '-U', '-Z', 'root', '-w', this.file];
    this.#child = namespace.spawn('tcpdump', ['-n', '-i', interfaceName, '-Q', direction, ...args]);
  }

  async waitUntilListening(): Promise<void> {
    await this.#child.waitForLine(/listening on/, START_TIMEOUT_MS);
  }

  async stop(): Promise<void> {
    await this.#child.stop('SIGINT');
  }

  /** PTP messages captured so far. */
  counts(): MessageCounts {
    const counts: Record<string, number> = {};
    for (const type of this.#fields(['ptp.v2.messagetype'], 'ptp')) {
      const name = MESSAGE_NAMES[Number(type)] ?? `type ${type}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }

  /** Frames whose IP or UDP checksum is wrong, each as tshark's own line about it. */
  wrongChecksums(): string[] {
    // Checksum status 0 is "bad" (2 is unverified, 3 is not present).
    const filter = 'ip.checksum.status == 0 || udp.checksum.status == 0';
    return tshark(this.file, ['-Y', filter]);
  }

  #fields(names: readonly string[], filter: string): string[] {
    const fields = names.flatMap((name) => ['-e', name]);
    return tshark(this.file, ['-Y', filter, '-T', 'fields', ...fields]);
  }
}

function tshark(file: string, args: readonly string[]): string[] {
  const checks = ['-o', 'udp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'];
  const output = run('tshark', ['-n', '-r', file, ...checks, ...args]);
  return output.split('\n').filter((line) => line !== '');
}
