/** Around the whole project `sim`: at its end, says how much time was simulated. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { SimulationRun } from './ledger.js';

export default function setup(project: TestProject): () => void {
  const directory = mkdtempSync(join(tmpdir(), 'ptp-switch-sim-'));
  // Test files run in processes of their own: a file is what they share.
  const ledger = join(directory, 'ledger');
  writeFileSync(ledger, '');
  project.provide('simulationLedger', ledger);
  return () => {
    const lines = readFileSync(ledger, 'utf8').split('\n').filter(Boolean);
    rmSync(directory, { recursive: true });
    if (lines.length === 0) return;
    const runs = lines.map((line) => JSON.parse(line) as SimulationRun);
    const seconds = runs.reduce((sum, run) => sum + run.seconds, 0);
    const cpuSeconds = runs.reduce((sum, run) => sum + run.cpuSeconds, 0);
    console.log(
      `simulated time: ${seconds.toFixed(0)} s in ${runs.length} runs, ` +
        `${cpuSeconds.toFixed(0)} s of processor time: ` +
        `${(seconds / cpuSeconds).toFixed(0)} times faster than real, each run's start included`,
    );
  };
}
