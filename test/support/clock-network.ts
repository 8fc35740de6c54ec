/**
 * Boundary clocks joined by cables, under virtual time: each has an oscillator of its own, a cable has a delay. What the
 * clocks are off by is measured against the truth.
 */
import { Clock, type ClockSettings } from '../../src/core/instance/clock.js';
import type { ClockChange } from '../../src/core/instance/clock-data-sets.js';
import type { DelayMechanism } from '../../src/core/datasets/data-sets.js';
import type { Input, Output, PeerAddress } from '../../src/core/io.js';
import { defaultProfile } from '../../src/core/profile/default.js';
import type { UntilLocked } from '../../src/core/profile/profile.js';
import { defaultServoSettings } from '../../src/core/servo/servo.js';
import { clockIdentity } from '../../src/core/time/identity.js';
import { instantFromNs, type Instant } from '../../src/core/time/instant.js';
import { timeIntervalFromNs, unitsPerNs } from '../../src/core/time/time-interval.js';
import {
  Flag,
  isEventMessage,
  isPeerDelayMessageType,
  type MessageType,
} from '../../src/core/wire/header.js';
import { decode, encode, type Message } from '../../src/core/wire/message.js';
import { seededRandom } from './random.js';

export interface ClockOptions {
  readonly ports: number;
  readonly priority1?: number;
  readonly clockClass?: number;
  readonly slaveOnly?: boolean;
  readonly masterOnly?: boolean;
  readonly pathTrace?: boolean;
  readonly delayMechanism?: DelayMechanism;
  /** As configured; the cables have none. */
  readonly delayAsymmetryNs?: number;
  /** Of the oscillator, 1e-6 is 1 ppm. */
  readonly rateOffset?: number;
  readonly offsetNs?: number;
  readonly sdoId?: number;
  /** 8 a second unless set; Delay_Req as often. */
  readonly logSyncInterval?: number;
  readonly measurement?: ClockSettings['measurement'];
  readonly untilLocked?: UntilLocked;
}

interface End {
  readonly clock: SimulatedClock;
  readonly port: number;
}

export interface Cable {
  readonly ends: readonly [End, End];
  up: boolean;
  /** Messages of these types are lost on it. */
  lost: readonly MessageType[];
  /** Messages of these types take so much longer on it, nanoseconds. */
  late: { readonly [Type in MessageType]?: number };
  /** What arrives instead of a message. */
  altered: (message: Message) => Message;
  /** True: twoStepFlag is clear in all messages, as senders have it that do not know the flag. */
  clearsTwoStepFlag: boolean;
}

const cableDelayNs = 500;
const source: PeerAddress & { kind: 'unicast' } = { kind: 'unicast', mac: '02:00:00:00:00:01' };
/** Virtual time begins here, so that no clock reads less than nothing. */
const startNs = 1_000_000_000_000_000;

export class SimulatedClock {
  readonly clock: Clock;
  readonly discards = new Map<string, number>();
  readonly timers = new Map<string, symbol>();
  readonly blocked = new Set<number>();
  /** Its time stamps of messages of these types are lost, those of receipt and those of transmission. */
  lostTimestamps: readonly MessageType[] = [];
  /** Its counter has been set forward by so much since. */
  setByNs = 0;

  constructor(
    readonly options: ClockOptions,
    identity: bigint,
    random: () => number,
  ) {
    this.clock = new Clock(settingsOf(options, identity, random));
  }

  /** What the counter of the time stamps reads. */
  rawAt(nowNs: number): Instant {
    const { rateOffset = 0, offsetNs = 0 } = this.options;
    const elapsedNs = nowNs * (1 + rateOffset);
    return (instantFromNs(BigInt(startNs + offsetNs + this.setByNs)) +
      BigInt(Math.round(elapsedNs * Number(unitsPerNs)))) as Instant;
  }

  states(): readonly string[] {
    return this.clock.state().ports.map(({ portState }) => portState);
  }
}

function settingsOf(options: ClockOptions, identity: bigint, random: () => number): ClockSettings {
  const { slaveOnly = false } = options;
  return {
    profile: defaultProfile,
    defaultDS: {
      clockIdentity: clockIdentity(identity),
      numberPorts: options.ports,
      clockQuality: {
        clockClass: options.clockClass ?? (slaveOnly ? 255 : 248),
        clockAccuracy: 0xfe,
        offsetScaledLogVariance: 0xffff,
      },
      priority1: options.priority1 ?? 128,
      priority2: 128,
      domainNumber: 0,
      sdoId: options.sdoId ?? 0,
      slaveOnly,
    },
    ports: Array.from({ length: options.ports }, (_, port) => ({
      port,
      logAnnounceInterval: 0,
      announceReceiptTimeout: 3,
      logSyncInterval: options.logSyncInterval ?? -3,
      logMinDelayReqInterval: options.logSyncInterval ?? -3,
      masterOnly: options.masterOnly ?? false,
      transport: 'l2',
      delayMechanism: options.delayMechanism ?? 'e2e',
      logMinPdelayReqInterval: -2,
      delayAsymmetry: timeIntervalFromNs(options.delayAsymmetryNs ?? 0),
    })),
    pathTrace: options.pathTrace ?? false,
    servo: defaultServoSettings,
    ...(options.measurement && { measurement: options.measurement }),
    ...(options.untilLocked && { untilLocked: options.untilLocked }),
    random,
  };
}

function typeOf(message: Uint8Array): MessageType | undefined {
  const decoded = decode(message);
  return decoded.ok ? decoded.message.messageType : undefined;
}

export class ClockNetwork {
  readonly clocks: SimulatedClock[] = [];
  readonly #random: () => number;
  readonly #cables: Cable[] = [];
  /** In the order of their times. */
  readonly #events: { readonly at: number; readonly run: () => void }[] = [];
  #now = 0;

  constructor(seed = 1) {
    this.#random = seededRandom(seed);
  }

  add(options: ClockOptions): SimulatedClock {
    const clock = new SimulatedClock(options, BigInt(this.clocks.length + 1), this.#random);
    this.clocks.push(clock);
    return clock;
  }

  connect(a: SimulatedClock, aPort: number, b: SimulatedClock, bPort: number): Cable {
    const ends = [
      { clock: a, port: aPort },
      { clock: b, port: bPort },
    ] as const;
    const cable: Cable = {
      ...{ ends, up: false, lost: [], late: {}, clearsTwoStepFlag: false },
      altered: (message) => message,
    };
    this.#cables.push(cable);
    this.setLink(cable, true);
    return cable;
  }

  setLink(cable: Cable, up: boolean): void {
    cable.up = up;
    for (const { clock, port } of cable.ends) this.#step(clock, { kind: 'link', port, up });
  }

  /** Spanning tree lets nothing but peer delay pass that port, or all again. */
  setBlocked(clock: SimulatedClock, port: number, blocked: boolean): void {
    if (blocked) clock.blocked.add(port);
    else clock.blocked.delete(port);
    this.#step(clock, { kind: 'link', port, up: true, ...(blocked && { blocked }) });
  }

  reconfigure(clock: SimulatedClock, change: ClockChange): void {
    for (const output of clock.clock.reconfigure(change)) this.#perform(clock, output);
  }

  /** How far a clock is ahead of another, by their own reckoning. */
  offsetNs(of: SimulatedClock, from: SimulatedClock): number {
    const time = (clock: SimulatedClock) => clock.clock.timeAt(clock.rawAt(this.#now));
    return Number(time(of) - time(from)) / Number(unitsPerNs);
  }

  run(seconds: number): void {
    const end = this.#now + seconds * 1e9;
    for (;;) {
      const [next] = this.#events;
      if (next === undefined || next.at > end) break;
      this.#events.shift();
      this.#now = next.at;
      next.run();
    }
    this.#now = end;
  }

  #step(clock: SimulatedClock, input: Input): void {
    for (const output of clock.clock.step(input)) this.#perform(clock, output);
  }

  #perform(clock: SimulatedClock, output: Output): void {
    switch (output.kind) {
      case 'sendEvent': {
        const { port, context } = output;
        const egressTimestamp = clock.rawAt(this.#now);
        const type = typeOf(output.message);
        const isLost = type !== undefined && clock.lostTimestamps.includes(type);
        this.#after(1000, () => {
          this.#step(
            clock,
            isLost
              ? { kind: 'transmitTimestampLost', port, context }
              : { kind: 'transmitTimestamp', port, context, egressTimestamp },
          );
        });
        this.#send(clock, output.port, output.message);
        return;
      }
      case 'sendGeneral':
        this.#send(clock, output.port, output.message);
        return;
      case 'setTimer': {
        const { timer, after } = output;
        const id = Symbol(timer);
        clock.timers.set(timer, id);
        this.#after(after, () => {
          if (clock.timers.get(timer) === id) this.#step(clock, { kind: 'timer', timer });
        });
        return;
      }
      case 'cancelTimer':
        clock.timers.delete(output.timer);
        return;
      case 'discarded':
        clock.discards.set(output.reason, (clock.discards.get(output.reason) ?? 0) + 1);
        return;
      default:
        return;
    }
  }

  #send(from: SimulatedClock, fromPort: number, message: Uint8Array): void {
    for (const cable of this.#cables) {
      const at = cable.ends.findIndex(({ clock, port }) => clock === from && port === fromPort);
      const to = cable.ends[1 - at];
      if (at === -1 || to === undefined) continue;
      const decoded = decode(message);
      if (decoded.ok && cable.lost.includes(decoded.message.messageType)) continue;
      const isBlocked = from.blocked.has(fromPort) || to.clock.blocked.has(to.port);
      if (isBlocked && !(decoded.ok && isPeerDelayMessageType(decoded.message.messageType))) {
        continue;
      }
      const event =
        decoded.ok &&
        isEventMessage(decoded.message.messageType) &&
        !to.clock.lostTimestamps.includes(decoded.message.messageType);
      const arriving = decoded.ok
        ? encode(cable.altered(decoded.message))
        : Uint8Array.from(message);
      if (cable.clearsTwoStepFlag) arriving[6] = (arriving[6] ?? 0) & ~(Flag.twoStep >> 8);
      const lateNs = decoded.ok ? (cable.late[decoded.message.messageType] ?? 0) : 0;
      this.#after(cableDelayNs + lateNs, () => {
        if (!cable.up) return;
        this.#step(to.clock, {
          kind: 'message',
          port: to.port,
          message: arriving,
          source,
          toUnicast: false,
          ...(event && { ingressTimestamp: to.clock.rawAt(this.#now) }),
        });
      });
    }
  }

  #after(delayNs: number, run: () => void): void {
    const at = this.#now + delayNs;
    const before = this.#events.findLastIndex((event) => event.at <= at);
    this.#events.splice(before + 1, 0, { at, run });
  }
}
