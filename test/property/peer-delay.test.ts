/** Two ports at the ends of one link whose delay is known, each with a clock of its own. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PeerDelayLink } from '../../src/core/port/link.js';
import type { Input, LinkDelay, Output } from '../../src/core/io.js';
import { clockIdentity } from '../../src/core/time/identity.js';
import { instantFromNs } from '../../src/core/time/instant.js';
import { timeIntervalToNs } from '../../src/core/time/time-interval.js';
import { encode } from '../../src/core/wire/message.js';
import { messages } from '../support/arbitraries.js';
import { decoded, neighborAddress, peerDelaySettings } from '../support/peer-delay.js';
import { seededRandom } from '../support/random.js';

interface Conditions {
  readonly delayNs: number;
  readonly rateOffset: number;
  readonly offsetNs: bigint;
  /** Of messages and of transmit time stamps. */
  readonly loss: number;
  /** General messages and time stamps are late by up to this, and so is what the responder does. */
  readonly maxLatenessNs: number;
  readonly seed: number;
}

/** The ports' index, which is also the other's neighbour's. */
type End = 0 | 1;

class SimulatedLink {
  readonly ports: readonly [PeerDelayLink, PeerDelayLink];
  readonly #conditions: Conditions;
  readonly #random: () => number;
  readonly #events: { readonly at: number; readonly run: () => void }[] = [];
  #now = 1e9;

  constructor(conditions: Conditions) {
    this.#conditions = conditions;
    this.#random = seededRandom(conditions.seed);
    this.ports = [this.#portAt(0), this.#portAt(1)];
  }

  run(seconds: number): void {
    const end = this.#now + seconds * 1e9;
    for (const at of [0, 1] as const) this.#step(at, { kind: 'link', port: at, up: true });
    for (;;) {
      this.#events.sort((a, b) => a.at - b.at);
      const next = this.#events.shift();
      if (next === undefined || next.at > end) return;
      this.#now = next.at;
      next.run();
    }
  }

  #portAt(port: End): PeerDelayLink {
    const portIdentity = { clockIdentity: clockIdentity(BigInt(port) + 1n), portNumber: 1 };
    return new PeerDelayLink({ ...peerDelaySettings, port, portIdentity });
  }

  #step(end: End, input: Input): void {
    for (const output of this.ports[end].step(input)) this.#perform(end, output);
  }

  #perform(end: End, output: Output): void {
    switch (output.kind) {
      case 'sendEvent': {
        const egressTimestamp = this.#read(end);
        const lost = this.#isLost();
        const { context } = output;
        this.#after(this.#lateness(), () => {
          this.#step(
            end,
            lost
              ? { kind: 'transmitTimestampLost', port: end, context }
              : { kind: 'transmitTimestamp', port: end, context, egressTimestamp },
          );
        });
        this.#deliver(end, output.message, 0, true);
        return;
      }
      case 'sendGeneral':
        this.#deliver(end, output.message, this.#lateness(), false);
        return;
      case 'setTimer':
        this.#after(output.after, () => this.#step(end, { kind: 'timer', timer: output.timer }));
        return;
      default:
        return;
    }
  }

  #deliver(from: End, message: Uint8Array, latenessNs: number, event: boolean): void {
    if (this.#isLost()) return;
    const to: End = from === 0 ? 1 : 0;
    this.#after(this.#conditions.delayNs + latenessNs, () => {
      const received = {
        kind: 'message' as const,
        port: to,
        message,
        source: neighborAddress,
        toUnicast: false,
        ...(event && { ingressTimestamp: this.#read(to) }),
      };
      // Only now is it taken from the queue; its time stamp is of its arrival.
      this.#after(this.#lateness(), () => this.#step(to, received));
    });
  }

  /** The clock at that end; the first one keeps true time. */
  #read(end: End) {
    if (end === 0) return instantFromNs(BigInt(Math.round(this.#now)));
    const { rateOffset, offsetNs } = this.#conditions;
    return instantFromNs(offsetNs + BigInt(Math.round(this.#now * (1 + rateOffset))));
  }

  #isLost(): boolean {
    return this.#random() < this.#conditions.loss;
  }

  #lateness(): number {
    return this.#random() * this.#conditions.maxLatenessNs;
  }

  #after(delayNs: number, run: () => void): void {
    this.#events.push({ at: this.#now + delayNs, run });
  }
}

const conditions = fc.record({
  delayNs: fc.integer({ min: 0, max: 1_000_000 }),
  rateOffset: fc.double({ min: -1e-4, max: 1e-4, noNaN: true }),
  offsetNs: fc.bigInt({ min: 0n, max: 2_000_000_000_000_000_000n }),
  maxLatenessNs: fc.integer({ min: 0, max: 20_000_000 }),
  seed: fc.nat(),
});

type Measured = Extract<LinkDelay, { kind: 'measured' }>;

/** Time stamps are whole nanoseconds: four of them, halved; a nanosecond more for what the ratio is off by. */
const roundingNs = 3;

/** Of the link's delay as the clock of that end counts it. */
function errorNs({ meanLinkDelay }: Measured, end: End, { delayNs, rateOffset }: Conditions) {
  return timeIntervalToNs(meanLinkDelay) - delayNs * (end === 0 ? 1 : 1 + rateOffset);
}

function rateRatioError({ neighborRateRatio }: Measured, end: End, { rateOffset }: Conditions) {
  return (neighborRateRatio ?? NaN) - (end === 0 ? 1 + rateOffset : 1 / (1 + rateOffset));
}

describe('two ports on one link', () => {
  it('both find its delay and each other’s rate, whatever order things come in', () => {
    fc.assert(
      fc.property(conditions, (chosen) => {
        const given = { ...chosen, loss: 0 };
        const link = new SimulatedLink(given);
        link.run(30);
        for (const end of [0, 1] as const) {
          const found = link.ports[end].linkDelay();
          if (found.kind !== 'measured') throw new Error(found.reason);
          expect(Math.abs(errorNs(found, end, given))).toBeLessThan(roundingNs);
          expect(Math.abs(rateRatioError(found, end, given))).toBeLessThan(1e-9);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('are never wrong for losses, only late', () => {
    let compared = 0;
    fc.assert(
      fc.property(conditions, (chosen) => {
        const given = { ...chosen, loss: 0.2 };
        const link = new SimulatedLink(given);
        link.run(120);
        for (const end of [0, 1] as const) {
          const found = link.ports[end].linkDelay();
          // Until the rate is known nobody can tell how long the neighbour's turnaround was.
          if (found.kind !== 'measured' || found.neighborRateRatio === undefined) continue;
          compared += 1;
          expect(Math.abs(errorNs(found, end, given))).toBeLessThan(roundingNs);
          expect(Math.abs(rateRatioError(found, end, given))).toBeLessThan(1e-9);
        }
      }),
      { numRuns: 40 },
    );
    // A third of the exchanges survive: in two minutes nearly every port has its eight.
    expect(compared).toBeGreaterThan(60);
  });
});

describe('a port', () => {
  it('survives any message, and measures nothing from those it has not asked for', () => {
    fc.assert(
      fc.property(fc.array(messages, { minLength: 1, maxLength: 30 }), (received) => {
        const { port } = peerDelaySettings;
        const instance = new PeerDelayLink(peerDelaySettings);
        instance.step({ kind: 'link', port, up: true });
        for (const message of received) {
          const outputs = instance.step({
            kind: 'message',
            port,
            message: encode(message),
            source: neighborAddress,
            toUnicast: false,
            ingressTimestamp: instantFromNs(1n),
          });
          for (const output of outputs) {
            if (output.kind === 'sendEvent') {
              expect(decoded(output.message).messageType).toBe('Pdelay_Resp');
            }
          }
        }
        expect(instance.linkDelay().kind).toBe('unmeasured');
      }),
    );
  });
});
