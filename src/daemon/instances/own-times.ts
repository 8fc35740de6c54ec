/**
 * Tells the instances what time it is by the sources that are configured (`time:`), several times a second, and with what time and
 * rate they begin: what they had learned before the last restart.
 */
import type { ClockConfig } from '../../config/config.js';
import type { TimePropertiesDS } from '../../core/datasets/data-sets.js';
import type { LeapSecondsList } from '../../core/datasets/leap-seconds-list.js';
import type { Clock } from '../../core/instance/clock.js';
import type { Output } from '../../core/io.js';
import { disciplineInterval } from '../../core/servo/clock-discipline.js';
import type { DataPlane } from '../../native/data-plane.js';
import { untoldKernelClock, type KernelClock } from '../../native/kernel-clock.js';
import type { DriftFile } from '../machine/drift-file.js';
import { Timers, type TimerClock } from '../runtime/timers.js';
import { MachineTimeSource } from './time-source.js';

/** A clock, and what may be done with its outputs. */
export interface Timed {
  readonly name: string;
  readonly config: Pick<ClockConfig, 'slaveOnly' | 'time'> & {
    readonly ports: readonly { readonly interface: string }[];
  };
  readonly clock: Clock;
  readonly carryOut: (outputs: readonly Output[]) => void;
}

export interface OwnTimesOptions {
  readonly dataPlane: DataPlane;
  readonly facts: TimeFacts;
  readonly listIn: (path: string) => LeapSecondsList | null;
  /** A clock is about to begin with a better time than that of its source. */
  readonly isAwaited?: (clock: Clock) => boolean;
  readonly timed: readonly Timed[];
  readonly timerClock: TimerClock;
}

/** What the machine knows of its time beside what its clocks show. */
export interface TimeFacts {
  readonly kernelClock: KernelClock;
  /** The text of a file; undefined where it cannot be read. */
  readonly readText: (path: string) => string | undefined;
  /** What clocks had learned before the last restart; absent: nothing is remembered. */
  readonly driftFile?: DriftFile | undefined;
  /** Another one after each start of the machine. */
  readonly bootId: string;
  /** Milliseconds since 1970, by the system clock. */
  readonly wallClock: () => number;
  /** CLOCK_MONOTONIC in nanoseconds: nobody sets it while the machine runs. */
  readonly monotonicNs: () => bigint;
  /** Called with a line for the operator, once for each cause. */
  readonly warn: (message: string) => void;
  readonly info: (message: string) => void;
}

export const noTimeFacts: TimeFacts = {
  kernelClock: untoldKernelClock,
  readText: () => undefined,
  bootId: '',
  wallClock: () => 0,
  monotonicNs: () => 0n,
  warn: () => undefined,
  info: () => undefined,
};

interface Entry {
  readonly timed: Timed;
  readonly source: MachineTimeSource;
  /** In the data plane; -1 where there is none, or it is not needed. */
  readonly hardwarePort: number;
  followed: TimePropertiesDS | undefined;
}

export class OwnTimes {
  readonly #options: OwnTimesOptions;
  readonly #timers: Timers;
  #entries: readonly Entry[];

  /** @throws Error whose message is for the user, where a hardware clock is to be the source and there is none */
  constructor(options: OwnTimesOptions) {
    this.#options = options;
    this.#timers = new Timers(options.timerClock);
    this.#entries = options.timed.map((timed) => this.#entryOf(timed));
  }

  #entryOf(timed: Timed): Entry {
    const { name } = timed;
    const { slaveOnly, time, ports } = timed.config;
    // Who is never a grandmaster tells nobody of his time.
    const warn = (message: string) => {
      if (!slaveOnly) this.#options.facts.warn(`${name}: ${message}`);
    };
    const hardwarePort = this.#options.dataPlane
      .ports()
      .findIndex(
        (info) => info.clock !== null && ports.some((port) => port.interface === info.interface),
      );
    if (time.source === 'phc' && hardwarePort === -1) {
      const interfaces = ports.map((port) => port.interface).join(', ');
      throw Object.assign(
        new Error(`${name}: time: phc: no hardware time stamps on ${interfaces}; use time: system`),
        { code: 'ERR_TIMESTAMPING' },
      );
    }
    return {
      ...{ timed, source: new MachineTimeSource(time, warn), followed: undefined },
      hardwarePort: time.source === 'phc' ? hardwarePort : -1,
    };
  }

  /**
   * Other clocks; those that stay go on with their source.
   * @returns what puts them in place
   * @throws as the constructor
   */
  replace(timed: readonly Timed[]): () => void {
    const entries = timed.map(
      (each) =>
        this.#entries.find((entry) => entry.timed.clock === each.clock) ?? this.#entryOf(each),
    );
    return () => {
      const added = entries.filter((entry) => !this.#entries.includes(entry));
      this.#entries = entries;
      for (const entry of added) this.#tell(entry);
      this.#scheduleNext();
    };
  }

  /** Before the instances take part: so the first that they tell is right. */
  start(): void {
    this.#tellAll();
    this.#scheduleNext();
  }

  stop(): void {
    this.#timers.cancelAll();
  }

  #scheduleNext(): void {
    this.#timers.cancelAll();
    if (this.#entries.length === 0) return;
    this.#timers.set('reading', disciplineInterval, () => {
      this.#tellAll();
      this.#scheduleNext();
    });
  }

  #tellAll(): void {
    for (const entry of this.#entries) this.#tell(entry);
  }

  #tell(entry: Entry): void {
    const { dataPlane, facts } = this.#options;
    const { timed, hardwarePort, source } = entry;
    const { clock, config } = timed;
    const kernel = facts.kernelClock.read();
    const system = dataPlane.readClock('system');
    if (system === null) return;
    const hardware = hardwarePort === -1 ? null : dataPlane.readClock(hardwarePort);
    const list = this.#options.listIn(config.time.leapSecondsFile);
    const { currentDS, timePropertiesDS, rateOffset } = clock.state();
    const isFollowing = currentDS.stepsRemoved !== 0;
    if (isFollowing) entry.followed = timePropertiesDS;
    const { followed } = entry;
    const own = { timeAt: clock.timeAt.bind(clock), rateOffset, isFollowing, followed };
    const ownTime = source.read({ system, hardware, kernel, list }, own);
    const { reading, ...withoutReading } = ownTime;
    const isAwaited = this.#options.isAwaited?.(clock) === true;
    timed.carryOut(clock.passTime(isAwaited || reading === undefined ? withoutReading : ownTime));
  }
}
