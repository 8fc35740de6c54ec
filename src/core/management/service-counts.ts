/** How often the timers of a port have run out and its exchanges failed: linuxptp's PORT_SERVICE_STATS_NP. */
import type { Input, Output, PortIndex } from '../io.js';
import { timersOf } from '../port/port.js';

export interface ServiceCounts {
  readonly announceTimeout: number;
  readonly delayTimeout: number;
  readonly masterAnnounceTimeout: number;
  readonly masterSyncTimeout: number;
  readonly qualificationTimeout: number;
  /** A Sync whose Follow_Up did not come, and a Follow_Up whose Sync did not come. */
  readonly syncMismatch: number;
  readonly followUpMismatch: number;
}

const none: ServiceCounts = {
  announceTimeout: 0,
  delayTimeout: 0,
  masterAnnounceTimeout: 0,
  masterSyncTimeout: 0,
  qualificationTimeout: 0,
  syncMismatch: 0,
  followUpMismatch: 0,
};

/** The count that goes up when a timer has run out, by the name of the timer. */
const countedTimers: Readonly<Record<string, keyof ServiceCounts>> = {
  announceReceipt: 'announceTimeout',
  delayReq: 'delayTimeout',
  pdelayReq: 'delayTimeout',
  announce: 'masterAnnounceTimeout',
  sync: 'masterSyncTimeout',
  qualification: 'qualificationTimeout',
};

const countedDiscards: Readonly<Record<string, keyof ServiceCounts>> = {
  followUpMissing: 'syncMismatch',
  syncMissing: 'followUpMismatch',
  staleFollowUp: 'followUpMismatch',
};

export class ServiceCounter {
  readonly #counts = new Map<PortIndex, ServiceCounts>();
  readonly #timers: ReadonlyMap<string, readonly [PortIndex, keyof ServiceCounts]>;

  constructor(ports: readonly PortIndex[]) {
    this.#timers = new Map(
      ports.flatMap((port) =>
        Object.entries(timersOf({ port })).flatMap(([name, timer]) => {
          const count = countedTimers[name];
          return count === undefined ? [] : [[timer, [port, count]] as const];
        }),
      ),
    );
  }

  /** One step of the clock. */
  note(input: Input, outputs: readonly Output[]): void {
    const timer = input.kind === 'timer' ? this.#timers.get(input.timer) : undefined;
    if (timer !== undefined) this.#add(...timer);
    for (const output of outputs) {
      const count = output.kind === 'discarded' ? countedDiscards[output.reason] : undefined;
      if (output.kind === 'discarded' && count !== undefined) this.#add(output.port, count);
    }
  }

  of(port: PortIndex): ServiceCounts {
    return this.#counts.get(port) ?? none;
  }

  #add(port: PortIndex, name: keyof ServiceCounts): void {
    const counts = this.of(port);
    this.#counts.set(port, { ...counts, [name]: counts[name] + 1 });
  }
}
