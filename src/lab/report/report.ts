/** What the lab has found so far: the shape of `lab --json`, which scripts may rely on. */
import type { ClockStatus } from '../../daemon/status/clock-status.js';
import type { PortStats } from '../../daemon/status/status.js';
import type { ErrorSummary } from './error-window.js';

/** What the switch of the lab can be. */
export const labTypes = ['e2e-tc', 'p2p-tc', 'bc'] as const;
export type LabType = (typeof labTypes)[number];
export type TransparentLabType = Exclude<LabType, 'bc'>;

/** What can be made to happen in the lab. */
export const labScenarios = ['failover'] as const;
export type LabScenario = (typeof labScenarios)[number];

export type LabReport = TransparentLabReport | BoundaryLabReport;

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

export interface TransparentLabReport {
  readonly type: TransparentLabType;
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

/**
 * A boundary clock between two grandmasters and its receivers. Errors are against the grandmasters' true time: see
 * grandmaster-time.ts.
 */
export interface BoundaryLabReport {
  readonly type: 'bc';
  /** Since every receiver had its first sample. */
  readonly elapsedSeconds: number;
  readonly syncPerSecond: number;
  /** How much faster than this machine's clock the grandmasters' time runs. */
  readonly grandmasterRatePpb: number;
  readonly grandmasters: readonly GrandmasterReport[];
  /** Of the switch, as `show clock --json` has it. */
  readonly clock: ClockStatus['clock'];
  /** The name of the grandmaster that the switch follows; null where it follows none of the lab. */
  readonly followed: string | null;
  readonly receivers: readonly BoundaryReceiverReport[];
  /** Of all receivers together. */
  readonly total: ErrorReport;
  /** Null without a scenario. */
  readonly failover: FailoverReport | null;
}

export interface GrandmasterReport {
  readonly name: string;
  readonly title: string;
  readonly switchPort: string;
  readonly clockIdentity: string;
  readonly priority1: number;
  /** Its process runs. */
  readonly running: boolean;
  /** The switch receives its Announce messages. */
  readonly heard: boolean;
}

export interface ErrorReport {
  readonly samples: number;
  /** Null before the first sample. */
  readonly error: ErrorSummary | null;
}

export interface BoundaryReceiverReport extends ErrorReport {
  readonly name: string;
  readonly title: string;
  readonly switchPort: string;
  /** With its sign, positive when the time that the receiver gets is late; null before the first sample. */
  readonly latestNs: number | null;
}

export interface FailoverReport {
  /** When the better grandmaster is to be killed, and when it is to be started again; of elapsedSeconds. */
  readonly killAfterSeconds: number;
  readonly returnAfterSeconds: number;
  /** From the better grandmaster to the other, and back to it; null until it begins. */
  readonly loss: SwitchOverReport | null;
  readonly return: SwitchOverReport | null;
}

/** Times count from the kill, or from the start of the process that returns. */
export interface SwitchOverReport {
  readonly atSeconds: number;
  /**
   * Until the switch followed the other one; null: not yet. Accurate to 20 ms, the interval at which the switch is
   * asked.
   */
  readonly followedAfterMs: number | null;
  /** Until its servo was locked to it. */
  readonly lockedAfterMs: number | null;
  /** The largest at any receiver until then; null before the first sample. */
  readonly worstErrorNs: number | null;
}
