/**
 * With what time and rate the clocks begin: with what they had learned before the last restart. Rates are kept in a file; the time, by a
 * hardware clock that an instance has steered (`clock: phc`) and that has run on meanwhile.
 */
import type { ClockConfig } from '../../config/config.js';
import type { Clock } from '../../core/instance/clock.js';
import { disciplineInterval } from '../../core/servo/clock-discipline.js';
import { formatClockIdentity } from '../../core/time/identity.js';
import { durationNs, instantFromNs } from '../../core/time/instant.js';
import type { AdjustableClockReading, DataPlane } from '../../native/data-plane.js';
import type { Drift, DriftFile, Drifts, KeptTime } from '../machine/drift-file.js';
import { Timers, type TimerClock } from '../runtime/timers.js';

/** What the raw time stamps are of (docs/decisions/0005-common-timebase.md): a rate against another clock is of no use here. */
const timebase = 'CLOCK_MONOTONIC_RAW';
const writingInterval = durationNs(600e9);
/** An oscillator ages, and so does what is known of it. */
const oldestMs = 7 * 86_400_000;
/** No oscillator is so far off. */
const maxRateOffset = 1e-3;
/** The relation of a hardware clock to the timebase is there after some readings. */
const patienceNs = 10e9;
/**
 * By as much a hardware clock and CLOCK_MONOTONIC, which NTP slews, can have come apart without that one of them was set. After hours
 * that alone would be seconds: a clock that was set by a second is to be noticed even then.
 */
const maxApart = { rate: 1e-3, ns: 1e6, atMostNs: 500e6 };

export interface Remembered {
  readonly name: string;
  readonly config: Pick<ClockConfig, 'domain' | 'sdoId' | 'clock'> & {
    readonly ports: readonly { readonly interface: string }[];
  };
  readonly clock: Clock;
}

export interface DriftMemoryOptions {
  /** Undefined: nothing is remembered. */
  readonly file: DriftFile | undefined;
  readonly bootId: string;
  readonly clocks: readonly Remembered[];
  readonly dataPlane: DataPlane;
  readonly timerClock: TimerClock;
  /** Milliseconds since 1970, by the system clock. */
  readonly wallClock: () => number;
  /** As of TimeFacts. */
  readonly monotonicNs: () => bigint;
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
}

export class DriftMemory {
  readonly #options: DriftMemoryOptions;
  readonly #timers: Timers;
  /** Clocks whose time a hardware clock has kept that cannot be read yet, and since when they wait. */
  readonly #waiting = new Map<Clock, { readonly kept: KeptTime; readonly since: number }>();
  #clocks: readonly Remembered[];
  #known: Readonly<Record<string, Drift>> = {};
  #lastWarning: string | undefined;

  constructor(options: DriftMemoryOptions) {
    this.#options = options;
    this.#clocks = options.clocks;
    this.#timers = new Timers(options.timerClock);
  }

  /** Before the clocks get their first input. */
  start(): void {
    const { file } = this.#options;
    if (file === undefined) return;
    const drifts = this.#read(file);
    for (const remembered of this.#clocks) this.#begin(remembered, drifts);
    if (this.#waiting.size > 0) this.#awaitHardware();
    this.#scheduleWriting();
  }

  /** Other clocks, of which `beginners` begin now with what is remembered of them, unless somebody has told them already. */
  replace(clocks: readonly Remembered[], beginners: readonly Remembered[]): void {
    const { file } = this.#options;
    if (file !== undefined) this.#write(['locked', 'holdover']);
    this.#clocks = clocks;
    const present = new Set(clocks.map(({ clock }) => clock));
    for (const clock of this.#waiting.keys()) if (!present.has(clock)) this.#waiting.delete(clock);
    if (file === undefined || beginners.length === 0) return;
    const drifts = this.#read(file);
    for (const remembered of beginners) this.#begin(remembered, drifts);
    if (this.#waiting.size > 0) this.#awaitHardware();
  }

  /** The clock is about to begin with a time that is better than that of its source. */
  isAwaited(clock: Clock): boolean {
    return this.#waiting.has(clock);
  }

  stop(): void {
    this.#timers.cancelAll();
    if (this.#options.file !== undefined) this.#write(['locked', 'holdover']);
  }

  #read(file: DriftFile): Drifts | undefined {
    try {
      const drifts = file.read();
      this.#known = drifts?.clocks ?? {};
      if (drifts === undefined || drifts.timebase === timebase) return drifts;
      this.#ignore(file, `its rates are of ${drifts.timebase}`);
    } catch (error) {
      this.#ignore(file, (error as Error).message.split('\n')[0] ?? '');
    }
    return undefined;
  }

  #ignore({ path }: Pick<DriftFile, 'path'>, reason: string): void {
    this.#options.warn(`${path}: what was learned before is not used: ${reason}`);
  }

  #begin(remembered: Remembered, drifts: Drifts | undefined): void {
    const { name, config, clock } = remembered;
    const { file, wallClock, dataPlane, info, bootId } = this.#options;
    const drift = drifts?.clocks[this.#keyOf(remembered)];
    const now = dataPlane.readClock('system');
    if (file === undefined || drift === undefined || now === null) return;
    const ageMs = wallClock() - drift.writtenAt;
    const reason = refusalOf(
      drift,
      formatClockIdentity(clock.state().defaultDS.clockIdentity),
      ageMs,
    );
    if (reason !== undefined) return this.#ignore(file, `${name}: ${reason}`);
    clock.begin(instantFromNs(now.commonNs), { rateOffset: drift.rateOffset });
    info(`${name}: begins with the rate that it had learned, ${ppm(drift.rateOffset)}`);
    const { kept } = drift;
    if (kept === undefined || config.clock !== 'phc' || drifts?.bootId !== bootId) return;
    this.#waiting.set(clock, { kept, since: this.#options.timerClock.now() });
  }

  #awaitHardware(): void {
    this.#timers.set('hardware', disciplineInterval, () => {
      for (const remembered of this.#clocks) this.#tryHardware(remembered);
      if (this.#waiting.size > 0) this.#awaitHardware();
    });
  }

  #tryHardware({ name, clock }: Remembered): void {
    const { dataPlane, timerClock, info, warn } = this.#options;
    const waiting = this.#waiting.get(clock);
    if (waiting === undefined) return;
    const { kept, since } = waiting;
    const port = dataPlane.ports().findIndex((info) => info.interface === kept.interface);
    const reading = port === -1 ? null : dataPlane.readClock(port);
    const isFollowing = clock.state().currentDS.stepsRemoved !== 0;
    if (reading === null) {
      if (isFollowing || timerClock.now() - since > patienceNs) this.#waiting.delete(clock);
      return;
    }
    this.#waiting.delete(clock);
    if (isFollowing) return;
    if (!hasRunOn(kept, { clockNs: reading.clockNs, monotonicNs: this.#monotonicAt(reading) })) {
      warn(
        `${name}: the hardware clock of ${kept.interface} has been set since: the time is not taken from it`,
      );
      return;
    }
    const [raw, time] = [instantFromNs(reading.commonNs), instantFromNs(reading.clockNs)];
    clock.begin(raw, { rateOffset: reading.rateOffset, kept: { ...kept, raw, time } });
    info(`${name}: begins with the time that the hardware clock of ${kept.interface} has`);
  }

  /** By domain and sdoId, and beside another clock of both by name. */
  #keyOf({ name, config }: Remembered): string {
    const key = `${config.domain}/${config.sdoId}`;
    const alike = this.#clocks.filter(
      (other) => other.config.domain === config.domain && other.config.sdoId === config.sdoId,
    );
    return alike.length > 1 ? `${key} ${name}` : key;
  }

  #scheduleWriting(): void {
    this.#timers.set('writing', writingInterval, () => {
      this.#write(['locked']);
      this.#scheduleWriting();
    });
  }

  /** Of the clocks in one of these states; of the others, what was written before stays. */
  #write(lockStates: readonly string[]): void {
    const { file, bootId } = this.#options;
    const learned = this.#clocks
      .filter(({ clock }) => lockStates.includes(clock.state().lockState))
      .map((remembered) => [this.#keyOf(remembered), this.#driftOf(remembered)] as const);
    if (file === undefined || learned.length === 0) return;
    this.#known = { ...this.#known, ...Object.fromEntries(learned) };
    try {
      file.write({ timebase, bootId, clocks: this.#known });
      this.#lastWarning = undefined;
    } catch (error) {
      const { message } = error as Error;
      if (message === this.#lastWarning) return;
      this.#lastWarning = message;
      this.#options.warn(`what clocks have learned is not kept over a restart: ${message}`);
    }
  }

  /** CLOCK_MONOTONIC when the hardware clock showed that, which is up to its next reading ago. */
  #monotonicAt({ commonNs }: AdjustableClockReading): bigint {
    const { dataPlane, monotonicNs } = this.#options;
    const now = dataPlane.readClock('system');
    return monotonicNs() - (now === null ? 0n : now.commonNs - commonNs);
  }

  #driftOf({ config, clock }: Remembered): Drift {
    const { dataPlane, wallClock } = this.#options;
    const { defaultDS, timePropertiesDS, learnedRateOffset } = clock.state();
    const { ptpTimescale, currentUtcOffset } = timePropertiesDS;
    const port = dataPlane
      .ports()
      .findIndex(
        (info) => info.clock !== null && config.ports.some((it) => it.interface === info.interface),
      );
    const reading = config.clock !== 'phc' || port === -1 ? null : dataPlane.readClock(port);
    const name = dataPlane.ports()[port]?.interface ?? '';
    return {
      clockIdentity: formatClockIdentity(defaultDS.clockIdentity),
      rateOffset: learnedRateOffset,
      writtenAt: wallClock(),
      ...(reading && {
        kept: {
          ...{ interface: name, clockNs: reading.clockNs, monotonicNs: this.#monotonicAt(reading) },
          ...{ ptpTimescale, currentUtcOffset },
        },
      }),
    };
  }
}

function ppm(rateOffset: number): string {
  return `${(rateOffset * 1e6).toFixed(3)} ppm`;
}

function refusalOf(drift: Drift, clockIdentity: string, ageMs: number): string | undefined {
  if (drift.clockIdentity !== clockIdentity) return `it is of the clock ${drift.clockIdentity}`;
  if (ageMs > oldestMs) return 'it is older than a week';
  if (ageMs < 0) return 'it is from the future';
  const isAbsurd = !(Math.abs(drift.rateOffset) <= maxRateOffset);
  return isAbsurd ? `no oscillator is ${ppm(drift.rateOffset)} off` : undefined;
}

/** The hardware clock has not been set since, and the machine has not slept. */
function hasRunOn(kept: KeptTime, now: Pick<KeptTime, 'clockNs' | 'monotonicNs'>): boolean {
  const clockNs = Number(now.clockNs - kept.clockNs);
  const elapsedNs = Number(now.monotonicNs - kept.monotonicNs);
  const allowed = Math.min(maxApart.ns + maxApart.rate * elapsedNs, maxApart.atMostNs);
  return elapsedNs >= 0 && Math.abs(clockNs - elapsedNs) <= allowed;
}
