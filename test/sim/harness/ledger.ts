/** Where scenarios enter how long they ran, so that the end of the project can tell how much time was simulated. */
import { appendFileSync, readFileSync } from 'node:fs';
import { inject } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of the file. */
    simulationLedger: string;
  }
}

export interface SimulationEntry {
  /** Of simulated time. */
  readonly seconds: number;
  /** Of processor time that it took. */
  readonly cpuSeconds: number;
}

/** Test files run in processes of their own: the file is what they share. */
export function recordSimulation(entry: SimulationEntry): void {
  appendFileSync(inject('simulationLedger'), `${JSON.stringify(entry)}\n`);
}

export function readLedger(path: string): SimulationEntry[] {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as SimulationEntry);
}
