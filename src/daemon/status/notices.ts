/**
 * What the engine has noticed of the network, for whoever runs the switch: a line of the log for what is to be known, now
 * and then, and the state that it leads to.
 */
import type { Notice } from '../../native/data-plane.js';
import { noticeWords, type NoticeWords } from './notice-line.js';

/** What a notice tells of goes on, so it is told again: of one port and one kind at most once in this time. */
const noticeIntervalNs = 60e9;

export interface NoticeRecord {
  readonly notice: Notice;
  readonly port: number;
  readonly otherPort: number;
}

/** The loop guard keeps the port out for a while. */
export interface Isolation {
  /** The port by which the same messages have come in. */
  readonly loopWith: string;
}

export interface NoticesOptions {
  readonly nameOf: (port: number) => string;
  /** Any monotonic time, nanoseconds. */
  readonly now: () => number;
  /** What came in by `interface` came in by `other` before: it is isolated. */
  readonly onLoop: (loop: { readonly interface: string; readonly other: string }) => void;
  readonly onNotice: (
    told: NoticeWords & { readonly notice: ToldNotice; readonly interface: string },
  ) => void;
}

/** What is told as it is. */
export type ToldNotice = Exclude<Notice, 'loop' | 'isolationOver'>;

export class Notices {
  readonly #options: NoticesOptions;
  /** When a notice of a kind was last told of a port, by both. */
  readonly #toldAt = new Map<string, number>();
  readonly #isolatedWith = new Map<number, number>();

  constructor(options: NoticesOptions) {
    this.#options = options;
  }

  take({ notice, port, otherPort }: NoticeRecord): void {
    const { nameOf, now, onLoop, onNotice } = this.#options;
    const [name, other] = [nameOf(port), nameOf(otherPort)];
    if (notice === 'loop') {
      this.#isolatedWith.set(port, otherPort);
      return onLoop({ interface: name, other });
    }
    if (notice === 'isolationOver') {
      this.#isolatedWith.delete(port);
      return;
    }
    const key = `${port} ${notice}`;
    if (now() - (this.#toldAt.get(key) ?? -Infinity) < noticeIntervalNs) return;
    this.#toldAt.set(key, now());
    onNotice({ ...noticeWords(notice, name, other), notice, interface: name });
  }

  /** Null while the port is not isolated. */
  isolationOf(port: number): Isolation | null {
    const other = this.#isolatedWith.get(port);
    return other === undefined ? null : { loopWith: this.#options.nameOf(other) };
  }
}
