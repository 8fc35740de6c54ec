/** The JSON that `lab --json` ends with. */
import { schemaVersion } from '../../../control/answers.js';
import type { LabReport } from '../../../lab/report/report.js';

export interface LabAnswerHead {
  /** Of the shape of this answer. */
  readonly schema: typeof schemaVersion;
  /** When it was made: UTC by this machine's clock (ISO 8601). */
  readonly at: string;
  /** When every receiver had its first sample: UTC by this machine's clock (ISO 8601). */
  readonly since: string;
}

export type LabAnswer = LabAnswerHead & LabReport;

export function labAnswer(report: LabReport, nowMs = Date.now()): LabAnswer {
  return {
    schema: schemaVersion,
    at: new Date(nowMs).toISOString(),
    since: new Date(nowMs - report.elapsedSeconds * 1000).toISOString(),
    ...report,
  };
}
