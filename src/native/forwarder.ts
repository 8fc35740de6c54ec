/**
 * The engine's forwarding code by itself (addon/dataplane/forwarder.h), without sockets, thread or clock: frames, time
 * stamps and time are handed in, what is to be sent comes back. `now` is any monotonic time in nanoseconds, a fraction
 * is cut off. Every method throws TypeError with code ERR_ARGUMENT for an argument out of its range.
 */
import type {
  ClockAdjustment,
  AdjustableClockReading,
  Counters,
  EngineLimits,
  Policy,
  PortClock,
  PortOptions,
} from './data-plane.js';

/** Bounds of the forwarder's tables; one that is left out is the engine's (addon/dataplane/limits.h). */
export interface ForwarderLimits extends EngineLimits {
  readonly exchangeLifetimeNs?: number;
  readonly heldLifetimeNs?: number;
  readonly inFlight?: number;
  readonly transmitTimestampTimeoutNs?: number;
  readonly queuedEvents?: number;
  readonly addressAgeingNs?: number;
}

export interface ForwarderOptions {
  /** 1 to 32. */
  readonly ports: number;
  /** Salts the tables: 0 to 2^32-1. */
  readonly seed: number;
  readonly limits?: ForwarderLimits;
}

export interface ForwarderPortSettings extends Omit<PortOptions, 'interface'> {
  /** Transmit time stamps that the port's hardware can hold; 0 for no limit. */
  readonly outstandingLimit: number;
}

/** common = commonAnchorNs + (raw - rawAnchorNs) * (1 + rateOffset), for the time stamps of one port. */
export interface ClockRelation {
  readonly rawAnchorNs: bigint;
  readonly commonAnchorNs: bigint;
  readonly rateOffset: number;
  /** Changes when the clock is set: time stamps of two epochs must not be subtracted from each other. */
  readonly epoch: number;
}

/** A hardware clock, read between two readings of the common timebase. */
export interface CrossTimestamp {
  readonly clockNs: bigint;
  /** Midpoint of the two. */
  readonly referenceNs: bigint;
  /** Their distance, whole nanoseconds up to a second. */
  readonly windowNs: number;
}

/** The system clock, and what it is compared with (addon/dataplane/system_timebase.h), at one moment. */
export interface SystemClockReading {
  readonly realtimeNs: bigint;
  readonly monotonicNs: bigint;
  readonly rawNs: bigint;
}

/**
 * How many bytes of `sends` hold what is to be sent. They are valid until the next call; read them with eachSend
 * (records.ts).
 */
export type SendBatchSize = number;

export interface Forwarder {
  readonly sends: Uint8Array;
  /** A frame from the wire; `timestampNs` is its raw receive time stamp, where there is one. */
  receive(
    port: number,
    frame: Uint8Array,
    timestampNs: bigint | undefined,
    now: number,
  ): SendBatchSize;
  /** The raw transmit time stamp of the frame that was sent by that port under that number. */
  transmitTimestamp(port: number, number: number, timestampNs: bigint, now: number): SendBatchSize;
  /** A frame of a clock of this box; with `context` its transmit time stamp comes back as a record. */
  submit(port: number, frame: Uint8Array, context: number | undefined, now: number): SendBatchSize;
  /** Gives up what has waited too long: time stamps, held messages, exchanges. */
  advance(now: number): SendBatchSize;
  /** When `advance` will have something to do. */
  nextDeadline(): number | undefined;
  program(policy: Policy): void;
  /** Makes a link record as well. */
  setLink(port: number, up: boolean): void;
  relate(port: number, relation: ClockRelation): void;
  /**
   * One reading of the port's own hardware clock, from which the forwarder relates it to the common timebase; returns
   * the relation.
   */
  crossTimestamp(port: number, reading: CrossTimestamp): PortClock;
  /** The clock as it follows from those readings; null while it is not related. */
  readClock(port: number): AdjustableClockReading | null;
  /** The port's time stamps are of the system clock: they are converted to the timebase by its readings. */
  attachSystemClock(port: number): void;
  readSystemClock(reading: SystemClockReading): void;
  /** The port's own hardware clock has just been adjusted, at that time of the common timebase. */
  clockAdjusted(port: number, referenceNs: bigint, adjustment: ClockAdjustment): void;
  configure(port: number, settings: ForwarderPortSettings): void;
  /** Every waiting record, for decodeRecords (records.ts). */
  drain(): Uint8Array;
  counters(): Counters;
}
