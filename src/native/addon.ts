/** Loads the compiled addon and gives it the shape of the DataPlane interface: the only file that touches the .node. */
import bindings from 'bindings';
import type {
  AdjustableClock,
  ClockAdjustment,
  AdjustableClockReading,
  Counters,
  DataPlane,
  EngineRecord,
  OpenOptions,
  Policy,
  PortInfo,
  SubmitFrame,
} from './data-plane.js';
import type { Forwarder, ForwarderOptions } from './forwarder.js';
import type { InterfaceProbe } from './interface-probe.js';
import type { KernelClock, KernelClockChange, KernelClockState } from './kernel-clock.js';
import { decodeRecords } from './records.js';

interface NativeEngine {
  program(policy: Policy): void;
  drain(): Uint8Array;
  submit(frames: readonly SubmitFrame[]): void;
  ports(): readonly PortInfo[];
  counters(): Counters;
  readClock(clock: AdjustableClock): AdjustableClockReading | null;
  adjustClock(clock: AdjustableClock, adjustment: ClockAdjustment): void;
  loseTransmitTimestamps(port: number, count: number): void;
  heartbeat(): number;
  close(): void;
}

interface NativeAddon {
  readonly Engine: new (options: OpenOptions, onReadable: () => void) => NativeEngine;
  readonly Forwarder: new (options: ForwarderOptions, onReadable: () => void) => Forwarder;
  probeInterface(name: string): InterfaceProbe;
  readKernelClock(): KernelClockState;
  changeKernelClock(change: KernelClockChange): void;
  notifyServiceManager(address: string, message: string): void;
}

let loaded: NativeAddon | undefined;

function addon(): NativeAddon {
  loaded ??= bindings('ptp_switch') as NativeAddon;
  return loaded;
}

/** Under load records are read at this interval; a callback for each record would take longer than reading it. */
const readIntervalMs = 1;

class AddonDataPlane implements DataPlane {
  readonly #engine: NativeEngine;
  #callback: (() => void) | undefined;
  /** Records may come before `onReadable` has set the callback. */
  #waiting = false;
  #calledAt = -Infinity;
  #later: NodeJS.Timeout | undefined;
  #counters: Counters | undefined;

  constructor(options: OpenOptions) {
    this.#engine = new (addon().Engine)(options, () => {
      const sinceMs = performance.now() - this.#calledAt;
      if (this.#callback === undefined) this.#waiting = true;
      else if (sinceMs >= readIntervalMs) this.#call();
      else this.#later ??= setTimeout(() => this.#call(), readIntervalMs);
    });
  }

  #call(): void {
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#calledAt = performance.now();
    this.#callback?.();
  }

  program(policy: Policy): void {
    this.#engine.program(policy);
  }

  onReadable(callback: () => void): void {
    this.#callback = callback;
    if (this.#waiting) {
      this.#waiting = false;
      setImmediate(callback);
    }
  }

  drain(): EngineRecord[] {
    return decodeRecords(this.#engine.drain());
  }

  submit(frames: readonly SubmitFrame[]): void {
    this.#engine.submit(frames);
  }

  ports(): readonly PortInfo[] {
    return this.#engine.ports();
  }

  counters(): Counters {
    this.#counters ??= this.#engine.counters();
    return this.#counters;
  }

  readClock(clock: AdjustableClock): AdjustableClockReading | null {
    return this.#engine.readClock(clock);
  }

  adjustClock(clock: AdjustableClock, adjustment: ClockAdjustment): void {
    this.#engine.adjustClock(clock, adjustment);
  }

  loseTransmitTimestamps(port: number, count: number): void {
    this.#engine.loseTransmitTimestamps(port, count);
  }

  heartbeat(): number {
    return this.#engine.heartbeat();
  }

  close(): void {
    this.#engine.close();
    // A callback that is still on its way from the engine's thread would find a closed engine.
    this.#callback = undefined;
    clearTimeout(this.#later);
  }
}

/**
 * Opens the forwarding engine on real interfaces. Throws an Error whose `code` is ERR_PERMISSION, ERR_NO_INTERFACE,
 * ERR_NOT_ETHERNET, ERR_TIMESTAMPING, ERR_PORT_TAKEN, ERR_SYSTEM or ERR_ARGUMENT and whose message is ready for the user.
 */
export function openDataPlane(options: OpenOptions): DataPlane {
  return new AddonDataPlane(options);
}

/**
 * The forwarding code alone. `onReadable` is called, once until the next drain, at the end of the call that made records
 * wait. Throws TypeError with code ERR_ARGUMENT.
 */
export function createForwarder(options: ForwarderOptions, onReadable: () => void): Forwarder {
  return new (addon().Forwarder)(options, onReadable);
}

/** What the kernel reports of an interface; `exists: false` where there is none of that name. */
export function probeInterface(name: string): InterfaceProbe {
  return addon().probeInterface(name);
}

/** This machine's. */
export const kernelClock: KernelClock = {
  read: () => addon().readKernelClock(),
  change: (change) => addon().changeKernelClock(change),
};

/**
 * Sends a message of sd_notify(3), lines of NAME=VALUE, to the socket that NOTIFY_SOCKET names; never waits. Throws an Error
 * with code ERR_SYSTEM and a message for the operator.
 */
export function notifyServiceManager(address: string, message: string): void {
  addon().notifyServiceManager(address, message);
}
