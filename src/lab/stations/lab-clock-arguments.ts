/** The command line of a clock of the lab. All of them have one timebase: what a receiver measures is the network's doing. */
import type { LabType } from '../report/report.js';

/** A date to count from: any will do that is the same for all. */
const timebaseAheadNs = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();

export function labClockArguments(type: LabType, station: string): string[] {
  return ['lab-clock', '--type', type, '--timebase-ahead', String(timebaseAheadNs), station];
}
