/** The load generator (tools/ptp_load.cc) as a function: a load offered, a report of what became of it. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Jack } from '../test/support/netns/network.js';

const PROGRAM = join(process.cwd(), '.setup/bench/ptp-load');
/** Beyond the load's own duration. */
const RESERVE_MS = 20_000;

export type LoadTransport = 'l2' | 'udp4';

/** Rates are per second; a rate left out is 0. */
export interface Load {
  readonly pairs?: number;
  readonly exchanges?: number;
  /** Delay_Req that nobody answers. */
  readonly requests?: number;
  /** Delay_Req from every sink by turns, which the subject answers itself. */
  readonly clients?: number;
  readonly transport?: LoadTransport;
  readonly milliseconds: number;
  /** Which processor the generator spins, or sleeps, on. */
  readonly cpu: number | 'any';
  /** Leave that processor to a subject that wants it. */
  readonly yielding?: boolean;
  /** Sleep between messages, as a station does. */
  readonly sleeping?: boolean;
}

export interface LoadPlaces {
  readonly source: Jack;
  readonly sinks: readonly Jack[];
  readonly background?: Jack | undefined;
}

/** Nanoseconds. */
export interface Timing {
  readonly count: number;
  readonly mean: number;
  readonly standardDeviation: number;
  /** The median of the standard deviations of every hundred messages in a row. */
  readonly deviationWithinWindow: number;
  /** The median of the distances from the median, which a message that the machine held up does not move. */
  readonly medianDeviation: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface StreamReport {
  /** What was really offered. */
  readonly perSecond: number;
  readonly expected: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly eventTransitNs: Timing;
  readonly generalTransitNs: Timing;
  /** Receive time - transmit time - correction. */
  readonly residualNs: Timing;
}

export interface LoadReport {
  readonly pairs: StreamReport;
  readonly exchanges: StreamReport;
  readonly clients: StreamReport;
  /** Frames that the rig itself could not take. */
  readonly rigDrops: number;
}

/** The rig itself could not take what arrived: nothing is known of the device then. */
export class RigOverrun extends Error {
  constructor(frames: number) {
    super(`the rig lost ${frames} frames of its own`);
    this.name = 'RigOverrun';
  }
}

/** Rejects with RigOverrun where the rig lost frames. */
export async function offer(places: LoadPlaces, load: Load): Promise<LoadReport> {
  const options: Record<string, string | number> = {
    source: place(places.source),
    pairs: load.pairs ?? 0,
    exchanges: load.exchanges ?? 0,
    requests: load.requests ?? 0,
    clients: load.clients ?? 0,
    transport: load.transport ?? 'l2',
    milliseconds: load.milliseconds,
    cpu: load.cpu,
    scheduling: schedulingOf(load),
    ...(places.background === undefined ? {} : { background: place(places.background) }),
  };
  const args = [
    ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...places.sinks.flatMap((sink) => ['--sink', place(sink)]),
  ];
  const timeout = load.milliseconds + RESERVE_MS;
  const { stdout } = await promisify(execFile)(PROGRAM, args, { timeout, killSignal: 'SIGKILL' });
  const report = JSON.parse(stdout) as LoadReport;
  if (report.rigDrops > 0) throw new RigOverrun(report.rigDrops);
  return report;
}

function schedulingOf({ yielding, sleeping }: Load): string {
  if (sleeping === true) return 'sleep';
  return yielding === true ? 'idle' : 'normal';
}

function place(jack: Jack): string {
  return `${jack.namespace.name}:${jack.interface}`;
}
