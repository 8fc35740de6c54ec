/**
 * A proportional-integral servo as the manual of linuxptp's ptp4l describes it (clock_servo pi, its default for hardware time
 * stamps): the rate from two samples, a step where the first offset is beyond first_step_threshold, gains that follow from
 * the interval. Written from that description, to compare with.
 */

export type ReferenceAction =
  | { readonly kind: 'none' }
  | { readonly kind: 'step'; readonly offsetNs: number; readonly rateOffset: number }
  | { readonly kind: 'slew'; readonly rateOffset: number };

/** pi_proportional_scale, _exponent, _norm_max and pi_integral_scale, _exponent, _norm_max. */
const proportional = { scale: 0.7, exponent: -0.3, normMax: 0.7 } as const;
const integral = { scale: 0.3, exponent: 0.4, normMax: 0.3 } as const;
const firstStepThresholdNs = 20e3;

function gain(
  { scale, exponent, normMax }: typeof proportional | typeof integral,
  seconds: number,
) {
  return Math.min(scale * seconds ** exponent, normMax / seconds);
}

export class ReferencePiServo {
  #samples = 0;
  #firstOffsetNs = 0;
  #rateOffset = 0;

  sample(offsetNs: number, intervalNs: number): ReferenceAction {
    this.#samples += 1;
    if (this.#samples === 1) {
      this.#firstOffsetNs = offsetNs;
      return { kind: 'none' };
    }
    if (this.#samples === 2) {
      this.#rateOffset = (this.#firstOffsetNs - offsetNs) / intervalNs;
      return Math.abs(offsetNs) > firstStepThresholdNs
        ? { kind: 'step', offsetNs, rateOffset: this.#rateOffset }
        : { kind: 'slew', rateOffset: this.#rateOffset };
    }
    const seconds = intervalNs / 1e9;
    this.#rateOffset -= gain(integral, seconds) * offsetNs * 1e-9;
    const rateOffset = this.#rateOffset - gain(proportional, seconds) * offsetNs * 1e-9;
    return { kind: 'slew', rateOffset };
  }
}
