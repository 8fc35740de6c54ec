/**
 * How good a clock is that has lost its grandmaster: the degradation of clockClass (7.6.2.5, table 4). For a while, which its
 * oscillator must be specified for, it is nearly what it followed; after that it is what it is by itself.
 */
import type { Output } from '../io.js';
import type { Profile } from '../profile/profile.js';
import type { LockState } from '../servo/servo.js';
import type { DurationNs } from '../time/instant.js';

export interface HoldoverSpecification {
  /** How long the oscillator keeps the rate that was learned in lock well enough for that clockClass. */
  readonly duration: DurationNs;
  /** Told during that time; if not set, the profile's. */
  readonly clockClass?: number;
}

/** `none`: there is a master, or there never was one. `unspecified`: the configuration does not say how long holdover is good. */
export type HoldoverState = 'none' | 'unspecified' | 'withinSpecification' | 'beyondSpecification';

/**
 * The clockClass during holdover within specification; undefined if the lost grandmaster's class was no better than that.
 * @param lost clockClass of the grandmaster
 */
export function heldClockClass(
  { heldPtpTimescale, heldArbitraryTimescale }: Profile['clockClasses'],
  { clockClass }: HoldoverSpecification,
  lost: number,
  ptpTimescale: boolean,
): number | undefined {
  const held = clockClass ?? (ptpTimescale ? heldPtpTimescale : heldArbitraryTimescale);
  return lost <= held ? held : undefined;
}

export const holdoverTimer = 'holdover';

export class Holdover {
  readonly specification: HoldoverSpecification | undefined;
  #state: HoldoverState = 'none';

  constructor(specification: HoldoverSpecification | undefined) {
    this.specification = specification;
  }

  get state(): HoldoverState {
    return this.#state;
  }

  /** The master's time has stayed away: holdover begins. @param lockState what it was until now */
  begin(lockState: LockState): readonly Output[] {
    if (this.#state !== 'none' || lockState === 'unlocked') return [];
    if (this.specification === undefined) {
      this.#state = 'unspecified';
      return [];
    }
    // A rate that was still being learned is within no specification.
    this.#state = lockState === 'locked' ? 'withinSpecification' : 'beyondSpecification';
    if (this.#state !== 'withinSpecification') return [];
    return [{ kind: 'setTimer', timer: holdoverTimer, after: this.specification.duration }];
  }

  /** The timer has expired. */
  expire(): void {
    if (this.#state === 'withinSpecification') this.#state = 'beyondSpecification';
  }

  /** There is a master's time again, and the clock moves by it. */
  end(): readonly Output[] {
    const before = this.#state;
    this.#state = 'none';
    return before === 'withinSpecification' ? [{ kind: 'cancelTimer', timer: holdoverTimer }] : [];
  }
}
