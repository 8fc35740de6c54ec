/**
 * Keeps clocks of the machine at the time of the instances that are configured to steer them (`clock: phc`, `clock:
 * system`): reads each several times a second, and adjusts it through the data plane. An instance does not measure with
 * the clock that it steers, but with the common timebase, which nobody can steer.
 */
import type { ClockConfig } from '../../config/config.js';
import type { Clock } from '../../core/instance/clock.js';
import {
  disciplined,
  disciplineInterval,
  type ClockCorrection,
} from '../../core/servo/clock-discipline.js';
import type { LeapSecondsList } from '../../core/datasets/leap-seconds-list.js';
import { instantFromNs, instantToNs } from '../../core/time/instant.js';
import type { AdjustableClock, DataPlane } from '../../native/data-plane.js';
import type { SteeredClockStatus } from '../status/clock-status.js';
import { Timers, type TimerClock } from '../runtime/timers.js';
import { SystemClock, type SystemClockOptions } from './system-clock.js';

/** An instance that may steer clocks of the machine. */
export interface Steerer {
  readonly name: string;
  readonly config: Pick<ClockConfig, 'clock' | 'time'> & {
    readonly ports: readonly { readonly interface: string }[];
  };
  readonly clock: Pick<Clock, 'timeAt' | 'state'>;
}

export interface ClockSteeringOptions {
  readonly dataPlane: DataPlane;
  readonly steerers: readonly Steerer[];
  readonly timerClock: TimerClock;
  /** Beside the time, of the system clock that an instance steers. */
  readonly systemClock: Pick<SystemClockOptions, 'kernelClock'> & {
    readonly listIn: (path: string) => LeapSecondsList | null;
  };
  /** Called with why a clock is not steered, once for each cause; `port` is the data plane's. */
  readonly warn: (port: number, message: string) => void;
}

interface Target {
  readonly steerer: Steerer;
  readonly clock: AdjustableClock;
  readonly name: string;
  /** Indices in the data plane. */
  readonly ports: readonly number[];
  /** Of the system clock. */
  readonly system?: SystemClock;
  aheadNs: number | null;
  /** Why it cannot be adjusted, and when that is tried again. */
  problem: string | null;
  retryAt: number;
}

/** A clock that cannot be adjusted is tried again after this. */
const retryInterval = 10e9;

export class ClockSteering {
  readonly #options: Omit<ClockSteeringOptions, 'steerers'>;
  readonly #dataPlane: DataPlane;
  #steerers: readonly Steerer[];
  #targets: readonly Target[];
  readonly #timers: Timers;
  readonly #timerClock: TimerClock;
  readonly #warn: ClockSteeringOptions['warn'];

  /** @throws Error whose message is for the user, where there is nothing to steer or two instances would steer the same */
  constructor(options: ClockSteeringOptions) {
    const { dataPlane, steerers, timerClock, warn } = options;
    this.#options = options;
    this.#dataPlane = dataPlane;
    this.#timerClock = timerClock;
    this.#steerers = steerers;
    this.#timers = new Timers(timerClock);
    this.#warn = warn;
    this.#targets = steerers.flatMap((steerer) => targetsOf(steerer, options));
    forbidSharing(this.#targets);
  }

  start(): void {
    for (const { config } of this.#steerers.filter((it) => it.config.clock === 'phc')) {
      for (const { port, clock } of portsOf(config, this.#dataPlane)) {
        if (clock === null)
          this.#warn(port, 'without hardware time stamps it has no clock to steer');
      }
    }
    if (this.#targets.length > 0) this.#scheduleNextReading();
  }

  /**
   * Other steerers; those that stay steer on.
   * @returns what puts them in place
   * @throws as the constructor
   */
  replace(steerers: readonly Steerer[]): () => void {
    const targets = steerers.flatMap((steerer) => {
      const staying = this.#targets.filter((target) => target.steerer === steerer);
      return staying.length > 0 ? staying : targetsOf(steerer, this.#options);
    });
    forbidSharing(targets);
    return () => {
      this.#end(this.#targets.filter((target) => !targets.includes(target)));
      this.#timers.cancelAll();
      this.#steerers = steerers;
      this.#targets = targets;
      this.start();
    };
  }

  /** Steers no more; the clocks go on at the rate that was learned. */
  stop(): void {
    this.#timers.cancelAll();
    this.#end(this.#targets);
  }

  #end(targets: readonly Target[]): void {
    for (const target of targets.filter(({ aheadNs }) => aheadNs !== null)) this.#letGo(target);
    for (const { system } of targets) system?.release();
  }

  /** The clocks that an instance steers. */
  statusOf(steerer: Steerer['clock']): SteeredClockStatus[] {
    const ports = this.#dataPlane.ports();
    return this.#targets
      .filter((target) => target.steerer.clock === steerer)
      .map(({ name, ports: indices, aheadNs, problem, system }) => ({
        name,
        interfaces: indices.map((port) => ports[port]?.interface ?? ''),
        ...{ aheadNs, problem },
        ...(system && { utc: system.status() }),
      }));
  }

  #scheduleNextReading(): void {
    this.#timers.set('reading', disciplineInterval, () => {
      for (const target of this.#targets) this.#steer(target);
      this.#scheduleNextReading();
    });
  }

  #steer(target: Target): void {
    const wasSteered = target.aheadNs !== null;
    const correction = this.#correctionOf(target);
    const { clock } = target.steerer;
    target.system?.keep(clock.state(), target.aheadNs, this.#timerClock.now());
    if (correction !== undefined) this.#adjust(target, correction);
    else if (wasSteered) this.#letGo(target);
  }

  /**
   * From now on nobody looks at the clock: it is to go on at the rate that has been learned, and not at one that was to bring
   * it nearer by the next look.
   */
  #letGo(target: Target): void {
    const reading = this.#dataPlane.readClock(target.clock);
    if (reading === null) return;
    const { learnedRateOffset } = target.steerer.clock.state();
    const rateChange = (1 + learnedRateOffset) / (1 + reading.rateOffset) - 1;
    this.#adjust(target, { stepNs: 0n, rateChange });
  }

  #adjust(target: Target, { stepNs, rateChange }: ClockCorrection): void {
    const now = this.#timerClock.now();
    if (now < target.retryAt) return;
    try {
      this.#dataPlane.adjustClock(target.clock, { stepNs, rateChangePpb: rateChange * 1e9 });
    } catch (error) {
      const { message } = error as Error;
      if (target.problem !== message) this.#warn(target.ports[0] ?? 0, message);
      target.problem = message;
      target.retryAt = now + retryInterval;
      return;
    }
    target.problem = null;
  }

  /** Undefined while the instance has no time to give, and while the clock cannot be read. */
  #correctionOf(target: Target): ClockCorrection | undefined {
    const state = target.steerer.clock.state();
    const knowsTime = state.lockState === 'locked' || state.lockState === 'holdover';
    const reading = knowsTime ? this.#dataPlane.readClock(target.clock) : null;
    if (reading === null) {
      target.aheadNs = null;
      return undefined;
    }
    const time = target.steerer.clock.timeAt(instantFromNs(reading.commonNs));
    const aheadOf = (behindNs: bigint) => reading.clockNs - (instantToNs(time) - behindNs);
    // 7.2.4: the system clock shows UTC, which is behind TAI; a timescale other than PTP's (ARB) is shown unchanged.
    const behindNs =
      target.system === undefined
        ? 0n
        : target.system.behindNs(state.timePropertiesDS, time, this.#timerClock.now(), aheadOf);
    if (behindNs === undefined) {
      target.aheadNs = null;
      return undefined;
    }
    const aheadNs = aheadOf(behindNs);
    target.aheadNs = Number(aheadNs);
    const rateOffset = (1 + reading.rateOffset) / (1 + state.rateOffset) - 1;
    return disciplined({ aheadNs, rateOffset });
  }
}

function portsOf(config: Steerer['config'], dataPlane: DataPlane) {
  return dataPlane
    .ports()
    .map((info, port) => ({ ...info, port }))
    .filter((info) => config.ports.some((port) => port.interface === info.interface));
}

function targetsOf(
  steerer: Steerer,
  { dataPlane, systemClock, warn }: Omit<ClockSteeringOptions, 'steerers'>,
): Target[] {
  const { config } = steerer;
  const own = portsOf(config, dataPlane);
  const target = { steerer, aheadNs: null, problem: null, retryAt: -Infinity };
  switch (config.clock) {
    case 'virtual':
      return [];
    case 'system': {
      const ports = own.map(({ port }) => port);
      const { time } = config;
      const system = new SystemClock({
        ...{ time, kernelClock: systemClock.kernelClock },
        list: () => systemClock.listIn(time.leapSecondsFile),
        warn: (message) => warn(ports[0] ?? 0, message),
      });
      return [{ ...target, clock: 'system', name: 'CLOCK_REALTIME', ports, system }];
    }
    case 'phc': {
      const withClock = own.filter(({ clock }) => clock !== null);
      if (withClock.length === 0) {
        const names = own.map(({ interface: name }) => name).join(', ');
        throw steeringError(
          `${steerer.name}: clock: phc: no hardware time stamps on ${names}; use clock: virtual`,
        );
      }
      const indices = [...new Set(withClock.map(({ phcIndex }) => phcIndex))];
      return indices.map((index) => {
        const ports = withClock.filter((it) => it.phcIndex === index).map(({ port }) => port);
        return { ...target, clock: ports[0] ?? 0, name: `/dev/ptp${index}`, ports };
      });
    }
  }
}

function forbidSharing(targets: readonly Target[]): void {
  for (const [index, { name, steerer }] of targets.entries()) {
    const other = targets.slice(0, index).find((target) => target.name === name);
    if (other === undefined) continue;
    throw steeringError(
      `${name} would be steered by the ${other.steerer.name} and the ${steerer.name}: ` +
        `use clock: virtual for one of them`,
    );
  }
}

/** An error like those of the engine, whose message the command line prints as one line, without a stack trace. */
function steeringError(message: string): Error {
  return Object.assign(new Error(message), { code: 'ERR_TIMESTAMPING' });
}
