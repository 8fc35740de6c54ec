/** Since when things have been as they are, and how often they have changed. */

export interface Lasting {
  /** The second in which it was first seen so, in the time that was given. */
  readonly since: number;
  /** Since it was first seen at all. */
  readonly changes: number;
}

interface Known extends Lasting {
  readonly value: string;
  /** It is still there. */
  isSeen: boolean;
}

export class Lastings {
  readonly #known = new Map<string, Known>();

  /** @param key which thing; @param value how it is in this second */
  note(key: string, value: string, second: number): Lasting {
    const before = this.#known.get(key);
    if (before?.value === value) {
      before.isSeen = true;
      return before;
    }
    const now = {
      ...{ value, since: second, isSeen: true },
      changes: before === undefined ? 0 : before.changes + 1,
    };
    this.#known.set(key, now);
    return now;
  }

  /** Of a thing that has been noted. */
  of(key: string): Lasting | undefined {
    return this.#known.get(key);
  }

  /** What has not been noted since the last call is not there any more. */
  forgetUnseen(): void {
    for (const [key, known] of this.#known) {
      if (!known.isSeen) this.#known.delete(key);
      known.isSeen = false;
    }
  }
}
