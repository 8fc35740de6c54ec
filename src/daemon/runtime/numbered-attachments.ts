/** The numbers by which a pump finds its attachments again. */
import type { Attachment } from './attachment.js';

/**
 * A context on its way through the data plane holds the number of the attachment in its upper 8 bits and the instance's
 * own context in the lower 24. So no table of contexts is needed, and none can fill up.
 */
export const instanceContextBits = 24;
/** Configurations that need more are refused before (src/config/instances/bounds.ts). */
const maxAttachments = 2 ** (32 - instanceContextBits);

/** An attachment, and the number by which the pump finds it again from a context or names its timers. */
export interface NumberedAttachment {
  readonly number: number;
  readonly attachment: Attachment;
}

/** @throws RangeError where there are more attachments than contexts can tell apart */
export function checkNumber(attachments: number): void {
  if (attachments <= maxAttachments) return;
  throw new RangeError(`${attachments} instances on one data plane: at most ${maxAttachments}`);
}

export interface Replaced {
  readonly added: readonly NumberedAttachment[];
  readonly removed: readonly NumberedAttachment[];
}

export class NumberedAttachments {
  /** In the order in which they get what concerns several of them. */
  #list: readonly NumberedAttachment[] = [];
  #byNumber: ReadonlyMap<number, NumberedAttachment> = new Map();
  #next = 0;

  get list(): readonly NumberedAttachment[] {
    return this.#list;
  }

  at(number: number): NumberedAttachment | undefined {
    return this.#byNumber.get(number);
  }

  of(attachment: Attachment): NumberedAttachment | undefined {
    return this.#list.find((candidate) => candidate.attachment === attachment);
  }

  /**
   * Those that stay keep their numbers. A number that was free a short while ago may be in a context that is still on its way, so it
   * is given out as late as can be.
   * @throws RangeError, with nothing changed
   */
  replace(attachments: readonly Attachment[]): Replaced {
    checkNumber(attachments.length);
    const former = this.#list;
    const known = new Map(former.map((each) => [each.attachment, each]));
    const used = new Set(attachments.flatMap((each) => known.get(each)?.number ?? []));
    this.#list = attachments.map(
      (attachment) => known.get(attachment) ?? { number: this.#free(used), attachment },
    );
    this.#byNumber = new Map(this.#list.map((each) => [each.number, each]));
    const staying = new Set(this.#list);
    return {
      added: this.#list.filter(({ attachment }) => !known.has(attachment)),
      removed: former.filter((each) => !staying.has(each)),
    };
  }

  #free(used: Set<number>): number {
    while (used.has(this.#next)) this.#next = (this.#next + 1) % maxAttachments;
    const number = this.#next;
    used.add(number);
    this.#next = (number + 1) % maxAttachments;
    return number;
  }
}
