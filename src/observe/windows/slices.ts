/**
 * What was counted over the last minute or so, kept in slices of time: the oldest is forgotten as a new one begins. What it
 * tells is of at most the length of the window, and of no less than that without one slice.
 */

/** A window ends now. */
export interface WindowLength {
  readonly seconds: number;
  readonly slices: number;
}

/** More slices follow the time more closely, and take more memory. */
export const windowLengths = {
  lastMinute: { seconds: 60, slices: 12 },
  last15Minutes: { seconds: 900, slices: 15 },
} as const satisfies Readonly<Record<string, WindowLength>>;

export class Slices<Slice> {
  readonly #slices: readonly Slice[];
  readonly #sliceSeconds: number;
  readonly #forget: (slice: Slice) => void;
  /** The latest slice, counted from second 0; none yet: undefined. */
  #latest: number | undefined;

  /** @param forget makes a slice as it was when it was made */
  constructor(
    { seconds, slices }: WindowLength,
    make: () => Slice,
    forget: (slice: Slice) => void,
  ) {
    this.#slices = Array.from({ length: slices }, make);
    this.#sliceSeconds = seconds / slices;
    this.#forget = forget;
  }

  get all(): readonly Slice[] {
    return this.#slices;
  }

  /** The slice of that second; what is too old by then is forgotten. @param second never earlier than one before */
  at(second: number): Slice {
    const count = this.#slices.length;
    const index = Math.floor(second / this.#sliceSeconds);
    const latest = Math.max(this.#latest ?? index, index);
    const begun = Math.min(latest - (this.#latest ?? latest), count);
    for (let each = latest - begun + 1; each <= latest; each++) {
      this.#forget(this.#sliceOf(each));
    }
    this.#latest = latest;
    return this.#sliceOf(latest);
  }

  #sliceOf(index: number): Slice {
    const count = this.#slices.length;
    return this.#slices[((index % count) + count) % count]!;
  }
}
