/** The shape of `servo:`, and what it comes to: how offsets become a rate (docs/servo.md). */
import { z } from 'zod';
import type { ServoConfig } from '../config.js';
import { parseRate } from '../duration.js';
import { durationAbove0, oneOf } from '../shapes.js';
import { wordAmong } from '../words.js';

/** As the servo has them by itself (core/servo/servo.ts). */
const defaultServoSettings = {
  kind: 'pi',
  firstStepThreshold: 20e3,
  stepThreshold: 1e6,
  lockThreshold: 'auto',
  maxRate: 0.1,
} as const;

/** A duration above 0. */
const threshold = durationAbove0('write a duration above 0, as in 20us or 1ms');

/** The same, or one word that stands for none. */
function thresholdOr<const Word extends string>(word: Word) {
  const error = `write a duration above 0, as in 20us or 1ms, or ${word}`;
  return z.preprocess(
    (value) => wordAmong([word], value),
    z.union([z.literal(word), durationAbove0(error)], { error }),
  );
}

/** Of a clock that is arithmetic; and of one that others' clocks follow: the kernel slews CLOCK_REALTIME by no more. */
export const maxRates = { virtual: defaultServoSettings.maxRate, steering: 500e-6 } as const;
const rateRemedy = 'write a rate above 0 and up to 10%, as in 500ppm';
const servoKind = oneOf('pi', 'linreg');
const servoRemedy =
  'write pi or linreg, or its settings, as in servo: {kind: pi, lockThreshold: 20us}';
export const longServo = z.strictObject(
  {
    kind: servoKind.default(defaultServoSettings.kind),
    firstStepThreshold: threshold.exactOptional(),
    stepThreshold: thresholdOr('never').exactOptional(),
    lockThreshold: thresholdOr('auto').exactOptional(),
    maxRate: z
      .string({ error: rateRemedy })
      .refine((text) => (parseRate(text) ?? 0) > 0 && (parseRate(text) ?? 1) <= maxRates.virtual, {
        error: rateRemedy,
      })
      .transform((text) => parseRate(text) ?? maxRates.virtual)
      .exactOptional(),
  },
  { error: servoRemedy },
);

/** The kind alone, or that with its thresholds. */
export const servo = z
  .preprocess(
    (value) => (typeof value === 'object' && value !== null ? value : { kind: value }),
    longServo,
  )
  .default({ kind: defaultServoSettings.kind });

export function servoOf(
  parsed: z.infer<typeof longServo>,
  clock: 'virtual' | 'phc' | 'system',
): ServoConfig {
  const { firstStepThreshold, stepThreshold, lockThreshold } = defaultServoSettings;
  const step = parsed.stepThreshold ?? stepThreshold;
  return {
    kind: parsed.kind,
    firstStepThresholdNs: parsed.firstStepThreshold ?? firstStepThreshold,
    stepThresholdNs: step === 'never' ? Infinity : step,
    lockThresholdNs: parsed.lockThreshold ?? lockThreshold,
    maxRate: parsed.maxRate ?? (clock === 'virtual' ? maxRates.virtual : maxRates.steering),
  };
}
