/**
 * Where an instance has its time from while it follows nobody (`time:` of the configuration), and what may be said of that time:
 * TAI where TAI - UTC is known, else a timescale of its own (ARB), and no more than is so (9.4).
 */
import type { TimeConfig } from '../../config/config.js';
import type { TimePropertiesDS } from '../../core/datasets/data-sets.js';
import {
  endOfUtcDay,
  isJustMade,
  isToBeAnnounced,
  leapSecondAt,
  utcSecondsAt,
  type LeapSecond,
} from '../../core/datasets/leap-second.js';
import { listedAt, type LeapSecondsList } from '../../core/datasets/leap-seconds-list.js';
import { isPossibleUtcOffset } from '../../core/datasets/utc-offset.js';
import { initialTimeProperties } from '../../core/datasets/time-properties.js';
import type { OwnTime, SourceReading } from '../../core/instance/own-time.js';
import { instantFromNs, instantToNs, type Instant } from '../../core/time/instant.js';
import type { AdjustableClockReading } from '../../native/data-plane.js';
import type { KernelClockState } from '../../native/kernel-clock.js';

/** What the kernel has been told is one of these; from 0, which means nothing, it counts leap seconds too. */
const leastTaiOffset = 10;
const second = 1_000_000_000n;
/** A reading can be of before a leap second and the offset of after it: so close to one none is taken. */
const blindNs = { before: second, after: 2n * second };
/** Whoever keeps the system clock can be late to make a leap second: for so long a second that is missing is put down to that. */
const patienceNs = 600n * second;
/** Table 6. */
const timeSources = { ntp: 0x50, internalOscillator: 0xa0 } as const;

/** What the machine says at one moment. */
export interface MachineTime {
  readonly system: AdjustableClockReading;
  /** The hardware clock that the time is from; null while it cannot be read, and where there is none. */
  readonly hardware: AdjustableClockReading | null;
  readonly kernel: KernelClockState;
  /** Null: there is none, or it is no list. */
  readonly list: LeapSecondsList | null;
}

/** Of the instance itself. */
export interface OwnState {
  /** PTP time at a raw time stamp, as it goes until now. */
  readonly timeAt: (raw: Instant) => Instant;
  readonly rateOffset: number;
  /** Its time is a master's now, and not of its own source. */
  readonly isFollowing: boolean;
  /** Of the latest master that was followed, if there has been one. */
  readonly followed: TimePropertiesDS | undefined;
}

/** TAI - UTC, and whether somebody vouches for it. */
interface SourceUtcOffset {
  readonly utcOffset: number;
  readonly valid: boolean;
}

export class MachineTimeSource {
  readonly #config: TimeConfig;
  readonly #warn: (message: string) => void;
  readonly #warned = new Set<string>();
  /** Its time is the instance's own since. */
  #hasRead = false;
  /** The one that is announced, or the latest. */
  #leapSecond: LeapSecond | undefined;
  /** Those that have come to a number of the configuration. */
  #counted: LeapSecond[] = [];

  /** @param warn called once for each cause */
  constructor(config: TimeConfig, warn: (message: string) => void) {
    this.#config = config;
    this.#warn = warn;
  }

  read(machine: MachineTime, own: OwnState): OwnTime {
    const now = instantFromNs(machine.system.commonNs);
    if (this.#config.source === 'free') return this.#free(machine, own, now);
    const time = this.#hasRead ? own.timeAt(now) : about(machine);
    this.#countLeapSecond(time);
    const known = this.#utcOffset(machine, own, time);
    this.#noteLeapSecond(machine, known, time);
    if (known === undefined) this.#warnOfUnknown();
    const reading = this.#reading(machine, known);
    const trusted = reading !== undefined && this.#isTrusted(reading, own, time);
    this.#hasRead ||= trusted;
    return {
      now,
      ...(trusted && { reading }),
      timePropertiesDS: this.#properties(machine, known, time),
    };
  }

  /** It begins somewhere near, and then goes by itself: nothing is claimed of it. */
  #free({ system }: MachineTime, own: OwnState, now: Instant): OwnTime {
    const { rateOffset } = own;
    const reading = { raw: now, time: instantFromNs(system.clockNs), rateOffset };
    const begins = !this.#hasRead;
    this.#hasRead = true;
    return { now, ...(begins && { reading }), timePropertiesDS: initialTimeProperties };
  }

  #utcOffset(
    { kernel, list }: MachineTime,
    { followed }: OwnState,
    time: Instant,
  ): SourceUtcOffset | undefined {
    const { utcOffset, leapSecondsFile } = this.#config;
    const { taiOffset } = kernel;
    if (typeof utcOffset === 'number') {
      const leapt = this.#counted.reduce((sum, { change }) => sum + change, 0);
      return { utcOffset: utcOffset + leapt, valid: true };
    }
    const told = taiOffset >= leastTaiOffset ? { utcOffset: taiOffset, valid: true } : undefined;
    const listed = list === null ? undefined : listedUtcOffset(list, time);
    if (told !== undefined && listed?.valid === true && listed.utcOffset !== taiOffset) {
      const said = `${listed.utcOffset} s in ${leapSecondsFile}`;
      this.#warnOnce(
        `TAI - UTC is ${taiOffset} s to the kernel, but ${said}: one of them is wrong`,
      );
    }
    const found =
      utcOffset === 'leapSecondsFile' && listed?.valid === true ? listed : (told ?? listed);
    if (found?.valid === false) {
      this.#warnOnce(
        `${leapSecondsFile} has expired: its ${found.utcOffset} s are told as not valid; bring it up to date (tzdata)`,
      );
    }
    if (found !== undefined) return found;
    // A slip of that master is not to become what this clock tells everybody. There is no list here that it could contradict.
    return followed?.ptpTimescale === true &&
      followed.currentUtcOffsetValid &&
      isPossibleUtcOffset(followed.currentUtcOffset)
      ? { utcOffset: followed.currentUtcOffset, valid: false }
      : undefined;
  }

  #countLeapSecond(time: Instant): void {
    const latest = this.#leapSecond;
    if (latest === undefined || time < latest.at) return;
    if (!this.#counted.some(({ at }) => at === latest.at)) this.#counted.push(latest);
  }

  /** By the flags of the kernel, or by the list. */
  #noteLeapSecond(machine: MachineTime, known: SourceUtcOffset | undefined, time: Instant): void {
    const { kernel, list } = machine;
    const latest = this.#leapSecond;
    const isPast = latest !== undefined && time >= latest.at;
    // The kernel's flag stands until somebody takes it back: so it does in the second that is inserted, before the new day.
    if (isPast && isJustMade(latest, time)) return;
    const ofKernel =
      kernel.leapSecond === 'none' || known === undefined
        ? undefined
        : leapSecondAt(
            endOfUtcDay(utcSecondsAt(time, known.utcOffset)),
            known.utcOffset,
            kernel.leapSecond === 'insert' ? 1 : -1,
          );
    const listed =
      list !== null && listedUtcOffset(list, time).valid ? listedAt(list, time).next : undefined;
    const announced = [ofKernel, listed].find(
      (it) => it !== undefined && isToBeAnnounced(it, time),
    );
    // One that is not announced any more before its time has been taken back.
    this.#leapSecond = announced ?? (isPast ? latest : undefined);
  }

  #reading(machine: MachineTime, known: SourceUtcOffset | undefined): SourceReading | undefined {
    const isHardware = this.#config.source === 'phc';
    const read = isHardware ? machine.hardware : machine.system;
    if (read === null) return undefined;
    // A hardware clock shows TAI, the system clock UTC.
    const behind = isHardware ? 0 : (known?.utcOffset ?? 0);
    const time = instantFromNs(read.clockNs + BigInt(behind) * second);
    return { raw: instantFromNs(read.commonNs), rateOffset: read.rateOffset, time };
  }

  /** Around a leap second the instance goes by itself. */
  #isTrusted(reading: SourceReading, own: OwnState, time: Instant): boolean {
    if (this.#leapSecond === undefined || !this.#hasRead) return true;
    const sinceNs = instantToNs(time) - instantToNs(this.#leapSecond.at);
    if (sinceNs > patienceNs || sinceNs < -blindNs.before) return true;
    if (sinceNs < blindNs.after) return false;
    const wrongNs = Number(instantToNs(reading.time) - instantToNs(own.timeAt(reading.raw)));
    if (Math.abs(Math.abs(wrongNs) - 1e9) > 1e8) return true;
    if (own.isFollowing) return false;
    this.#warnOnce(
      'the system clock has not made the leap second yet: the time goes on without it; have whoever keeps that clock know of leap seconds',
    );
    return false;
  }

  #properties(
    { kernel }: MachineTime,
    known: SourceUtcOffset | undefined,
    time: Instant,
  ): TimePropertiesDS {
    const { source, timeSource, timeTraceable, frequencyTraceable } = this.#config;
    const isPtp = source === 'phc' || known !== undefined;
    // Of a hardware clock the kernel knows nothing: whoever has it as a source vouches for it.
    const synchronised = source === 'phc' || kernel.synchronised;
    const usual =
      source === 'system' && synchronised ? timeSources.ntp : timeSources.internalOscillator;
    const leapSecond =
      this.#leapSecond !== undefined && isToBeAnnounced(this.#leapSecond, time)
        ? this.#leapSecond.change
        : 0;
    return {
      currentUtcOffset: known?.utcOffset ?? initialTimeProperties.currentUtcOffset,
      currentUtcOffsetValid: known?.valid ?? false,
      leap61: leapSecond === 1,
      leap59: leapSecond === -1,
      timeTraceable: timeTraceable && synchronised && isPtp,
      frequencyTraceable: frequencyTraceable && synchronised,
      ptpTimescale: isPtp,
      timeSource: timeSource ?? usual,
    };
  }

  #warnOfUnknown(): void {
    const remedy =
      'have chronyd tell the kernel (leapsectz right/UTC), or write time: {utcOffset: 37}';
    this.#warnOnce(
      this.#config.source === 'phc'
        ? `as grandmaster it tells no UTC offset: neither the kernel nor ${this.#config.leapSecondsFile} has it; ${remedy}`
        : `as grandmaster it tells UTC, as a timescale of its own (ARB) and not TAI: TAI - UTC is known neither to the kernel nor by ${this.#config.leapSecondsFile}; ${remedy}`,
    );
  }

  #warnOnce(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#warn(message);
  }
}

/** The PTP time, give or take what leap seconds there have been: to look them up by. */
function about({ system, hardware, kernel, list }: MachineTime): Instant {
  if (hardware !== null) return instantFromNs(hardware.clockNs);
  const utc = instantFromNs(system.clockNs);
  const offset =
    kernel.taiOffset >= leastTaiOffset || list === null
      ? kernel.taiOffset
      : listedAt(list, utc).utcOffset;
  return instantFromNs(system.clockNs + BigInt(offset) * second);
}

function listedUtcOffset(list: LeapSecondsList, time: Instant): SourceUtcOffset {
  const { utcOffset } = listedAt(list, time);
  return { utcOffset, valid: utcSecondsAt(time, utcOffset) < list.expires };
}
