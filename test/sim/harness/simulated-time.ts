/** Runs around the project `sim`: makes the ledger, and at the end says how much time was simulated. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { readLedger } from './ledger.js';

export default function setup(project: TestProject): () => void {
  const directory = mkdtempSync(join(tmpdir(), 'ptp-switch-sim-'));
  const ledger = join(directory, 'ledger');
  writeFileSync(ledger, '');
  project.provide('simulationLedger', ledger);
  return () => {
    const entries = readLedger(ledger);
    rmSync(directory, { recursive: true });
    const seconds = entries.reduce((sum, entry) => sum + entry.seconds, 0);
    const cpuSeconds = entries.reduce((sum, entry) => sum + entry.cpuSeconds, 0);
    if (entries.length === 0) return;
    console.log(
      `simulated time: ${seconds.toFixed(0)} s in ${cpuSeconds.toFixed(1)} s of processor time, ` +
        `${(seconds / cpuSeconds).toFixed(0)} times faster than real`,
    );
  };
}
