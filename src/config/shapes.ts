/** Shapes that the parts of the schema have in common; every error message is the remedy. */
import { z } from 'zod';
import { parseDurationNs } from './duration.js';
import { asList, numberIn, truthIn, wordAmong, type OtherWords } from './words.js';

export const yesOrNo = z.preprocess(truthIn, z.boolean({ error: 'write true or false' }));

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
  return z.preprocess(
    numberIn,
    z.number({ error }).int({ error }).min(min, { error }).max(max, { error }),
  );
}

/** A whole day: beyond that a threshold is none. */
const maxDurationNs = 86_400e9;

/** A duration above 0 and up to a day, in nanoseconds. */
export function durationAbove0(error: string) {
  return durationWithin(Number.MIN_VALUE, maxDurationNs, error);
}

/** A duration, in nanoseconds; bounds are allowed themselves. */
export function durationWithin(minNs: number, maxNs: number, error: string) {
  const durationIn = (text: string) => parseDurationNs(text) ?? NaN;
  return z
    .string({ error })
    .refine((text) => durationIn(text) >= minNs && durationIn(text) <= maxNs, { error })
    .transform(durationIn);
}

/** One of a few names, in capitals or not. */
export function oneOf<const Name extends string>(...names: readonly [Name, ...Name[]]) {
  return oneOfAlso(names);
}

/** The same, with what other programs and people call them. */
export function oneOfAlso<const Name extends string>(
  names: readonly [Name, ...Name[]],
  others?: OtherWords<Name>,
) {
  return z.preprocess(
    (value) => wordAmong(names, value, others),
    z.enum(names, { error: `write one of ${names.join(', ')}` }),
  );
}

/** A list; where there is but one item, that item alone. */
export function listOf<Item extends z.ZodType>(item: Item, error: string) {
  return z.preprocess(asList, z.array(item, { error }));
}

interface ListBounds {
  readonly error: string;
  readonly max?: { readonly items: number; readonly error: string };
}

/** A list that is not empty and not too long. */
export function boundedList<Item extends z.ZodType>(item: Item, { error, max }: ListBounds) {
  const items = z.array(item, { error }).min(1, { error });
  return z.preprocess(
    asList,
    max === undefined ? items : items.max(max.items, { error: max.error }),
  );
}

/** The same, in which no two items have the same `valueOf`. */
export function listWithoutRepetition<Item extends z.ZodType>(
  item: Item,
  { key, valueOf, ...bounds }: ListRules<z.output<Item>>,
) {
  return boundedList(item, bounds).superRefine(forbidRepetition(key, valueOf));
}

interface ListRules<Item> extends ListBounds {
  /** What two items must not have in common, as it is called. */
  readonly key: string;
  readonly valueOf: (item: Item) => string | number;
}

/** Two ports on one interface would each do the other's work again. */
function forbidRepetition<Item>(key: string, valueOf: (item: Item) => string | number) {
  return (items: readonly Item[], context: z.RefinementCtx): void => {
    const seen = new Set<string | number>();
    for (const [index, item] of items.entries()) {
      const value = valueOf(item);
      if (seen.has(value)) {
        complain(context, [index], {
          problem: `${key} ${value} is there twice`,
          remedy: `name each ${key} once`,
        });
      }
      seen.add(value);
    }
  };
}
