/** linuxptp's pmc as a management node: what it asks over the wire, what answers come, as it prints them. */

import type { Child } from './child.js';
import type { Namespace, Network } from './network.js';
import { until } from './wait.js';

export interface PmcOptions {
  readonly transport: 'L2' | 'UDPv4';
  readonly interface?: string;
  readonly domain?: number;
  readonly boundaryHops?: number;
}

/** One answer: from whom, of what, with the members as printed. */
export interface PmcAnswer {
  /** "020000.fffe.000001-1". */
  readonly portIdentity: string;
  /** That of the request. */
  readonly sequenceId: number;
  /** RESPONSE or ACKNOWLEDGE. */
  readonly action: string;
  /** The managementId, or MANAGEMENT_ERROR_STATUS. */
  readonly id: string;
  readonly members: Readonly<Record<string, string>>;
}

const ANSWER_TIMEOUT_MS = 10_000;

export class Pmc {
  readonly #child: Child;
  /** pmc counts its requests from 0. */
  #nextSequenceId = 0;

  constructor(network: Network, namespace: Namespace, options: PmcOptions) {
    const { transport, interface: name = 'eth0', domain = 0, boundaryHops = 1 } = options;
    // Standard input decides how long it runs: without commands as arguments it takes one a line.
    this.#child = namespace.spawn('pmc', [
      transport === 'L2' ? '-2' : '-4',
      ...['-i', name, '-d', String(domain), '-b', String(boundaryHops)],
      ...['-s', `${network.directory}/no-such-clock`],
    ]);
  }

  /** Sends a command once, and returns the first answers from `count` ports. */
  async ask(command: string, count: number): Promise<readonly PmcAnswer[]> {
    const sequenceId = this.#nextSequenceId++;
    this.#child.write(`${command}\n`);
    return until(
      `${count} answers to ${command}`,
      () => {
        // Another port's answer to an earlier request may come as late as now.
        const answers = parseAnswers(this.#child.lines).filter(
          (answer) => answer.sequenceId === sequenceId,
        );
        return answers.length >= count ? answers : undefined;
      },
      ANSWER_TIMEOUT_MS,
      () => this.#child.output,
    );
  }

  async stop(): Promise<void> {
    await this.#child.stop();
  }
}

/** A line that begins an answer, indented once; its members are indented twice. */
export function parseAnswers(lines: readonly string[]): PmcAnswer[] {
  const answers: { head: RegExpMatchArray; members: Record<string, string> }[] = [];
  for (const line of lines) {
    const head = /^\t([0-9a-f]{6}\.[0-9a-f]{4}\.[0-9a-f]{6}-\d+) seq (\d+) (\w+) (.*)$/.exec(line);
    const member = /^\t\t(\S+)\s+(.*)$/.exec(line);
    if (head) answers.push({ head, members: {} });
    else if (member) answers.at(-1)!.members[member[1]!] = member[2]!.trim();
  }
  return answers.map(({ head, members }) => ({
    portIdentity: head[1]!,
    sequenceId: Number(head[2]),
    action: head[3]!,
    id: head[4]!.replace(/^MANAGEMENT /, '').trim(),
    members,
  }));
}
