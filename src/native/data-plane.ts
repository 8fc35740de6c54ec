/**
 * The one interface between TypeScript and the forwarding engine. Whole batches cross it, and no forwarded frame waits
 * for JavaScript. Implemented by the addon (addon.ts) and under virtual time (virtual/virtual-data-plane.ts). Adding a
 * method needs a decision record.
 */

import type { Transport } from '../core/io.js';

export type TimestampingMode = 'hardware' | 'software';

/** The time stamping mode of an interface before the engine set its own: numbers of HWTSTAMP_TX_* and HWTSTAMP_FILTER_*. */
export interface FormerTimestamping {
  readonly interfaceIndex: number;
  readonly transmitType: number;
  readonly receiveFilter: number;
}

/** What an engine has turned off of an interface, as ethtool calls it: what merges received packets. */
export interface FormerOffloads {
  readonly interfaceIndex: number;
  readonly features: readonly string[];
}

/** What was asked of the engine for one port. */
export interface PortOptions {
  readonly interface: string;
  /** Nanoseconds, clause 7.3.4 and 11.6. */
  readonly ingressLatencyNs: number;
  readonly egressLatencyNs: number;
  readonly delayAsymmetryNs: number;
  /** The mode before an engine that was killed: to be restored instead of the mode that it has left. */
  readonly formerTimestamping?: FormerTimestamping | undefined;
  /** What an engine that was killed has left off: to be turned on at the end. */
  readonly formerOffloads?: FormerOffloads | undefined;
  /** What merges received packets of UDP stays as it is; else it is turned off while the port is open. */
  readonly keepMergeOffloads?: boolean;
}

/** Sizes of the engine's tables, for all ports together; one that is left out is the engine's own. */
export interface EngineLimits {
  readonly exchanges?: number;
  readonly heldMessages?: number;
  readonly addresses?: number;
  readonly loopFingerprints?: number;
}

export interface OpenOptions {
  readonly ports: readonly PortOptions[];
  /**
   * `mixed`: hardware time stamps on every port that has them, else software. `auto`: the same, unless only one port of
   * several has them: then software on all. PortInfo has the outcome.
   */
  readonly timestamping: 'auto' | 'mixed' | TimestampingMode;
  readonly limits?: EngineLimits | undefined;
  /** SO_PRIORITY of what is sent, 0 to 15: by it the queues of a port are chosen. 7 (TC_PRIO_CONTROL) unless set. */
  readonly socketPriority?: number | undefined;
  /** Pin the engine thread to this processor. */
  readonly cpu?: number;
  /** Spin instead of sleeping: lowest latency, one whole processor. */
  readonly busyPoll: boolean;
  /**
   * What the common timebase is ahead of CLOCK_MONOTONIC_RAW; what the system clock is when the data plane is opened unless
   * set. Data planes of one machine have one timebase where it is the same.
   */
  readonly timebaseAheadNs?: bigint;
}

/** The properties of a port that is open. */
export interface PortInfo {
  readonly interface: string;
  /** 0 while the interface does not exist. */
  readonly interfaceIndex: number;
  /** "02:00:00:00:00:01"; empty while the interface does not exist. */
  readonly mac: string;
  readonly present: boolean;
  readonly link: boolean;
  readonly timestamping: TimestampingMode;
  /** Why this mode, in words for the operator. */
  readonly timestampingReason: string;
  /** Number of the port's hardware clock (/dev/ptpN), -1 without one. */
  readonly phcIndex: number;
  /** The mode that is restored at the end; null with software time stamps and while the interface does not exist. */
  readonly formerTimestamping: FormerTimestamping | null;
  /** What is turned on again at the end, as ethtool calls it; empty while the interface does not exist. */
  readonly offloadsTurnedOff: readonly string[];
  /** The port's hardware clock; null with software time stamps. */
  readonly clock: PortClock | null;
}

export interface PortClock {
  /** False while the relation is being built, at the start and after somebody moved the clock: corrections are dropped. */
  readonly related: boolean;
  /** Clock minus CLOCK_REALTIME. */
  readonly offsetNs: number;
  /** How much faster than CLOCK_MONOTONIC_RAW it runs. */
  readonly ratePpb: number;
  /** One standard deviation of the cross time stamps around their line. */
  readonly uncertaintyNs: number;
}

/** The hardware clock of a port, or the system clock, CLOCK_REALTIME. */
export type AdjustableClock = number | 'system';

/** What an adjustable clock shows at a time of the common timebase, and how fast it runs. */
export interface AdjustableClockReading {
  /** What it shows, ns since 1970. */
  readonly clockNs: bigint;
  /** When: ns of the timebase common to all ports, which nobody can set or slew (docs/time.md). */
  readonly commonNs: bigint;
  /** Seconds of the clock per second of the common timebase, minus 1. */
  readonly rateOffset: number;
}

export interface ClockAdjustment {
  /** By how much the clock is set forward, nanoseconds. */
  readonly stepNs: bigint;
  /** By how much the clock runs faster from now on than at its present rate, parts per billion. */
  readonly rateChangePpb: number;
}

/**
 * What the engine does with the PTP messages of a domain. `terminate` hands them up as records; `p2p-tc` does so with the
 * peer delay messages.
 */
export type PolicyAction = 'e2e-tc' | 'p2p-tc' | 'terminate' | 'drop';

/** What rules tell messages apart by. */
export interface MessageKey {
  readonly sdoId: number;
  readonly domainNumber: number;
  readonly transport: Transport;
  /** Of the outermost tag as a message comes in; 0: without one. */
  readonly vlanId: number;
  readonly port: number;
}

/** First match wins; a message that no rule matches is dropped and counted (`noPolicy`). */
export interface PolicyRule {
  readonly sdoId: number | 'any';
  readonly domainNumber: number | 'any';
  /** Any unless set. */
  readonly transport?: Transport;
  /** Of the outermost tag as a message comes in, 0 without one; any unless set. */
  readonly vlanId?: number;
  /** One action for every port, or one a port; null: a later rule decides. */
  readonly action: PolicyAction | readonly (PolicyAction | null)[];
}

/** The measured delay of the link at a port by that transport, which a `p2p-tc` adds to the correction of its Syncs. */
export interface PolicyLinkDelay {
  readonly port: number;
  readonly transport: Transport;
  /** Nanoseconds * 2^16. */
  readonly meanLinkDelay: bigint;
}

/** How much faster a domain's grandmaster runs than this box: residence times in the domain are scaled by it. */
export interface PolicyRateRatio {
  readonly sdoId: number;
  readonly domainNumber: number;
  /** rateRatio - 1: grandmaster seconds per local second, minus 1. */
  readonly rateOffset: number;
}

/** What the kernel's bridge has decided for the ports; arrays by port. */
export interface BridgePolicy {
  /** Ports that do not forward neither send nor receive. */
  readonly forwarding: readonly boolean[];
  /** The VLAN of frames without a tag; 0: such frames are dropped. */
  readonly pvid: readonly number[];
  /**
   * Which ports are members of which VLANs, and whether they send their frames without a tag; null: VLANs are not
   * filtered.
   */
  readonly vlans:
    | readonly {
        readonly port: number;
        readonly first: number;
        readonly last: number;
        readonly untagged: boolean;
      }[]
    | null;
  /** Whenever this number changes, learned addresses are forgotten. */
  readonly topologyChanges: number;
  /**
   * Behind which ports 224.0.1.129 is wanted, and FF0x::181 for every scope x from 0 to 15 (3 and up count). To other
   * ports they are forwarded only where they leave with a tag. Absent: they are wanted behind every port.
   */
  readonly wantedGroups?:
    | {
        readonly udp4: readonly boolean[];
        readonly udp6: readonly (readonly boolean[])[];
      }
    | undefined;
}

/** Everything the engine decides by. Replaced as a whole. */
export interface Policy {
  readonly rules: readonly PolicyRule[];
  /** A link that is not listed is not measured: a `p2p-tc` drops the Syncs that come in by it. */
  readonly linkDelays: readonly PolicyLinkDelay[];
  /** A domain that is not listed runs at the rate of this box. */
  readonly rateRatios: readonly PolicyRateRatio[];
  /** Absent: every port forwards, and tags are passed on unchanged. */
  readonly bridge?: BridgePolicy | undefined;
  /** A port by which a forwarded message comes in a second time is isolated for 10 s. */
  readonly loopGuard?: boolean | undefined;
  /**
   * clockIdentity of the clocks of this box: management requests for it, or for every clock, that a transparent clock
   * forwards are also handed up. Absent: they are forwarded only.
   */
  readonly managedClock?: bigint | undefined;
}

/**
 * - `loop`: messages that came in by `otherPort` came in by `port` as well, which is isolated for 10 s.
 * - `isolationOver`: `port` is tried again.
 * - `mergedByOffload`: the host has merged several messages that came in by `port` into one packet.
 * - `answerByOtherPort`: a Delay_Resp came in by `port`, but its Delay_Req had left by `otherPort`.
 * - `secondAnswer`: a Pdelay_Req was answered by `port` after it had been answered by `otherPort`.
 */
export type Notice =
  'loop' | 'isolationOver' | 'mergedByOffload' | 'answerByOtherPort' | 'secondAnswer';

export type EngineRecord =
  /** A frame of a terminated domain, or a management request that passes: the whole Ethernet frame, VLAN tags in place. */
  | {
      readonly kind: 'frame';
      readonly port: number;
      readonly frame: Uint8Array;
      /** Nanoseconds of the timebase common to all ports; 0n where there is none. */
      readonly timestampNs: bigint;
      /** Where the PTP header begins and how long the message is, from the engine's own parse. */
      readonly ptpOffset: number;
      readonly ptpLength: number;
    }
  | {
      readonly kind: 'transmitTimestamp';
      readonly port: number;
      readonly context: number;
      readonly timestampNs: bigint;
    }
  | { readonly kind: 'transmitTimestampLost'; readonly port: number; readonly context: number }
  /**
   * A Sync and its Follow_Up have been forwarded; a transparent clock syntonises to them. At most one in 200 ms for
   * each domain and ingress port.
   */
  | {
      readonly kind: 'syncObserved';
      readonly port: number;
      readonly sdoId: number;
      readonly domainNumber: number;
      /** 10 octets. */
      readonly sourcePortIdentity: Uint8Array;
      readonly sequenceId: number;
      /** Receive time stamp of the Sync, ns of the timebase common to all ports. */
      readonly timestampNs: bigint;
      /** preciseOriginTimestamp of the Follow_Up, ns since 1970. */
      readonly preciseOriginTimestampNs: bigint;
      /** correctionField of Sync and Follow_Up as received, added: nanoseconds * 2^16. */
      readonly correction: bigint;
    }
  /** The link or the interface itself came or went. */
  | {
      readonly kind: 'link';
      readonly port: number;
      readonly present: boolean;
      readonly up: boolean;
    }
  /** Somebody set or slewed the port's hardware clock: its relation is being rebuilt. */
  | { readonly kind: 'clockMoved'; readonly port: number }
  /** Something on the network that whoever runs the switch has to know. */
  | {
      readonly kind: 'notice';
      readonly notice: Notice;
      readonly port: number;
      readonly otherPort: number;
    }
  /** Messages that came in by `port` and that no rule takes: when they are new, and every 10 s while they go on. */
  | (MessageKey & {
      readonly kind: 'unserved';
      /** They are Announce; else of other types. */
      readonly announce: boolean;
      /** How many since they were last told of. */
      readonly messages: number;
    })
  /** An operating error, once per cause: the text names what failed and errno. */
  | { readonly kind: 'portError'; readonly port: number; readonly message: string };

export interface SubmitFrame {
  readonly port: number;
  /** Whole Ethernet frame. */
  readonly frame: Uint8Array;
  /** Present where the transmit time stamp of an event message is wanted; comes back in its record. 0 to 2^32-1. */
  readonly context?: number;
}

/** Names and places of the counters of one port; `values` in Counters is ports.length blocks of `stride` values. */
export interface CounterLayout {
  readonly stride: number;
  /** Counter names in order, dotted: "rx.Sync", "tx.Follow_Up", "drop.badVersion", ... */
  readonly names: readonly string[];
  /** The residence histogram: `buckets` values from index `offset` on; `upperBoundsNs[i]` closes bucket i. */
  readonly residence: {
    readonly offset: number;
    readonly upperBoundsNs: readonly number[];
  };
}

export interface Counters {
  readonly layout: CounterLayout;
  /** Shared with the engine thread: reading it is reading the live counters. */
  readonly values: BigUint64Array;
}

export interface DataPlane {
  /** Replaces the whole policy at once. */
  program(policy: Policy): void;
  /** Calls back when records wait; coalesced: once until the next drain. */
  onReadable(callback: () => void): void;
  /** Takes every waiting record. */
  drain(): EngineRecord[];
  submit(frames: readonly SubmitFrame[]): void;
  /** Ports as they are now. */
  ports(): readonly PortInfo[];
  counters(): Counters;
  /** Null while the clock is not related to the common timebase, and where the port has none; never of `system`. */
  readClock(clock: AdjustableClock): AdjustableClockReading | null;
  /**
   * When it returns, every port whose time stamps are of that hardware clock is related to the common timebase anew; ports
   * of one card may share a clock. Throws an Error whose `code` is ERR_PERMISSION, ERR_TIMESTAMPING or ERR_SYSTEM, and whose
   * message is ready for the user.
   */
  adjustClock(clock: AdjustableClock, adjustment: ClockAdjustment): void;
  /**
   * Test seam: the next `count` transmit time stamps of this port are thrown away on arrival, as a faulty driver would.
   */
  loseTransmitTimestamps(port: number, count: number): void;
  /**
   * How many times the forwarding thread has said that it runs; it is asked once more. Between two calls some time apart the
   * number grows, unless the thread hangs (docs/decisions/0024).
   */
  heartbeat(): number;
  /** Stops the thread, restores the interfaces. Idempotent. */
  close(): void;
}
