/**
 * The lab around a boundary clock: two grandmasters, and receivers that measure how true the time is that the switch
 * gives them.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { stringify } from 'yaml';
import { ControlClient } from '../control/client.js';
import { formatClockIdentity } from '../core/time/identity.js';
import type { ClockStatus } from '../daemon/status/clock-status.js';
import {
  grandmasterLogAnnounceInterval,
  identityOf,
  switchAnnounceReceiptTimeout,
} from './stations/boundary-stations.js';
import {
  boundaryReceivers,
  boundaryStations,
  grandmasters,
} from './topologies/boundary-topology.js';
import type { Child } from './child.js';
import { clockDomain, logSyncInterval, syncPerSecond } from './stations/clocks.js';
import { ErrorWindow, summaryOf } from './report/error-window.js';
import { switchAnswerTimeoutMs, type Experiment } from './experiment.js';
import { Failover } from './failover.js';
import { grandmasterRatePpb } from './stations/grandmaster-time.js';
import { labClockArguments } from './stations/lab-clock-arguments.js';
import type { Processes } from './processes.js';
import type {
  BoundaryLabReport,
  BoundaryReceiverReport,
  GrandmasterReport,
  LabScenario,
} from './report/report.js';
import { parseTimeError } from './report/time-error.js';
import { switchName, type Grandmaster, type Receiver } from './topologies/topology.js';

export interface BoundaryLabOptions {
  readonly scenario: LabScenario | undefined;
  readonly processes: Processes;
  /** Where the switch is to have its control socket, and its configuration. */
  readonly socket: string;
  readonly directory: string;
  /** A line for every step of the set-up. */
  readonly onProgress: (line: string) => void;
}

/** The time errors of a receiver. */
class Errors {
  readonly window = new ErrorWindow();
  samples = 0;
  latestNs: number | null = null;

  add(errorNs: number): void {
    this.window.add(errorNs);
    this.samples += 1;
    this.latestNs = errorNs;
  }
}

export class BoundaryLab implements Experiment {
  readonly #options: BoundaryLabOptions;
  readonly #client: ControlClient;
  readonly #errors = boundaryReceivers.map(() => new Errors());
  /** The grandmasters whose process runs. */
  readonly #grandmasters = new Map<Grandmaster, Child>();
  readonly #failover: Failover | undefined;
  #measuredFromMs = 0;

  constructor(options: BoundaryLabOptions) {
    this.#options = options;
    this.#client = new ControlClient(options.socket, switchAnswerTimeoutMs);
    if (options.scenario === 'failover') this.#failover = this.#newFailover();
  }

  /**
   * Starts the receivers last, when the switch is locked to the better grandmaster: before that it gives a time of its
   * own.
   */
  async start(): Promise<void> {
    const { processes, directory, socket, onProgress } = this.#options;
    const file = join(directory, 'boundary-clock.yaml');
    writeFileSync(file, stringify(configuration()));
    onProgress('lab: starting ptp-switch run with a boundary clock');
    const args = ['run', '-c', file, '--socket', socket];
    processes.start({ title: 'switch', station: switchName, args });
    await processes.until(
      () => this.#client.answers(),
      () => 'no answer from the switch',
    );

    onProgress(`lab: starting ${grandmasters.length} grandmasters`);
    for (const grandmaster of grandmasters) this.#startGrandmaster(grandmaster);
    const [better] = grandmasters;
    await processes.until(
      () => this.#isLockedTo(better),
      () => `the switch was not locked to ${better.title}`,
    );

    onProgress(`lab: starting ${boundaryReceivers.length} receivers`);
    for (const [index, receiver] of boundaryReceivers.entries()) {
      this.#startReceiver(receiver, index);
    }
    const waiting = () =>
      boundaryReceivers
        .filter((_, index) => this.#errors[index]?.samples === 0)
        .map(({ title }) => title);
    await processes.until(
      () => waiting().length === 0,
      () => `no time at ${waiting().join(', ')}`,
    );
  }

  async play(end: AbortSignal): Promise<void> {
    this.#measuredFromMs = performance.now();
    await this.#failover?.run(end);
  }

  async report(elapsedSeconds: number): Promise<BoundaryLabReport> {
    const { clock, parent, foreignMasters } = await this.#clock();
    const heard = new Set(foreignMasters.map((master) => master.grandmasterIdentity));
    const reports = grandmasters.map((grandmaster): GrandmasterReport => {
      const { name, title, switchPort, priority1 } = grandmaster;
      const clockIdentity = identityText(grandmaster);
      const running = this.#grandmasters.has(grandmaster);
      return {
        ...{ name, title, switchPort, clockIdentity, priority1, running },
        heard: heard.has(clockIdentity),
      };
    });
    return {
      type: 'bc',
      elapsedSeconds,
      syncPerSecond,
      grandmasterRatePpb,
      grandmasters: reports,
      clock,
      followed:
        reports.find(({ clockIdentity }) => clockIdentity === parent.grandmasterIdentity)?.name ??
        null,
      receivers: boundaryReceivers.map((receiver, index) => this.#receiverReport(receiver, index)),
      total: {
        samples: this.#errors.reduce((sum, { samples }) => sum + samples, 0),
        error: summaryOf(this.#errors.map(({ window }) => window)),
      },
      failover: this.#failover?.report() ?? null,
    };
  }

  #receiverReport({ name, title, switchPort }: Receiver, index: number): BoundaryReceiverReport {
    const errors = this.#errors[index] ?? new Errors();
    const { samples, latestNs, window } = errors;
    return { name, title, switchPort, samples, latestNs, error: summaryOf([window]) };
  }

  #startGrandmaster(grandmaster: Grandmaster): void {
    const { title, name } = grandmaster;
    const args = labClockArguments('bc', name);
    const child = this.#options.processes.start({ title, station: name, args });
    this.#grandmasters.set(grandmaster, child);
  }

  #startReceiver({ title, name }: Receiver, index: number): void {
    this.#options.processes.start({
      title: `receiver ${title}`,
      station: name,
      args: labClockArguments('bc', name),
      onLine: (line) => {
        const { correctedNs } = parseTimeError(line);
        this.#errors[index]?.add(correctedNs);
        this.#failover?.addError(correctedNs);
      },
    });
  }

  #newFailover(): Failover {
    const [better, other] = grandmasters;
    return new Failover({
      kill: async () => {
        const child = this.#grandmasters.get(better);
        this.#grandmasters.delete(better);
        await child?.kill();
      },
      startAgain: () => this.#startGrandmaster(better),
      clock: async () => {
        const { clock, parent } = await this.#clock();
        return { ...parent, lockState: clock.lockState };
      },
      better: identityText(better),
      other: identityText(other),
      elapsedMs: () => performance.now() - this.#measuredFromMs,
      pause: (ms, end) => this.#options.processes.pause(ms, end),
    });
  }

  async #isLockedTo(grandmaster: Grandmaster): Promise<boolean> {
    const { clock, parent } = await this.#clock();
    return parent.grandmasterIdentity === identityText(grandmaster) && clock.lockState === 'locked';
  }

  /** The status of the switch's boundary clock, which the configuration says there is. */
  async #clock(): Promise<ClockStatus> {
    const [status] = await this.#options.processes.answer(this.#client.clocks());
    if (status === undefined) throw new Error('lab: the switch has no boundary clock');
    return status;
  }
}

function identityText(grandmaster: Grandmaster): string {
  return formatClockIdentity(identityOf(grandmaster));
}

/** The configuration of the switch: each port has the transport of the station at its other end. */
function configuration(): object {
  return {
    timestamping: 'software',
    ports: boundaryStations.map(({ switchPort }) => switchPort),
    instances: [
      {
        type: 'bc',
        domain: clockDomain,
        logAnnounceInterval: grandmasterLogAnnounceInterval,
        announceReceiptTimeout: switchAnnounceReceiptTimeout,
        logSyncInterval,
        logMinDelayReqInterval: logSyncInterval,
        ports: [...grandmasters, ...boundaryReceivers].map(({ switchPort, transport }, index) => ({
          interface: switchPort,
          transport,
          ...sourceAddressOf(transport, index),
        })),
      },
    ],
  };
}

/** The switch's own source address on a port, in the subnet of the stations. */
function sourceAddressOf(transport: Receiver['transport'], index: number): object {
  switch (transport) {
    case 'l2':
      return {};
    case 'udp4':
      return { sourceAddress: `192.0.2.${101 + index}` };
    case 'udp6':
      return { sourceAddress: `2001:db8::${101 + index}` };
  }
}
