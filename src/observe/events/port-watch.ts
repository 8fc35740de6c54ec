/** What is worth telling of the ports, whatever runs on them: links, time stamps, pools, peer delay. */
import { transports } from '../../core/io.js';
import { counterOf, type PortSnapshot, type Snapshot } from '../snapshot.js';
import type { Thresholds } from '../thresholds.js';
import type { EventKind } from './catalogue.js';
import type { Changes } from './changes.js';
import type { Condition, Conditions } from './conditions.js';
import { ofInterface, type EventDraft } from './event.js';
import type { Growth } from './growth.js';
import { inWords } from './nanoseconds.js';

/** Counts that are not to grow, and what it means when they do. */
interface WatchedCount {
  readonly kind: EventKind;
  readonly counter: string;
  /** So many within 10 s are told of. */
  readonly from: number;
  readonly text: string;
  readonly remedy: string;
}

const poolRemedy =
  'see stats for what comes in by it; limits: of the configuration gives every port more';

const watchedCounts: readonly WatchedCount[] = [
  {
    kind: 'transmit-timestamps-missing',
    counter: 'timestamp.transmitMissing',
    from: 2,
    text: 'transmit time stamps are missing: what they belong to is not corrected, and dropped',
    remedy: 'see doctor for the driver; timestamping: software does without it',
  },
  {
    kind: 'receive-timestamps-missing',
    counter: 'timestamp.receiveMissing',
    from: 2,
    text: 'messages come in without a time stamp, and are dropped',
    remedy: 'see doctor for the driver; timestamping: software does without it',
  },
  ...(
    [
      ['drop.heldFull', 'no room for general messages that wait for a time stamp'],
      ['drop.eventQueueFull', 'no room for event messages that wait to be sent'],
      ['timestamp.inFlightFull', 'too many messages wait for their transmit time stamps'],
      ['table.exchangesEvicted', 'more event messages come in than are remembered'],
      ['table.addressesEvicted', 'more addresses are heard than are remembered'],
    ] as const
  ).map(([counter, text]) => ({
    ...{ kind: 'pool-spent' as const, counter, from: 1 },
    text: `its share is spent (${counter}): ${text}`,
    remedy: poolRemedy,
  })),
  {
    kind: 'records-lost',
    counter: 'drop.recordsFull',
    from: 1,
    text: 'messages for the clocks of this box are lost: more come in than they take',
    remedy: 'see stats for what floods the port; give the process more of a processor',
  },
  {
    kind: 'records-lost',
    counter: 'drop.receiveRingFull',
    from: 1,
    text: 'frames are lost before they are looked at: more come in than the forwarding thread takes',
    remedy: 'see stats for what floods the port; run with --cpu, on a processor of its own',
  },
];

/** Below it a residence is not found in the histogram. */
const jumpUnlessSetNs = { hardware: 1e3, software: 100e3 } as const;
/** A link that was pulled takes some time stamps with it. */
const afterLinkChangeNs = 5e9;

interface LinkDelayMemory {
  readonly ns: number;
  /** A value that is far off, until the next one confirms it. */
  readonly doubtfulNs?: number;
}

export class PortWatch {
  readonly #conditions: Conditions;
  readonly #changes: Changes;
  readonly #growth: Growth;
  readonly #haveBeenUp = new Set<string>();
  readonly #linkChangedNs = new Map<string, number>();
  readonly #linkDelays = new Map<string, LinkDelayMemory>();

  constructor(conditions: Conditions, changes: Changes, growth: Growth) {
    this.#conditions = conditions;
    this.#changes = changes;
    this.#growth = growth;
  }

  look(now: Snapshot, thresholds: Thresholds): EventDraft[] {
    return now.ports.flatMap((port, index) => [
      ...this.link(port.interface, port.link, now),
      ...this.#mode(port, now),
      ...this.#counts(port, index, now),
      ...this.#residence(port, index, now, thresholds),
      ...this.#isolation(port, now),
      ...this.#answers(port, now),
      ...this.#delays(port, now, thresholds),
    ]);
  }

  /** As it is now; told at once. */
  link(name: string, link: PortSnapshot['link'], now: Pick<Snapshot, 'monotonicNs' | 'unixMs'>) {
    const subject = ofInterface(name);
    const down = { kind: 'link-changed', subject } as const;
    const absent = { kind: 'interface-absent', subject } as const;
    if (link !== 'up') this.#linkChangedNs.set(name, now.monotonicNs);
    const isFirst = !this.#haveBeenUp.has(name);
    if (link === 'up') {
      this.#haveBeenUp.add(name);
      const ended = [
        ...this.#conditions.release(absent, now),
        ...this.#conditions.release(down, now),
      ];
      const begins = isFirst && this.#linkChangedNs.has(name);
      return begins ? [...ended, firstUp(name, now)] : ended;
    }
    // That nothing was ever plugged in is no news.
    if (isFirst) return [];
    const drafts = link === 'absent' ? [] : this.#conditions.release(absent, now);
    if (link === 'down' || this.#conditions.isRaised(down)) {
      drafts.push(...this.#conditions.hold({ ...down, ...linkDown }, now));
    }
    if (link === 'absent') {
      drafts.push(...this.#conditions.hold({ ...absent, ...noInterface }, now));
    }
    return drafts;
  }

  #mode({ interface: name, link, timestamping, timestampingReason }: PortSnapshot, now: Snapshot) {
    const value = { kind: 'timestamping-mode-changed', subject: ofInterface(name) } as const;
    if (link === 'absent') {
      this.#changes.keep(value, now);
      return [];
    }
    return this.#changes.look(
      { ...value, value: timestamping },
      (from, to) => ({
        text: `${to} time stamps in place of ${from} ones: ${timestampingReason}`,
        remedy: to === 'software' ? 'see doctor for what the interface can do' : null,
      }),
      now,
    );
  }

  #counts({ interface: name }: PortSnapshot, index: number, now: Snapshot): EventDraft[] {
    const { monotonicNs } = now;
    const sinceChange = monotonicNs - (this.#linkChangedNs.get(name) ?? -Infinity);
    return watchedCounts.flatMap(({ kind, counter, from, text, remedy }) => {
      const value = counterOf(now.counters, index, counter);
      const key = `${name}/${counter}`;
      const grown = this.#growth.of(key, value, monotonicNs);
      const condition = { kind, subject: ofInterface(name), detail: counter };
      if (this.#conditions.isRaised(condition) ? grown === 0 : grown < from) return [];
      if (kind === 'transmit-timestamps-missing' && sinceChange < afterLinkChangeNs) {
        this.#growth.forgive(key);
        return [];
      }
      const told = { from: null, to: `${grown} in 10 s`, text, remedy };
      return this.#conditions.hold({ ...condition, ...told }, now);
    });
  }

  #residence(
    { interface: name }: PortSnapshot,
    index: number,
    now: Snapshot,
    { residenceNs }: Thresholds,
  ): EventDraft[] {
    if (residenceNs === undefined) return [];
    const { values, stride, residence } = now.counters;
    // Bucket i ends with upperBoundsNs[i]: those above the one that holds the threshold are beyond it for sure.
    const first = residence.upperBoundsNs.findIndex((bound) => bound >= residenceNs) + 1;
    if (first === 0) return [];
    const begin = index * stride + residence.offset;
    const beyond = values
      .subarray(begin + first, begin + residence.upperBoundsNs.length)
      .reduce((sum, count) => sum + count, 0);
    const grown = this.#growth.of(`${name}/residence`, beyond, now.monotonicNs);
    if (grown === 0) return [];
    const told: Condition = {
      ...{ kind: 'residence-beyond-threshold', subject: ofInterface(name) },
      ...{ from: null, to: `${grown} messages in 10 s` },
      text: `event messages stay in the switch for longer than ${inWords(residenceNs)} before they leave by it`,
      remedy: 'see doctor for the processor and for what else is sent by the port',
    };
    return this.#conditions.hold(told, now);
  }

  #isolation({ interface: name, isolatedWith }: PortSnapshot, now: Snapshot): EventDraft[] {
    return isolatedWith === null ? [] : this.#conditions.hold(loopOf(name, isolatedWith), now);
  }

  #answers({ interface: name, linkDelays }: PortSnapshot, now: Snapshot): EventDraft[] {
    return linkDelays
      .filter(({ state }) => state === 'multipleResponders')
      .flatMap(({ transport, description }) =>
        this.#conditions.hold(
          {
            ...{ kind: 'several-answers', subject: ofInterface(name), detail: transport },
            ...{ from: null, to: transport, text: `${transport}: ${description}` },
            remedy: 'put a transparent clock of type p2p-tc in place of a switch without PTP',
          },
          now,
        ),
      );
  }

  #delays(port: PortSnapshot, now: Snapshot, thresholds: Thresholds): EventDraft[] {
    const { interface: name, timestamping } = port;
    const jumpNs = thresholds.delayJumpNs ?? jumpUnlessSetNs[timestamping];
    // What comes after another neighbour, or the same one by another cable, is no jump.
    if (port.link !== 'up') {
      for (const transport of transports) this.#linkDelays.delete(`${name}/${transport}`);
      return [];
    }
    return port.linkDelays.flatMap(({ transport, meanLinkDelayNs: ns }) => {
      const key = `${name}/${transport}`;
      if (ns === null) return [];
      return [
        ...this.#jump(key, name, ns, jumpNs, now),
        ...this.#beyond(name, transport, ns, now, thresholds),
      ];
    });
  }

  #jump(key: string, name: string, ns: number, jumpNs: number, now: Snapshot): EventDraft[] {
    const { ns: before = ns, doubtfulNs } = this.#linkDelays.get(key) ?? {};
    if (Math.abs(ns - before) <= jumpNs) {
      // Follows what drifts.
      this.#linkDelays.set(key, { ns: before + (ns - before) / 8 });
      return [];
    }
    const isConfirmed = doubtfulNs !== undefined && Math.abs(ns - doubtfulNs) <= jumpNs;
    this.#linkDelays.set(key, isConfirmed ? { ns } : { ns: before, doubtfulNs: ns });
    if (!isConfirmed) return [];
    return [
      {
        ...{ kind: 'link-delay-jumped', state: 'once', ...ofInterface(name) },
        ...{ atMs: now.unixMs, sinceMs: now.unixMs, from: inWords(before), to: inWords(ns) },
        text: `the delay of its link has changed by ${inWords(ns - before)}`,
        remedy: 'see whether a cable or a device on the link was changed',
      },
    ];
  }

  #beyond(name: string, detail: string, ns: number, now: Snapshot, { delayNs }: Thresholds) {
    if (delayNs === undefined || ns <= delayNs) return [];
    return this.#conditions.hold(
      {
        ...{ kind: 'delay-beyond-threshold', subject: ofInterface(name), detail },
        ...{ from: inWords(delayNs), to: inWords(ns) },
        text: `the delay of its link is beyond ${inWords(delayNs)}`,
        remedy:
          'see whether there is a device without PTP on the link; monitor: {delay} sets the threshold',
      },
      now,
    );
  }
}

const linkDown = {
  ...{ from: 'up', to: 'down', remedy: null },
  text: 'the link is down: forwarding begins when it comes up',
};

const noInterface = {
  ...{ from: 'up', to: 'absent', remedy: null },
  text: 'there is no such interface now: forwarding begins when it is back',
};

function firstUp(name: string, { unixMs }: Pick<Snapshot, 'unixMs'>): EventDraft {
  return {
    ...{ kind: 'link-changed', state: 'once', severity: 'info', ...ofInterface(name) },
    ...{ atMs: unixMs, sinceMs: unixMs, from: 'down', to: 'up', remedy: null },
    text: 'the link is up: forwarding',
  };
}

/** What has come in by `other` has come round to the port. */
export function loopOf(name: string, other: string): Condition {
  return {
    ...{ kind: 'loop-found', subject: ofInterface(name), from: null, to: other },
    text: `a loop: what comes in by ${other} comes round to it: isolated, and tried again every 10 s`,
    remedy: 'use bridge: {stp: true}, or pull a cable',
  };
}
