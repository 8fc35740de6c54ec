/**
 * The time that the grandmasters of the lab tell: not that of this machine, which the switch reads already, but one that
 * has run faster since the epoch. So the switch has a rate and hours of difference to learn, and a receiver, which knows
 * what the time should be, sees how well it has.
 */
import type { Input, Output } from '../../core/io.js';
import { identityClockMap, ptpTimeOf, type ClockMap } from '../../core/servo/clock-map.js';
import type { Instant } from '../../core/time/instant.js';
import { rateRatioOfOffset } from '../../core/time/rate-ratio.js';
import type { CoreInstance } from '../../daemon/runtime/pump.js';

/** As two ordinary crystals differ. */
export const grandmasterRatePpb = 10_000;

const map: ClockMap = {
  ...identityClockMap,
  rateRatio: rateRatioOfOffset(grandmasterRatePpb * 1e-9),
};

/** The grandmasters' time when this machine's clock reads `raw`. */
export function grandmasterTimeAt(raw: Instant): Instant {
  return ptpTimeOf(map, raw);
}

/** A clock that lives in the grandmasters' time: all its time stamps are of it. */
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
