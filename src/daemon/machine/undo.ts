/** What is to be undone of something that is done step by step: all of it, in reverse, however far it came. */
export class Undo {
  readonly #steps: (() => void)[] = [];

  /** @param step undoes what has just been done */
  add(step: () => void): void {
    this.#steps.push(step);
  }

  /**
   * Idempotent. A step that fails keeps none of the others from being taken.
   * @throws what the first of them threw
   */
  run(): void {
    const failures: unknown[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  /**
   * After a failure, which alone is then thrown.
   * @param warn is told of what cannot be undone
   */
  runAfterFailure(warn: (line: string) => void): void {
    try {
      this.run();
    } catch (error) {
      warn(`not all of it could be undone: ${(error as Error).message}`);
    }
  }
}
