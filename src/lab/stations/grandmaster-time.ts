/**
 * The time of the lab's grandmasters. It is not that of the timebase, which the switch has already, but one that has run
 * faster since the epoch. So the switch has a rate and a difference of hours to learn, and a receiver, which can
 * compute the true time, measures how well it has learned them.
 */
import type { Input, Output } from '../../core/io.js';
import { identityClockMap, ptpTimeOf, type ClockMap } from '../../core/servo/clock-map.js';
import type { Instant } from '../../core/time/instant.js';
import { rateRatioOfOffset } from '../../core/time/rate-ratio.js';
import type { CoreInstance } from '../../daemon/runtime/attachment.js';

/** Two ordinary crystal oscillators differ by as much. */
export const grandmasterRatePpb = 10_000;

const map: ClockMap = {
  ...identityClockMap,
  rateRatio: rateRatioOfOffset(grandmasterRatePpb * 1e-9),
};

/** The grandmasters' time when the timebase of the lab's clocks is at `raw`. */
export function grandmasterTimeAt(raw: Instant): Instant {
  return ptpTimeOf(map, raw);
}

/** A clock all of whose time stamps are converted to the grandmasters' time. */
export class OnGrandmasterTime implements CoreInstance {
  readonly #clock: CoreInstance;

  constructor(clock: CoreInstance) {
    this.#clock = clock;
  }

  step(input: Input): readonly Output[] {
    return this.#clock.step(translated(input));
  }
}

function translated(input: Input): Input {
  switch (input.kind) {
    case 'message':
      return input.ingressTimestamp === undefined
        ? input
        : { ...input, ingressTimestamp: grandmasterTimeAt(input.ingressTimestamp) };
    case 'transmitTimestamp':
      return { ...input, egressTimestamp: grandmasterTimeAt(input.egressTimestamp) };
    default:
      return input;
  }
}
