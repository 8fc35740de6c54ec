/** What an operator may set of the sizes of the engine's tables (addon/dataplane/limits.h). */
import { z } from 'zod';
import type { Limits } from './config.js';
import { complain, wholeNumber } from './shapes.js';

/** Of one port's share; and of all together, so that the tables keep to some 400 MB. */
const ranges: Readonly<Record<keyof Limits, { min: number; max: number; together: number }>> = {
  exchanges: { min: 64, max: 65_536, together: 1_048_576 },
  heldMessages: { min: 16, max: 8_192, together: 65_536 },
  addresses: { min: 16, max: 65_536, together: 1_048_576 },
  loopFingerprints: { min: 64, max: 65_536, together: 1_048_576 },
};

function share(name: keyof Limits) {
  return wholeNumber(ranges[name].min, ranges[name].max).exactOptional();
}

export const limits = z.strictObject(
  {
    exchanges: share('exchanges'),
    heldMessages: share('heldMessages'),
    addresses: share('addresses'),
    loopFingerprints: share('loopFingerprints'),
  },
  { error: 'write how much one port may have, as in limits: {exchanges: 8192}' },
);

export const limitKeys = Object.keys(limits.shape);

export function complainOfLimits(
  wanted: Limits | undefined,
  ports: number,
  context: z.RefinementCtx,
): void {
  for (const [name, { together }] of Object.entries(ranges)) {
    const each = wanted?.[name as keyof Limits];
    if (each === undefined || each * ports <= together) continue;
    complain(context, ['limits', name], {
      problem: `${each} for each of ${ports} ports is more than ${together} together`,
      remedy: `write ${Math.floor(together / ports)} at most`,
    });
  }
}
