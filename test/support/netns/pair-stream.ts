/** A steady stream of Syncs, each with its Follow_Up, whose fate can be told by their sequenceIds. */

import { ptpFramesOf } from '../ptp-frames.js';
import type { FramePort } from './frame-port.js';
import { until } from './wait.js';

const PTP_ETHER_TYPE = 0x88f7;
const ETHER_TYPE_OFFSET = 12;
const PTP_OFFSET = 14;
const SEQUENCE_ID_OFFSET = PTP_OFFSET + 30;
const SYNC = 0x0;
const FOLLOW_UP = 0x8;

const SEND_TIMEOUT_MS = 30_000;

/** sequenceIds, in order of arrival. */
export interface Arrivals {
  readonly sync: readonly number[];
  readonly followUp: readonly number[];
}

function viewOf(frame: Uint8Array): DataView {
  return new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
}

/** What a FramePort is to keep: untagged PTP over Ethernet. */
export function isPtp(frame: Uint8Array): boolean {
  return (
    frame.length >= PTP_OFFSET + 44 && viewOf(frame).getUint16(ETHER_TYPE_OFFSET) === PTP_ETHER_TYPE
  );
}

export function arrivals(port: FramePort): Arrivals {
  const sequenceIds = (type: number) =>
    port.received
      .filter((frame) => (frame[PTP_OFFSET]! & 0x0f) === type)
      .map((frame) => viewOf(frame).getUint16(SEQUENCE_ID_OFFSET));
  return { sync: sequenceIds(SYNC), followUp: sequenceIds(FOLLOW_UP) };
}

export class PairStream {
  readonly #port: FramePort;
  readonly #timer: NodeJS.Timeout;
  readonly #templates: readonly Uint8Array[];
  #sent = 0;

  /** Sends from now on, with sequenceIds from 0. */
  constructor(port: FramePort, pairsPerSecond: number) {
    this.#port = port;
    const captured = ptpFramesOf('l2-e2e');
    this.#templates = [SYNC, FOLLOW_UP].map(
      (type) => captured.find(({ payload }) => (payload[0]! & 0x0f) === type)!.frame,
    );
    this.#timer = setInterval(() => this.#sendPair(), 1000 / pairsPerSecond);
  }

  #sendPair(): void {
    const sequenceId = this.#sent++;
    for (const template of this.#templates) {
      const frame = template.slice();
      viewOf(frame).setUint16(SEQUENCE_ID_OFFSET, sequenceId);
      this.#port.send(frame);
    }
  }

  /** Pairs so far; the next one's sequenceId. */
  get sent(): number {
    return this.#sent;
  }

  /** Resolves when `count` more pairs have been sent. */
  async more(count: number): Promise<void> {
    const goal = this.#sent + count;
    await until(`${count} more pairs`, () => this.#sent >= goal, SEND_TIMEOUT_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The sequenceIds of all pairs sent. */
  get sequenceIds(): number[] {
    return Array.from({ length: this.#sent }, (_, sequenceId) => sequenceId);
  }
}
