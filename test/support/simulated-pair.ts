/**
 *   time source ---- propagation ---- transparent clock ---- propagation ---- time receiver
 *   (true time)                    residence, its own each way              (true time + offset)
 *
 * Two ordinary clocks under virtual time with all the truth known. The transparent clock corrects as the standard says: the
 * residence of a Sync goes into its Follow_Up, that of a Delay_Req into its Delay_Resp.
 */
import type { Input, Output } from '../../src/core/io.js';
import type { Transmission } from '../../src/core/port/receiving/receiver.js';
import { TimeSource } from '../../src/lab/stations/time-source.js';
import { instantFromNs } from '../../src/core/time/instant.js';
import { sumOf, timeInterval, unitsPerNs } from '../../src/core/time/time-interval.js';
import { formatPortIdentity, type PortIdentity } from '../../src/core/time/identity.js';
import { isEventMessage } from '../../src/core/wire/header.js';
import { decode, encode, type Message } from '../../src/core/wire/message.js';
import {
  receiverAddress,
  receiverSettings,
  sourceAddress,
  sourceSettings,
  TellingReceiver,
  type ToldSample,
} from './ordinary-clocks.js';
import { seededRandom } from './random.js';

export interface Conditions {
  /** How far the receiver's clock is ahead. */
  readonly offsetNs: bigint;
  /** Of each of the two links, the same both ways. */
  readonly propagationNs: bigint;
  /** Of one event message in the transparent clock. */
  readonly residenceNs: (towards: 'receiver' | 'source') => bigint;
  readonly transmission: Transmission;
  /** General messages and transmit time stamps are late by up to this much, so they come in any order. */
  readonly maxLatenessNs: number;
  /** Share of messages and of transmit time stamps that never arrive. */
  readonly loss: number;
  readonly seed: number;
}

export interface Outcome {
  readonly samples: readonly ToldSample[];
  /** By reason, of both clocks. */
  readonly discards: ReadonlyMap<string, number>;
  readonly stage: TellingReceiver['stage'];
}

type End = 'source' | 'receiver';
const otherEnd = { source: 'receiver', receiver: 'source' } as const;
const addresses = { source: sourceAddress, receiver: receiverAddress } as const;

/** Some time in 2026. */
const epochNs = 1_795_373_607_000_000_000n;

class SimulatedPair {
  readonly #conditions: Conditions;
  readonly #random: () => number;
  readonly #clocks: { readonly source: TimeSource; readonly receiver: TellingReceiver };
  readonly #events: { readonly at: bigint; readonly run: () => void }[] = [];
  readonly #timers = new Map<string, symbol>();
  readonly #residences = new Map<string, bigint>();
  readonly samples: ToldSample[] = [];
  readonly discards = new Map<string, number>();
  #now = epochNs;

  constructor(conditions: Conditions) {
    this.#conditions = conditions;
    this.#random = seededRandom(conditions.seed);
    const receiver = {
      ...receiverSettings,
      transmission: conditions.transmission,
      random: this.#random,
    };
    this.#clocks = {
      source: new TimeSource({
        ...sourceSettings,
        logSyncInterval: -3,
        unicastReceivers: conditions.transmission === 'unicast' ? [receiverAddress] : [],
      }),
      receiver: new TellingReceiver(receiver),
    };
  }

  run(seconds: number): void {
    const end = this.#now + BigInt(seconds) * 1_000_000_000n;
    this.#step('receiver', { kind: 'link', port: 0, up: true });
    this.#step('source', { kind: 'link', port: 0, up: true });
    for (;;) {
      this.#events.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
      const next = this.#events.shift();
      if (next === undefined || next.at > end) return;
      this.#now = next.at;
      next.run();
    }
  }

  get stage(): TellingReceiver['stage'] {
    return this.#clocks.receiver.stage;
  }

  #step(end: End, input: Input): void {
    for (const output of this.#clocks[end].step(input)) this.#perform(end, output);
  }

  #perform(end: End, output: Output | ToldSample): void {
    switch (output.kind) {
      case 'sendEvent':
        this.#reportTransmission(end, output.context);
        this.#forward(end, output);
        return;
      case 'sendGeneral':
        this.#forward(end, output);
        return;
      case 'setTimer': {
        const key = `${end} ${output.timer}`;
        const setting = Symbol();
        this.#timers.set(key, setting);
        this.#after(BigInt(Math.round(output.after)), () => {
          if (this.#timers.get(key) !== setting) return;
          this.#step(end, { kind: 'timer', timer: output.timer });
        });
        return;
      }
      case 'cancelTimer':
        this.#timers.delete(`${end} ${output.timer}`);
        return;
      case 'offsetSample':
        this.samples.push(output);
        return;
      case 'linkDelay':
      case 'rateRatio':
        throw new Error(`${output.kind} of an ordinary clock`);
      case 'discarded':
        this.discards.set(output.reason, (this.discards.get(output.reason) ?? 0) + 1);
        return;
    }
  }

  #reportTransmission(end: End, context: number): void {
    const egressTimestamp = this.#timestamp(end);
    const lost = this.#random() < this.#conditions.loss;
    this.#after(this.#lateness(), () => {
      this.#step(
        end,
        lost
          ? { kind: 'transmitTimestampLost', port: 0, context }
          : { kind: 'transmitTimestamp', port: 0, context, egressTimestamp },
      );
    });
  }

  #forward(from: End, output: Extract<Output, { kind: 'sendEvent' | 'sendGeneral' }>): void {
    const to = otherEnd[from];
    const { destination } = output;
    if (destination.kind === 'unicast' && destination.mac !== addresses[to].mac) {
      throw new Error(`${from} sends to ${destination.mac}, where nobody is`);
    }
    const result = decode(output.message);
    if (!result.ok) throw new Error(result.reason);
    const { message } = result;
    const event = isEventMessage(message.messageType);
    const residence = event ? this.#conditions.residenceNs(to) : this.#lateness();
    if (event) {
      this.#residences.set(
        exchangeKey(
          message.messageType,
          message.header.sourcePortIdentity,
          message,
          destination.kind,
        ),
        residence,
      );
    }
    const lost = this.#random() < this.#conditions.loss;
    this.#after(2n * this.#conditions.propagationNs + residence, () => {
      if (lost) return;
      this.#step(to, {
        kind: 'message',
        port: 0,
        message: encode(this.#corrected(message, destination.kind)),
        source: addresses[from],
        toUnicast: destination.kind === 'unicast',
        ...(event && { ingressTimestamp: this.#timestamp(to) }),
      });
    });
  }

  #corrected(message: Message, destination: string): Message {
    const residence = this.#residences.get(answeredKey(message, destination) ?? '');
    if (residence === undefined) return message;
    const correctionField = sumOf(
      message.header.correctionField,
      timeInterval(residence * unitsPerNs),
    );
    return { ...message, header: { ...message.header, correctionField } };
  }

  #timestamp(end: End) {
    return instantFromNs(this.#now + (end === 'receiver' ? this.#conditions.offsetNs : 0n));
  }

  #lateness(): bigint {
    return BigInt(Math.floor(this.#random() * this.#conditions.maxLatenessNs));
  }

  #after(delay: bigint, run: () => void): void {
    this.#events.push({ at: this.#now + delay, run });
  }
}

function exchangeKey(type: string, owner: PortIdentity, message: Message, destination: string) {
  return [type, formatPortIdentity(owner), message.header.sequenceId, destination].join(' ');
}

/** The event message whose residence this one carries. */
function answeredKey(message: Message, destination: string): string | undefined {
  switch (message.messageType) {
    case 'Follow_Up':
      return exchangeKey('Sync', message.header.sourcePortIdentity, message, destination);
    case 'Delay_Resp':
      return exchangeKey('Delay_Req', message.requestingPortIdentity, message, destination);
    default:
      return undefined;
  }
}

export function simulatePair(conditions: Conditions, seconds: number): Outcome {
  const pair = new SimulatedPair(conditions);
  pair.run(seconds);
  return { samples: pair.samples, discards: pair.discards, stage: pair.stage };
}
