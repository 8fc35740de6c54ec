/** What was simulated in this process: the seed of each run, how much time passed in it, and how long that took. */

export interface SimulationRun {
  readonly seed: number;
  /** Of simulated time. */
  seconds: number;
  /** Of processor time. */
  cpuSeconds: number;
}

export const simulationRuns: SimulationRun[] = [];

/** Enters a run that begins; its times grow as it goes on. */
export function enterRun(seed: number): SimulationRun {
  const run = { seed, seconds: 0, cpuSeconds: 0 };
  simulationRuns.push(run);
  return run;
}
