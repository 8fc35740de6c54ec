/** What a boundary clock tells of itself. */
import type {
  CurrentDS,
  DefaultDS,
  ParentDS,
  PortDS,
  TimePropertiesDS,
} from '../datasets/data-sets.js';
import type { ComparisonDataSet } from '../bmca/comparison.js';
import type { DecisionCode } from '../bmca/rules.js';
import type { Standing } from '../bmca/standing.js';
import type { OffsetWindow } from '../servo/offset-history.js';
import type { MissingMessage } from '../port/receiving/receipts.js';
import type { LockState, ServoKind } from '../servo/servo.js';
import type { ClockIdentity, PortIdentity } from '../time/identity.js';
import type { DurationNs, Instant } from '../time/instant.js';
import type { MessageOf } from '../wire/message.js';
import type { HoldoverState } from './holdover.js';

/** For whoever shows it. */
export interface ClockState {
  readonly defaultDS: DefaultDS;
  readonly currentDS: CurrentDS;
  readonly parentDS: ParentDS;
  readonly timePropertiesDS: TimePropertiesDS;
  readonly ports: readonly PortDS[];
  /** In the order of the ports: why each is what it is (9.3.3); undefined where nothing is decided. */
  readonly decisions: readonly (
    | {
        readonly code: DecisionCode;
        /** The data set that was found the better one. */
        readonly winner: ComparisonDataSet;
      }
    | undefined
  )[];
  /** The best first, as compared by 9.3.4; after them those that are refused. */
  readonly foreignMasters: readonly {
    readonly port: PortIdentity;
    readonly announce: MessageOf<'Announce'>;
    /** It is the best of its port. */
    readonly best: boolean;
    /** What has become of it. */
    readonly standing: Standing;
    /** Its sender does not count its messages (7.3.7). */
    readonly sequenceIdStuck: boolean;
    /** Its latest Announce is not older than that: whole announce intervals of the port are counted. */
    readonly heardWithinSeconds: number;
  }[];
  readonly lockState: LockState;
  readonly servo: ServoKind;
  readonly holdover: HoldoverState;
  /** What it lacks of its master to be in lock, if something has stayed away for too long. */
  readonly missing: readonly MissingMessage[];
  /** PTP seconds per second of the raw time stamps, minus 1. */
  readonly rateOffset: number;
  /** What of that the masters' Syncs have told of the oscillator; the rest slews an offset away, and is over soon. */
  readonly learnedRateOffset: number;
  /** The average of the magnitudes of the latest offsets. */
  readonly meanOffset: DurationNs;
  readonly offsetWindows: readonly OffsetWindow[];
  /** What timePropertiesDS says while this clock is the grandmaster. */
  readonly ownTimePropertiesDS: TimePropertiesDS;
  /** The time is none that a master has told. */
  readonly ownTime: boolean;
  /** They come with the source of the time, and nobody else decides of them. */
  readonly timePropertiesGiven: boolean;
  /** From the grandmaster to this clock, itself included. */
  readonly pathSequence: readonly ClockIdentity[];
  readonly pathTrace: boolean;
  /** Receive time stamp of the parent's latest Sync; none yet: undefined. */
  readonly latestSync: Instant | undefined;
}

/** What of it the clock has at hand. */
export type ClockDataSetsState = Pick<
  ClockState,
  | 'defaultDS'
  | 'currentDS'
  | 'parentDS'
  | 'timePropertiesDS'
  | 'ownTimePropertiesDS'
  | 'timePropertiesGiven'
  | 'pathSequence'
  | 'pathTrace'
>;
