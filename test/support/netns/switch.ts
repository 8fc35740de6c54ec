/** Our own switch, as an operator runs it: the built command line in a namespace of its own. */

import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import type { ClocksAnswer, PortsAnswer } from '../../../src/control/answers.js';
import type { ClockStatus } from '../../../src/daemon/status/clock-status.js';
import type { PortStats, PortStatus, Stats } from '../../../src/daemon/status/status.js';
import type { Child } from './child.js';
import type { Namespace, Network } from './network.js';
import { until } from './wait.js';

/** Relative to the package's root, where npm runs its scripts. */
export const COMMAND_LINE = join(process.cwd(), 'dist/cli/main.js');

export interface SwitchOptions {
  /** Of another build; this package's unless set. */
  readonly commandLine?: string | undefined;
  /** A configuration file; its ports are replaced. */
  readonly config?: string;
  readonly type?: 'e2e-tc' | 'p2p-tc';
  readonly busyPoll?: boolean;
  /** `auto` unless set. */
  readonly timestamping?: 'mixed';
  /** The engine thread's processor, by our own option. */
  readonly cpu?: number | undefined;
  /** A command line that ends by replacing itself with the switch, such as one of setpriv. */
  readonly through?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Of its own unless set: that of a switch before it. */
  readonly socket?: string;
  /** Until every port forwards; a minute unless set. */
  readonly startTimeoutMs?: number;
  /** Of the requests meanwhile; 20 ms unless set. */
  readonly requestIntervalMs?: number;
}

/** A processor that many want gives a program that starts its time late; no test is about that. */
const START_TIMEOUT_MS = 60_000;
const REQUEST_TIMEOUT_MS = 20_000;

let switchCount = 0;

export class Switch {
  readonly child: Child;
  readonly socket: string;
  readonly #namespace: Namespace;
  readonly #startTimeoutMs: number;
  readonly #requestIntervalMs: number | undefined;

  constructor(
    network: Network,
    namespace: Namespace,
    interfaces: readonly string[],
    options: SwitchOptions = {},
  ) {
    this.#namespace = namespace;
    this.#startTimeoutMs = options.startTimeoutMs ?? START_TIMEOUT_MS;
    this.#requestIntervalMs = options.requestIntervalMs;
    this.socket = options.socket ?? join(network.directory, `switch-${++switchCount}.sock`);
    const args = [
      options.commandLine ?? COMMAND_LINE,
      'run',
      ...['--socket', this.socket],
      ...(options.commandLine === undefined ? ['--allow-faults'] : []),
      ...(options.config === undefined
        ? ['--type', options.type ?? 'e2e-tc']
        : ['-c', options.config]),
      ...interfaces.flatMap((name) => ['-i', name]),
      ...(options.busyPoll === true ? ['--busy-poll'] : []),
      ...(options.timestamping === undefined ? [] : ['--timestamping', options.timestamping]),
      ...(options.cpu === undefined ? [] : ['--cpu', String(options.cpu)]),
    ];
    const [command = '', ...rest] = [...(options.through ?? []), process.execPath, ...args];
    this.child = namespace.spawn(command, rest, options.env && { env: options.env });
  }

  /** Resolves when every port has its link and so forwards. */
  async waitUntilForwarding(): Promise<void> {
    await until(
      'the switch to forward on all ports',
      async () => {
        if (!this.child.running) throw new Error(`the switch ended:\n${this.child.output}`);
        if (!existsSync(this.socket)) return false;
        const ports = await this.#portsIfListening();
        return ports?.every(({ link }) => link === 'up') === true;
      },
      this.#startTimeoutMs,
      () => this.child.output,
      this.#requestIntervalMs,
    );
  }

  /** The socket is there a moment before it is listened to. */
  async #portsIfListening(): Promise<readonly PortStats[] | undefined> {
    try {
      return (await this.stats()).ports;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return undefined;
      throw error;
    }
  }

  /** As the operator gets them: `ptp-switch stats --json`. */
  operatorStats(): Stats {
    const args = [COMMAND_LINE, 'stats', '--socket', this.socket, '--json'];
    return JSON.parse(this.#namespace.run(process.execPath, args)) as Stats;
  }

  /** `ptp-switch show ports`. */
  operatorPorts(): string {
    return this.#namespace.run(process.execPath, [
      ...[COMMAND_LINE, 'show', 'ports', '--socket', this.socket],
    ]);
  }

  /** `ptp-switch show clock`. */
  operatorClock(): string {
    return this.#namespace.run(process.execPath, [
      ...[COMMAND_LINE, 'show', 'clock', '--socket', this.socket],
    ]);
  }

  /** `ptp-switch show ports --json`. */
  async ports(): Promise<readonly PortStatus[]> {
    return (JSON.parse(await this.#request('GET', '/ports')) as PortsAnswer).ports;
  }

  /** Of every boundary clock. */
  async clocks(): Promise<readonly ClockStatus[]> {
    return (JSON.parse(await this.#request('GET', '/clocks')) as ClocksAnswer).clocks;
  }

  /** Of the boundary clock in that domain. */
  async clock(domainNumber = 0): Promise<ClockStatus> {
    const clocks = await this.clocks();
    const clock = clocks.find((each) => each.clock.domainNumber === domainNumber);
    if (clock === undefined) throw new Error(`no boundary clock in domain ${domainNumber}`);
    return clock;
  }

  async stats(): Promise<Stats> {
    return JSON.parse(await this.#request('GET', '/stats')) as Stats;
  }

  async port(interfaceName: string): Promise<PortStats> {
    const { ports } = await this.stats();
    const port = ports.find((candidate) => candidate.interface === interfaceName);
    if (port === undefined) throw new Error(`no port ${interfaceName} in the statistics`);
    return port;
  }

  /** The next `count` transmit time stamps of a port are thrown away. */
  async loseTransmitTimestamps(interfaceName: string, count: number): Promise<void> {
    const fault = { interface: interfaceName, loseTransmitTimestamps: count };
    await this.#request('POST', '/faults', fault);
  }

  #request(method: string, path: string, body?: unknown): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const options = {
        socketPath: this.socket,
        method,
        path,
        headers,
        timeout: REQUEST_TIMEOUT_MS,
      };
      const exchange = request(options, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('end', () => {
          if (response.statusCode !== undefined && response.statusCode < 300) resolve(text);
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
        });
      });
      exchange.on('timeout', () => exchange.destroy(new Error(`${method} ${path}: no answer`)));
      exchange.on('error', reject);
      exchange.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

/** Has the output of the switches printed when the test of that context fails. */
export function showOnFailure({ onTestFailed }: TestContext, switches: readonly Switch[]): void {
  onTestFailed(() => {
    for (const { child } of switches) console.error(`${child.state}\n${child.output}`);
  });
}
