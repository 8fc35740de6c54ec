/** Around each test of the project `sim`: tells the seeds of one that failed, and hands on what was simulated. */
import { appendFileSync } from 'node:fs';
import { afterEach, inject, onTestFailed, beforeEach } from 'vitest';
import { simulationRuns } from './ledger.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of the file that all test processes write to. */
    simulationLedger: string;
  }
}

beforeEach(() => {
  simulationRuns.length = 0;
  onTestFailed(() => {
    const seeds = simulationRuns.map(({ seed }) => seed).join(', ');
    console.error(`again with PTP_SWITCH_SIM_SEED=${seeds}`);
  });
});

afterEach(() => {
  const lines = simulationRuns.map((run) => `${JSON.stringify(run)}\n`);
  appendFileSync(inject('simulationLedger'), lines.join(''));
});
