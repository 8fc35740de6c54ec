/**
 * The data sets of a clock (clause 8.2) that change with whom it follows, and how: the updates of clause 9.3.5. Pure
 * bookkeeping: who is to be followed, others decide.
 */
import type { CurrentDS, DefaultDS, ParentDS, TimePropertiesDS } from '../datasets/data-sets.js';
import {
  afterLeapSecond,
  announcedLeapSecond,
  isJustMade,
  isToldEarly,
  type LeapSecond,
} from '../datasets/leap-second.js';
import {
  flagsOfTimeProperties,
  heldOver,
  initialTimeProperties,
  timePropertiesOf,
  withoutGrandmaster,
} from '../datasets/time-properties.js';
import { samePortIdentity, type ClockIdentity } from '../time/identity.js';
import type { Instant } from '../time/instant.js';
import { zeroTimeInterval } from '../time/time-interval.js';
import { Flag } from '../wire/header.js';
import type { ClockQuality } from '../wire/messages/announce.js';
import type { Message, MessageOf } from '../wire/message.js';
import type { Tlv } from '../wire/tlv.js';
import type { Transport } from '../io.js';
import type { DiscardReason } from '../exchange/discard-reason.js';
import { anyEndsHere, fitting, propagatedTlvs, roomForTlvs } from './announce-tlvs.js';
import type { AnnouncedGrandmaster } from '../port/transmitting-half.js';
import type { Profile } from '../profile/profile.js';
import { heldClockClass, type HoldoverSpecification } from './holdover.js';

/** What a management message can change of a clock while it runs (15.5.3). */
export interface ClockChange {
  readonly defaultDS?: Partial<
    Pick<DefaultDS, 'priority1' | 'priority2' | 'clockQuality' | 'slaveOnly'>
  >;
  readonly ownTimePropertiesDS?: TimePropertiesDS;
  readonly pathTrace?: boolean;
}

/** What is told of a grandmaster whose time this clock cannot vouch for. */
interface Degraded {
  readonly quality: ClockQuality;
  /** Flags that it does not get. */
  readonly withdrawn: number;
}

export class ClockDataSets {
  defaultDS: DefaultDS;
  currentDS: CurrentDS = grandmasterCurrentDS;
  parentDS: ParentDS;
  timePropertiesDS: TimePropertiesDS = initialTimeProperties;
  /** 16.2: Announce tells which clocks it has come through. */
  pathTrace: boolean;
  /** From the grandmaster to this clock, itself included. */
  pathSequence: readonly ClockIdentity[];
  /** 14.2: of the parent's Announce, what goes on with those of this clock. */
  #propagated: readonly Tlv[] = [];
  #tlvsEndHere = false;
  readonly #roomForTlvs: number;
  /** synchronizationUncertain of the parent's Announce: its time may be far from the grandmaster's. */
  #parentUncertain = false;
  /** The clockClass to return to after holdover; undefined while defaultDS holds the clock's own class. */
  #ownClockClass: number | undefined;
  /** The latest result of announced(), and the objects it was made from: while those are the same, so is the result. */
  #announced: { readonly sources: readonly unknown[]; readonly latest?: AnnouncedGrandmaster } = {
    sources: [],
  };
  /** Set by management, or those of the source of its time; until then, what the last grandmaster told is told on. */
  #ownTimePropertiesDS: TimePropertiesDS | undefined;
  /** The leap second that timePropertiesDS announce; undefined also while nobody tells what time it is. */
  #leapSecond: LeapSecond | undefined;
  readonly #clockClasses: Profile['clockClasses'];

  /** @param ports on whose transports Announce is sent; any unless given */
  constructor(
    defaultDS: DefaultDS,
    pathTrace: boolean,
    clockClasses: Profile['clockClasses'],
    ports?: readonly { readonly transport: Transport }[],
  ) {
    this.#roomForTlvs = roomForTlvs(ports?.map(({ transport }) => transport) ?? ['udp6']);
    this.defaultDS = defaultDS;
    this.#clockClasses = clockClasses;
    this.parentDS = ownParentDS(defaultDS);
    this.pathTrace = pathTrace;
    this.pathSequence = [defaultDS.clockIdentity];
  }

  get isGrandmaster(): boolean {
    return this.currentDS.stepsRemoved === 0;
  }

  isOfParent({ header }: Pick<Message, 'header'>): boolean {
    return samePortIdentity(header.sourcePortIdentity, this.parentDS.parentPortIdentity);
  }

  /** What timePropertiesDS says while this clock is the grandmaster. */
  get ownTimePropertiesDS(): TimePropertiesDS {
    return this.#ownTimePropertiesDS ?? initialTimeProperties;
  }

  /** As ClockState has them. */
  all() {
    return {
      defaultDS: this.defaultDS,
      currentDS: this.currentDS,
      parentDS: this.parentDS,
      timePropertiesDS: this.timePropertiesDS,
      ownTimePropertiesDS: this.ownTimePropertiesDS,
      pathSequence: this.pathSequence,
      pathTrace: this.pathTrace,
    };
  }

  change({ defaultDS, ownTimePropertiesDS, pathTrace }: ClockChange): void {
    // A class that somebody sets is the clock's own from now on, so holdover has none to return to.
    if (defaultDS?.clockQuality !== undefined) this.#ownClockClass = undefined;
    this.defaultDS = { ...this.defaultDS, ...defaultDS };
    this.pathTrace = pathTrace ?? this.pathTrace;
    this.#ownTimePropertiesDS = ownTimePropertiesDS ?? this.#ownTimePropertiesDS;
    if (!this.isGrandmaster) return;
    this.parentDS = ownParentDS(this.defaultDS);
    this.timePropertiesDS = this.#ownTimePropertiesDS ?? this.timePropertiesDS;
  }

  /**
   * 9.3.5, tables 13 and 14: M1, M2.
   *
   * @param within the specification within which the lost grandmaster's time is held over; absent: it is not
   * @param ownTime the time is this clock's own, none that it has had of a grandmaster
   */
  becomeGrandmaster(within?: HoldoverSpecification, ownTime = true): void {
    const followed = this.timePropertiesDS;
    const lost = this.parentDS.grandmasterClockQuality.clockClass;
    const held = within && heldClockClass(this.#clockClasses, within, lost, followed.ptpTimescale);
    if (held !== undefined && !this.defaultDS.slaveOnly) this.#claim(held);
    this.currentDS = grandmasterCurrentDS;
    this.parentDS = ownParentDS(this.defaultDS);
    this.timePropertiesDS =
      (ownTime ? this.#ownTimePropertiesDS : undefined) ??
      (held === undefined
        ? withoutGrandmaster(followed)
        : heldOver(followed, this.#leapSecond !== undefined));
    this.pathSequence = [this.defaultDS.clockIdentity];
    this.#propagated = [];
    this.#parentUncertain = false;
  }

  /**
   * The holdover has lasted longer than its specification allows: the clock tells its own class again.
   * @param ownTime as of becomeGrandmaster
   */
  exceedSpecification(ownTime = true): void {
    this.#disclaim();
    if (!this.isGrandmaster) return;
    this.parentDS = ownParentDS(this.defaultDS);
    this.timePropertiesDS =
      (ownTime ? this.#ownTimePropertiesDS : undefined) ??
      withoutGrandmaster(this.timePropertiesDS);
  }

  /**
   * What the source of this clock's time says of it has changed, or for the first time is known.
   * @param ownTime as of becomeGrandmaster
   * @returns whether something else is told from now on
   */
  setOwnTimeProperties(properties: TimePropertiesDS, ownTime: boolean): boolean {
    if (sameMembers(properties, this.#ownTimePropertiesDS)) return false;
    this.#ownTimePropertiesDS = properties;
    if (!this.isGrandmaster || !ownTime) return false;
    this.timePropertiesDS = properties;
    return true;
  }

  /** The clock has begun with the time of a grandmaster that is lost. */
  beginAfterGrandmaster(
    followed: Pick<TimePropertiesDS, 'ptpTimescale' | 'currentUtcOffset'>,
  ): void {
    this.timePropertiesDS = withoutGrandmaster({ ...initialTimeProperties, ...followed });
  }

  /**
   * A leap second that a grandmaster has announced is made at its date, although the grandmaster is lost.
   * @param now PTP time
   * @returns whether something else is told from now on
   */
  passTime(now: Instant, ownTime: boolean): boolean {
    const { currentUtcOffset } = this.timePropertiesDS;
    const announced = announcedLeapSecond(this.timePropertiesDS, now);
    // Dated anew each time, because what this clock took for the time before it followed anybody may be decades off.
    const isSame =
      this.#leapSecond !== undefined &&
      (isJustMade(this.#leapSecond, now) || isToldEarly(this.#leapSecond, currentUtcOffset, now));
    if (announced === undefined || !isSame) this.#leapSecond = announced;
    const due = this.#leapSecond !== undefined && now >= this.#leapSecond.at;
    if (!due || !this.isGrandmaster || ownTime) return false;
    this.timePropertiesDS = afterLeapSecond(this.timePropertiesDS, this.#leapSecond!);
    return true;
  }

  #claim(clockClass: number): void {
    this.#ownClockClass ??= this.defaultDS.clockQuality.clockClass;
    this.#setClockClass(clockClass);
  }

  #disclaim(): void {
    if (this.#ownClockClass !== undefined) this.#setClockClass(this.#ownClockClass);
    this.#ownClockClass = undefined;
  }

  #setClockClass(clockClass: number): void {
    const { clockQuality } = this.defaultDS;
    this.defaultDS = { ...this.defaultDS, clockQuality: { ...clockQuality, clockClass } };
  }

  /** 9.3.5, table 16: S1. */
  takeParent(message: MessageOf<'Announce'>): void {
    this.#disclaim();
    this.currentDS = { ...this.currentDS, stepsRemoved: message.stepsRemoved + 1 };
    this.parentDS = {
      parentPortIdentity: message.header.sourcePortIdentity,
      grandmasterIdentity: message.grandmasterIdentity,
      grandmasterClockQuality: message.grandmasterClockQuality,
      grandmasterPriority1: message.grandmasterPriority1,
      grandmasterPriority2: message.grandmasterPriority2,
    };
    this.timePropertiesDS = timePropertiesOf(message);
    this.pathSequence = [...pathSequenceOf(message), this.defaultDS.clockIdentity];
    this.#propagated = propagatedTlvs(message);
    this.#tlvsEndHere = anyEndsHere(message);
    this.#parentUncertain = (message.header.flagField & Flag.synchronizationUncertain) !== 0;
  }

  /** TLVs that Announce has no room for. */
  get tlvsLeftOut(): number {
    return this.#announceTlvs().leftOut;
  }

  /** What of the parent's Announce those behind this clock do not get, or cannot use. */
  lostBehind(maxStepsRemoved: number): DiscardReason[] {
    if (this.defaultDS.numberPorts === 1) return [];
    return [
      ...(this.tlvsLeftOut > 0 ? (['tooManyAnnounceTlvs'] as const) : []),
      ...(this.#tlvsEndHere ? (['announceTlvEndsHere'] as const) : []),
      ...(this.currentDS.stepsRemoved >= maxStepsRemoved ? (['noStepsLeft'] as const) : []),
    ];
  }

  #announceTlvs() {
    const { pathTrace, pathSequence } = this;
    const own: readonly Tlv[] = pathTrace ? [{ tlvType: 'PATH_TRACE', pathSequence }] : [];
    return fitting([...own, ...this.#propagated], this.#roomForTlvs);
  }

  /**
   * 13.5: what the master ports tell. The same object until there is something else to tell.
   *
   * @param locked this clock is in lock with its parent
   * @param vouches it hands its grandmaster's time on as what that is; else as its own, within that specification if any
   */
  announced(locked: boolean, vouches = true, within?: HoldoverSpecification): AnnouncedGrandmaster {
    const uncertain = !this.isGrandmaster && (this.#parentUncertain || !locked);
    const degraded = !this.isGrandmaster && !vouches;
    const { parentDS, timePropertiesDS, pathTrace, pathSequence } = this;
    const { stepsRemoved } = this.currentDS;
    const sources = [
      ...[parentDS, timePropertiesDS, stepsRemoved],
      ...[pathTrace, pathSequence, this.#propagated, uncertain],
      ...[degraded, within, this.defaultDS],
    ];
    const { latest } = this.#announced;
    if (
      latest !== undefined &&
      sources.every((source, i) => source === this.#announced.sources[i])
    ) {
      return latest;
    }
    const announced = this.#tell(uncertain, degraded ? this.#degraded(within) : undefined);
    this.#announced = { sources, latest: announced };
    return announced;
  }

  /**
   * Of the grandmaster's quality and this clock's own in each respect the worse; in holdover within a specification the class
   * that is claimed then, and what was traceable stays so.
   */
  #degraded(within: HoldoverSpecification | undefined): Degraded {
    const lost = this.parentDS.grandmasterClockQuality;
    const own = this.defaultDS.clockQuality;
    const { ptpTimescale } = this.timePropertiesDS;
    const held =
      within && heldClockClass(this.#clockClasses, within, lost.clockClass, ptpTimescale);
    const worse = (member: keyof ClockQuality) => Math.max(lost[member], own[member]);
    return {
      quality: {
        clockClass: held ?? worse('clockClass'),
        clockAccuracy: worse('clockAccuracy'),
        offsetScaledLogVariance: worse('offsetScaledLogVariance'),
      },
      withdrawn: held === undefined ? Flag.timeTraceable | Flag.frequencyTraceable : 0,
    };
  }

  #tell(uncertain: boolean, degraded: Degraded | undefined): AnnouncedGrandmaster {
    const { grandmasterPriority1, grandmasterPriority2, grandmasterIdentity } = this.parentDS;
    const grandmasterClockQuality = degraded?.quality ?? this.parentDS.grandmasterClockQuality;
    const { currentUtcOffset, timeSource } = this.timePropertiesDS;
    return {
      grandmaster: {
        ...{ grandmasterPriority1, grandmasterPriority2 },
        ...{ grandmasterClockQuality, grandmasterIdentity },
        ...{ currentUtcOffset, timeSource },
        stepsRemoved: this.currentDS.stepsRemoved,
      },
      announceFlags:
        (flagsOfTimeProperties(this.timePropertiesDS) & ~(degraded?.withdrawn ?? 0)) |
        (uncertain ? Flag.synchronizationUncertain : 0),
      announceTlvs: this.#announceTlvs().tlvs,
    };
  }
}

/** Table 14: of a grandmaster. */
const grandmasterCurrentDS: CurrentDS = {
  stepsRemoved: 0,
  offsetFromMaster: zeroTimeInterval,
  meanDelay: zeroTimeInterval,
};

/** Table 14: a grandmaster is its own parent. */
function ownParentDS(defaultDS: DefaultDS): ParentDS {
  return {
    parentPortIdentity: { clockIdentity: defaultDS.clockIdentity, portNumber: 0 },
    grandmasterIdentity: defaultDS.clockIdentity,
    grandmasterClockQuality: defaultDS.clockQuality,
    grandmasterPriority1: defaultDS.priority1,
    grandmasterPriority2: defaultDS.priority2,
  };
}

function sameMembers(a: TimePropertiesDS, b: TimePropertiesDS | undefined): boolean {
  const names = Object.keys(a) as (keyof TimePropertiesDS)[];
  return b !== undefined && names.every((name) => a[name] === b[name]);
}

/** 16.2: the clocks that an Announce says it has come through. */
export function pathSequenceOf({ tlvs }: MessageOf<'Announce'>): readonly ClockIdentity[] {
  return tlvs.flatMap((tlv) => (tlv.tlvType === 'PATH_TRACE' ? tlv.pathSequence : []));
}
