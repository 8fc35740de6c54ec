/** Shapes that the parts of the schema have in common; every error message is the remedy. */
import { z } from 'zod';

export const yesOrNo = z.boolean({ error: 'write true or false' });

export interface Complaint {
  readonly problem: string;
  readonly remedy: string;
}

export function complain(
  context: z.RefinementCtx,
  path: readonly PropertyKey[],
  { problem, remedy }: Complaint,
): void {
  context.addIssue({ code: 'custom', path: [...path], message: remedy, params: { problem } });
}

export function wholeNumber(
  min: number,
  max: number,
  error = `write a whole number from ${min} to ${max}`,
) {
  return z.number({ error }).int({ error }).min(min, { error }).max(max, { error });
}

export function oneOf<const Name extends string>(...names: readonly [Name, ...Name[]]) {
  return z.enum(names, { error: `write one of ${names.join(', ')}` });
}
