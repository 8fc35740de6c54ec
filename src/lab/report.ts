/** What the lab has found so far: the shape of `lab --json`, which scripts may rely on. */
import type { PortStats } from '../daemon/status.js';
import type { ErrorSummary } from './error-window.js';

/** What the switch of the lab can be. */
export const labTypes = ['e2e-tc', 'p2p-tc'] as const;
export type LabType = (typeof labTypes)[number];

export interface ErrorComparison {
  readonly samples: number;
  /** With every correctionField applied; null before the first sample. */
  readonly corrected: ErrorSummary | null;
  /** The same samples with every correctionField taken for 0. */
  readonly uncorrected: ErrorSummary | null;
}

export interface ReceiverReport extends ErrorComparison {
  readonly name: string;
  readonly title: string;
  readonly switchPort: string;
}

export interface LabReport {
  readonly type: LabType;
  /** Since every receiver had its first sample. */
  readonly elapsedSeconds: number;
  readonly syncPerSecond: number;
  readonly load: {
    readonly burstsPerSecond: number;
    readonly maxBurstMessages: number;
  };
  /** Of all receivers together. */
  readonly total: ErrorComparison;
  readonly receivers: readonly ReceiverReport[];
  /** Of the switch, as `stats --json` has them. */
  readonly ports: readonly PortStats[];
}
