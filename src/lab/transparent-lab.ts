/**
 * The lab around a transparent clock: a time source, and three receivers that measure with and without the correction.
 */
import { ControlClient } from '../control/client.js';
import { burstsPerSecond, maxBurstMessages, syncPerSecond } from './stations/clocks.js';
import { CorrectionComparison } from './report/comparison.js';
import { switchAnswerTimeoutMs, type Experiment } from './experiment.js';
import { labClockArguments } from './stations/lab-clock-arguments.js';
import type { Processes } from './processes.js';
import type { TransparentLabReport, TransparentLabType } from './report/report.js';
import { parseTimeError } from './report/time-error.js';
import { receivers, stations, switchName, timeSource } from './topologies/topology.js';

export interface TransparentLabOptions {
  readonly type: TransparentLabType;
  readonly processes: Processes;
  /** Where the switch is to have its control socket. */
  readonly socket: string;
  /** A line for every step of the set-up. */
  readonly onProgress: (line: string) => void;
}

export class TransparentLab implements Experiment {
  readonly #options: TransparentLabOptions;
  readonly #client: ControlClient;
  readonly #comparisons = receivers.map(() => new CorrectionComparison());

  constructor(options: TransparentLabOptions) {
    this.#options = options;
    this.#client = new ControlClient(options.socket, switchAnswerTimeoutMs);
  }

  /** The switch first, then the clocks. */
  async start(): Promise<void> {
    const { type, processes, socket, onProgress } = this.#options;
    const ports = stations.flatMap(({ switchPort }) => ['-i', switchPort]);
    const run = ['run', '--type', type, ...ports];
    onProgress(`lab: starting ptp-switch ${run.join(' ')}`);
    const args = [...run, '--socket', socket];
    processes.start({ title: 'switch', station: switchName, args });
    await processes.until(
      () => this.#client.answers(),
      () => 'no answer from the switch',
    );

    onProgress(`lab: starting a time source and ${receivers.length} receivers`);
    const { title, name } = timeSource;
    processes.start({ title, station: name, args: labClockArguments(type, name) });
    for (const [index, receiver] of receivers.entries()) {
      processes.start({
        title: `receiver ${receiver.title}`,
        station: receiver.name,
        args: labClockArguments(type, receiver.name),
        onLine: (line) => this.#comparisons[index]?.add(parseTimeError(line)),
      });
    }
    const waiting = () =>
      receivers
        .filter((_, index) => this.#comparisons[index]?.samples === 0)
        .map((receiver) => receiver.title);
    await processes.until(
      () => waiting().length === 0,
      () => `no time at ${waiting().join(', ')}`,
    );
  }

  /** Nothing is made to happen: the time source sends the load by itself. */
  play(): Promise<void> {
    return Promise.resolve();
  }

  async report(elapsedSeconds: number): Promise<TransparentLabReport> {
    const { ports } = await this.#options.processes.answer(this.#client.stats());
    return {
      type: this.#options.type,
      elapsedSeconds,
      syncPerSecond,
      load: { burstsPerSecond, maxBurstMessages },
      total: CorrectionComparison.summary(this.#comparisons),
      receivers: receivers.map(({ name, title, switchPort }, index) => ({
        name,
        title,
        switchPort,
        ...CorrectionComparison.summary(this.#comparisons.slice(index, index + 1)),
      })),
      ports,
    };
  }
}
