/**
 * The built-in lab: the switch and the clocks around it, each a process of its own in a network namespace of its own.
 * All of them measure in one timebase, so any error that a receiver measures comes from the network or the switch.
 */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { BoundaryLab } from './boundary-lab.js';
import { boundaryStations } from './topologies/boundary-topology.js';
import type { Experiment } from './experiment.js';
import { makeNetwork, sweepLeftovers, type LabNetwork } from './topologies/network.js';
import { Processes } from './processes.js';
import type { LabReport, LabScenario, LabType } from './report/report.js';
import { stations } from './topologies/topology.js';
import { TransparentLab } from './transparent-lab.js';

export interface LabOptions {
  readonly type: LabType;
  /** What is made to happen during the measurement; for type bc only. */
  readonly scenario: LabScenario | undefined;
  /** Program and arguments that lead to our own command line. */
  readonly commandLine: readonly string[];
  /** How long to measure; Infinity for until stopped. */
  readonly seconds: number;
  /** From one report to the next. */
  readonly reportIntervalMs: number;
  /** A line for every step of the set-up. */
  readonly onProgress: (line: string) => void;
  readonly onReport: (report: LabReport) => void;
  readonly stop: AbortSignal;
}

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Sets up, measures, and takes everything away again.
 * @returns the last report; undefined if stopped before there was one
 * @throws Error with one line for the operator: what failed, or which child ended
 */
export async function runLab(options: LabOptions): Promise<LabReport | undefined> {
  // `stop` is aborted by the first signal; a second one must not interrupt the clean-up.
  const ignore = (): void => undefined;
  for (const signal of endingSignals) process.on(signal, ignore);
  try {
    sweepLeftovers();
    const around = options.type === 'bc' ? boundaryStations : stations;
    options.onProgress(
      `lab: making ${around.length + 1} network namespaces and ${around.length} cables between them`,
    );
    const network = makeNetwork(around);
    const processes = new Processes(options);
    try {
      const experiment = experimentOf(options, processes, network);
      await experiment.start();
      return await measure(experiment, options, processes);
    } finally {
      await processes.stop();
      network.remove();
    }
  } finally {
    for (const signal of endingSignals) process.off(signal, ignore);
  }
}

function experimentOf(
  { type, scenario, onProgress }: LabOptions,
  processes: Processes,
  { directory }: LabNetwork,
): Experiment {
  const socket = join(directory, 'switch.sock');
  return type === 'bc'
    ? new BoundaryLab({ scenario, processes, socket, directory, onProgress })
    : new TransparentLab({ type, processes, socket, onProgress });
}

/** Plays the scenario while the reports go on, so that they show it. */
async function measure(
  experiment: Experiment,
  { seconds, reportIntervalMs, stop, onReport }: LabOptions,
  processes: Processes,
): Promise<LabReport | undefined> {
  const startMs = performance.now();
  const endMs = startMs + 1000 * seconds;
  const end = new AbortController();
  const played = experiment
    .play(AbortSignal.any([stop, end.signal]))
    .catch((error: unknown) => processes.fail(error));
  let report: LabReport | undefined;
  try {
    while (!stop.aborted && performance.now() < endMs) {
      await processes.pause(Math.min(reportIntervalMs, endMs - performance.now()));
      report = await experiment.report((performance.now() - startMs) / 1000);
      onReport(report);
    }
  } finally {
    end.abort();
    await played;
  }
  return report;
}
