/**
 * The data plane under virtual time: the engine's own forwarding code between virtual ports, in place of sockets, thread
 * and clock. Everything happens inside the timeline, so that a run is repeated by its seed.
 */
import type { DurationNs } from '../../core/time/instant.js';
import { createForwarder } from '../addon.js';
import type {
  AdjustableClock,
  ClockAdjustment,
  AdjustableClockReading,
  Counters,
  DataPlane,
  EngineRecord,
  Policy,
  PortClock,
  PortInfo,
  PortOptions,
  SubmitFrame,
} from '../data-plane.js';
import type { Forwarder, ForwarderLimits, SendBatchSize } from '../forwarder.js';
import { decodeRecords, eachSend } from '../records.js';
import { ClockReader, type ClockReadingModel } from './clock-reader.js';
import type { RandomStream } from './random.js';
import type { Spread } from './spread.js';
import type { Planned, Timeline } from './timeline.js';
import { Timestamper, type TimestampingModel } from './timestamper.js';
import type { VirtualClock } from './virtual-clock.js';
import { VirtualPort } from './virtual-port.js';

export interface VirtualPortOptions extends PortOptions {
  readonly mac: string;
  readonly timestamping: TimestampingModel;
  /** How long a frame waits before it leaves: what this device calls its residence time. */
  readonly residence: Spread;
  /**
   * A hardware clock, related as the engine does it, or that of an earlier port; the system clock where there is none.
   */
  readonly hardwareClock?: VirtualClock;
  /** How the hardware clock is read; at the same moment as the timebase unless set. */
  readonly clockReadings?: ClockReadingModel;
}

export interface VirtualDataPlaneOptions {
  readonly timeline: Timeline;
  readonly ports: readonly VirtualPortOptions[];
  /** The system clock, as CLOCK_REALTIME is a computer's. */
  readonly clock: VirtualClock;
  /** The common timebase, of the same oscillator: what the system clock would show, had nobody set or slewed it. */
  readonly timebase: VirtualClock;
  /** Salts the forwarder's tables: 0 to 2^32-1. */
  readonly seed: number;
  readonly random: (port: number, purpose: string) => RandomStream;
}

/** A simulated device sees some hundred messages a second; small tables keep thousands of devices in memory. */
const limits = {
  exchanges: 256,
  heldMessages: 32,
  heldLifetimeNs: 250e6,
  inFlight: 64,
  transmitTimestampTimeoutNs: 100e6,
  queuedEvents: 16,
  addresses: 64,
} satisfies ForwarderLimits;

/** No call makes a deadline that is nearer than this. */
const nearestDeadlineNs = Math.min(limits.heldLifetimeNs, limits.transmitTimestampTimeoutNs);

/** How often the engine reads hardware clocks, and how fresh a reading it wants for a transmit time stamp. */
const clockReadIntervalNs = 20e6;
const clockVerifyIntervalNs = 1e6;

export class VirtualDataPlane implements DataPlane {
  readonly #timeline: Timeline;
  readonly #clock: VirtualClock;
  readonly #timebase: VirtualClock;
  readonly #options: readonly VirtualPortOptions[];
  readonly #ports: readonly VirtualPort[];
  /** Of each port, the first one that has the same hardware clock; -1 where there is none. */
  readonly #clockOwners: readonly number[];
  /** One a hardware clock, by its owner. */
  readonly #clockReaders = new Map<number, ClockReader>();
  readonly #portClocks = new Map<number, PortClock>();
  readonly #forwarder: Forwarder;
  readonly #counters: Counters;
  #callback: (() => void) | undefined;
  /** Records may come before `onReadable` has set the callback. */
  #waiting = false;
  #deadline: Planned | undefined;
  #clocksReadAt = -Infinity;
  readonly #send = (port: number, frame: Uint8Array, number: number | undefined): void => {
    this.port(port).send(frame, number);
  };
  #heartbeats = 0;
  #closed = false;

  constructor({ timeline, ports, clock, timebase, seed, random }: VirtualDataPlaneOptions) {
    this.#timeline = timeline;
    this.#clock = clock;
    this.#timebase = timebase;
    this.#options = ports;
    this.#clockOwners = ports.map(({ hardwareClock: clock }) =>
      clock === undefined ? -1 : ports.findIndex(({ hardwareClock }) => hardwareClock === clock),
    );
    this.#forwarder = createForwarder({ ports: ports.length, seed, limits }, () => {
      this.#waiting = true;
      this.#wake();
    });
    this.#counters = this.#forwarder.counters();
    this.#ports = ports.map((options, port) => {
      const { timestamping, hardwareClock } = options;
      const { ingressLatencyNs, egressLatencyNs, delayAsymmetryNs } = options;
      if (hardwareClock !== undefined && this.#clockOwners[port] === port) {
        const readings = options.clockReadings ?? {};
        const reader = new ClockReader(readings, hardwareClock, timebase, random(port, 'readings'));
        this.#clockReaders.set(port, reader);
      }
      if (hardwareClock === undefined) this.#forwarder.attachSystemClock(port);
      const outstandingLimit = timestamping.outstandingLimit ?? 0;
      this.#forwarder.configure(port, {
        ...{ ingressLatencyNs, egressLatencyNs, delayAsymmetryNs },
        outstandingLimit,
      });
      this.#forwarder.setLink(port, false);
      const timestamper = new Timestamper(
        timestamping,
        hardwareClock ?? clock,
        random(port, 'time stamps'),
      );
      const { residence } = options;
      return new VirtualPort(timeline, timestamper, residence, random(port, 'residence'), {
        received: (frame, timestampNs) => {
          if (hardwareClock === undefined) this.#readSystemClock();
          this.#perform((forwarder, now) => forwarder.receive(port, frame, timestampNs, now));
        },
        transmitted: (number, timestampNs) => {
          if (hardwareClock === undefined) this.#readSystemClock();
          this.#readClocks(clockVerifyIntervalNs);
          this.#perform((forwarder, now) =>
            forwarder.transmitTimestamp(port, number, timestampNs, now),
          );
        },
        linkChanged: (up) => {
          if (!this.#closed) this.#forwarder.setLink(port, up);
        },
      });
    });
    this.#readSystemClock();
    clock.onStep(() => {
      this.#readSystemClock();
    });
    if (this.#clockReaders.size > 0) this.#followClocks();
  }

  /** The port into which a cable is plugged. Throws RangeError where there is no such port. */
  port(index: number): VirtualPort {
    const port = this.#ports[index];
    if (port === undefined) throw new RangeError(`port ${index} of ${this.#ports.length}`);
    return port;
  }

  /** Time and timers on this device's own oscillator; a TimerClock for the daemon's Timers. */
  get timerClock() {
    const timeline = this.#timeline;
    const { oscillator } = this.#clock;
    return {
      now: (): DurationNs => (timeline.now + oscillator.deviationNs()) as DurationNs,
      wakeAfter: (delay: DurationNs, wake: () => void): (() => void) => {
        // A nanosecond late rather than early by a rounding error: it would find nothing due.
        const planned = timeline.after(oscillator.trueDuration(delay) + 1, wake);
        return () => {
          planned.cancel();
        };
      },
    };
  }

  program(policy: Policy): void {
    this.#open().program(policy);
  }

  onReadable(callback: () => void): void {
    this.#callback = callback;
    if (this.#waiting) this.#wake();
  }

  drain(): EngineRecord[] {
    this.#waiting = false;
    return decodeRecords(this.#open().drain());
  }

  submit(frames: readonly SubmitFrame[]): void {
    this.#open();
    for (const { port, frame, context } of frames) {
      this.#perform((forwarder, now) => forwarder.submit(port, frame, context, now));
    }
  }

  ports(): readonly PortInfo[] {
    this.#open();
    return this.#options.map(({ interface: name, mac, hardwareClock }, port) => ({
      interface: name,
      interfaceIndex: port + 1,
      mac,
      present: true,
      link: this.port(port).link,
      timestamping: hardwareClock === undefined ? 'software' : 'hardware',
      timestampingReason:
        hardwareClock === undefined ? 'every port has the one clock' : 'every clock is related',
      phcIndex: this.#clockOwners[port] ?? -1,
      formerTimestamping: null,
      offloadsTurnedOff: [],
      clock: this.#portClock(port),
    }));
  }

  #portClock(port: number): PortClock | null {
    const clock = this.#portClocks.get(port);
    if (clock === undefined) return null;
    const systemAheadNs = this.#clock.deviationNs() - this.#timebase.deviationNs();
    return { ...clock, offsetNs: clock.offsetNs - systemAheadNs };
  }

  counters(): Counters {
    this.#open();
    return this.#counters;
  }

  readClock(clock: AdjustableClock): AdjustableClockReading | null {
    const forwarder = this.#open();
    if (clock === 'system') {
      const rateOffset = this.#clock.slewRate;
      return { clockNs: this.#clock.read(1, 0), commonNs: this.#timebase.read(1, 0), rateOffset };
    }
    return this.#options[clock]?.hardwareClock === undefined ? null : forwarder.readClock(clock);
  }

  adjustClock(clock: AdjustableClock, adjustment: ClockAdjustment): void {
    const forwarder = this.#open();
    if (clock === 'system') {
      adjust(this.#clock, adjustment);
      return;
    }
    const { hardwareClock, interface: name } = this.#options[clock] ?? {};
    if (hardwareClock === undefined) {
      const message = `${name}: without hardware time stamps it has no clock to steer; use clock: virtual`;
      throw Object.assign(new Error(message), { code: 'ERR_TIMESTAMPING' });
    }
    adjust(hardwareClock, adjustment);
    const now = this.#timebase.read(1, 0);
    for (const [port, owner] of this.#clockOwners.entries()) {
      if (owner === this.#clockOwners[clock]) forwarder.clockAdjusted(port, now, adjustment);
    }
  }

  loseTransmitTimestamps(port: number, count: number): void {
    this.#open();
    this.port(port).timestamper.lose(count);
  }

  /** Without a thread there is none that could hang. */
  heartbeat(): number {
    this.#open();
    this.#heartbeats += 1;
    return this.#heartbeats;
  }

  close(): void {
    this.#closed = true;
    this.#deadline?.cancel();
  }

  /** Throws Error with code ERR_CLOSED after close. */
  #open(): Forwarder {
    if (this.#closed) {
      throw Object.assign(new Error('the data plane is closed'), { code: 'ERR_CLOSED' });
    }
    return this.#forwarder;
  }

  /** Calls back later, as the engine's thread would, never from within the call that made the record. */
  #wake(): void {
    const callback = this.#callback;
    if (callback === undefined) return;
    this.#timeline.after(0, () => {
      if (!this.#closed && this.#waiting) callback();
    });
  }

  #perform(call: (forwarder: Forwarder, now: number) => SendBatchSize): void {
    if (this.#closed) return;
    const size = call(this.#forwarder, this.#timeline.now);
    eachSend(this.#forwarder.sends, size, this.#send);
    this.#awaitDeadline();
  }

  #awaitDeadline(): void {
    const { now } = this.#timeline;
    const awaited = this.#deadline?.at ?? Infinity;
    if (awaited <= now + nearestDeadlineNs) return;
    const deadline = this.#forwarder.nextDeadline() ?? Infinity;
    if (awaited <= deadline) return;
    this.#deadline?.cancel();
    this.#deadline = this.#timeline.at(Math.max(deadline, now), () => {
      this.#deadline = undefined;
      this.#perform((forwarder, now) => forwarder.advance(now));
    });
  }

  /** As the engine does for the time stamps that it has just read, and when the system clock was set. */
  #readSystemClock(): void {
    if (this.#closed) return;
    const realtimeNs = this.#clock.read(1, 0);
    this.#forwarder.readSystemClock({
      realtimeNs,
      monotonicNs: realtimeNs - BigInt(this.#clock.steppedNs),
      rawNs: this.#timebase.read(1, 0),
    });
  }

  #followClocks(): void {
    if (this.#closed) return;
    this.#readClocks(clockReadIntervalNs);
    this.#timeline.after(clockReadIntervalNs, () => {
      this.#followClocks();
    });
  }

  /** Reads the hardware clocks that were not read within the last `freshNs`. */
  #readClocks(freshNs: number): void {
    if (this.#closed || this.#timeline.now - this.#clocksReadAt < freshNs) return;
    this.#clocksReadAt = this.#timeline.now;
    for (const [owner, reader] of this.#clockReaders) {
      const reading = reader.read();
      for (const [port, its] of this.#clockOwners.entries()) {
        if (its !== owner) continue;
        this.#portClocks.set(port, this.#forwarder.crossTimestamp(port, reading));
      }
    }
  }
}

function adjust(clock: VirtualClock, { stepNs, rateChangePpb }: ClockAdjustment): void {
  if (rateChangePpb !== 0) clock.slew(rateChangePpb);
  if (stepNs !== 0n) clock.step(Number(stepNs));
}
