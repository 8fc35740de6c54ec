/** Nominal types: a bare number or bigint does not pass for a quantity, nor one quantity for another. */
declare const quantity: unique symbol;

/** `Base` that carries the name of what it measures; exists only while type checking. */
export type Brand<Base, Name extends string> = Base & { readonly [quantity]: Name };
