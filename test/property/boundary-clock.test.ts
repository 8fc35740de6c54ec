/** A boundary clock under whatever comes by the wire: nothing throws, and what it sends and waits for makes sense. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManagedBoundaryClock } from '../../src/core/management/managed-boundary-clock.js';
import type { Input, Output } from '../../src/core/io.js';
import { defaultProfile } from '../../src/core/profile/default.js';
import { defaultServoSettings } from '../../src/core/servo/servo.js';
import { clockIdentity } from '../../src/core/time/identity.js';
import { instantFromNs, type Instant } from '../../src/core/time/instant.js';
import { zeroTimeInterval } from '../../src/core/time/time-interval.js';
import { decode, encode, type Message } from '../../src/core/wire/message.js';
import { announceFrom, portIdentityOf } from '../support/announces.js';
import { headers, messages } from '../support/arbitraries.js';
import { facts, ownIdentity } from '../support/managed-clocks.js';

/** The longest message that UDP over IPv6 carries in one frame, less two spare octets. */
const maxMessageLength = 1450;
const source = { kind: 'unicast', mac: '02:00:00:00:00:02' } as const;

function clockWith(delayMechanism: 'e2e' | 'p2p', pathTrace: boolean) {
  const clock = new ManagedBoundaryClock(
    {
      profile: defaultProfile,
      defaultDS: {
        clockIdentity: ownIdentity,
        numberPorts: 2,
        clockQuality: { clockClass: 248, clockAccuracy: 0xfe, offsetScaledLogVariance: 0xffff },
        ...{ priority1: 128, priority2: 128, domainNumber: 0, sdoId: 0, slaveOnly: false },
      },
      ports: [0, 1].map((port) => ({
        ...{ port, transport: 'l2', delayMechanism, delayAsymmetry: zeroTimeInterval },
        ...{ logAnnounceInterval: 0, announceReceiptTimeout: 3, masterOnly: false },
        ...{ logSyncInterval: 0, logMinDelayReqInterval: 0, logMinPdelayReqInterval: 0 },
      })),
      ...{ pathTrace, servo: defaultServoSettings, random: () => 0.5 },
    },
    { allowSet: true, facts },
  );
  for (const port of [0, 1]) clock.step({ kind: 'link', port, up: true });
  return clock;
}

/** Of few senders with few sequenceIds, so that they get to be masters and their messages find each other. */
const senders = fc.constantFrom(
  ...[1n, 2n].map((clock) => ({ clockIdentity: clockIdentity(clock), portNumber: 1 })),
  { clockIdentity: ownIdentity, portNumber: 1 },
);
const ours = fc
  .constantFrom(1, 2)
  .map((portNumber) => ({ clockIdentity: ownIdentity, portNumber }));
const announces = fc
  .tuple(fc.constantFrom(0, 1, 2, 254, 255, 65535), fc.nat({ max: 255 }))
  .map(([stepsRemoved, grandmasterPriority1]) =>
    announceFrom(portIdentityOf(1n), { stepsRemoved, grandmasterPriority1 }),
  );
const framed: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    fc.oneof({ weight: 2, arbitrary: messages }, { weight: 1, arbitrary: announces }),
    ...([headers, senders, ours, fc.nat({ max: 9 })] as const),
  )
  .map(([message, header, sourcePortIdentity, requestingPortIdentity, sequenceId]) => {
    const heard: Message = {
      ...message,
      ...('requestingPortIdentity' in message && { requestingPortIdentity }),
      header: { ...header, domainNumber: 0, sdoId: 0, sourcePortIdentity, sequenceId },
    };
    return encode(heard);
  });
const instants = fc
  .bigInt({ min: 0n, max: 9_223_372_036_854_775_807n })
  .map((ns) => instantFromNs(ns));

type Step =
  | { readonly kind: 'input'; readonly input: Input }
  /** Of the timers that are set, one. */
  | { readonly kind: 'expire'; readonly which: number }
  /** Of the event messages that are sent, one: its time stamp. */
  | { readonly kind: 'stamp'; readonly which: number; readonly at: Instant | undefined };
const which = fc.nat({ max: 99 });
const port = fc.constantFrom(0, 1);
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({ port, message: framed, toUnicast: fc.boolean(), ingressTimestamp: instants })
      .map((received) => ({
        kind: 'input' as const,
        input: { kind: 'message' as const, source, ...received },
      })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ port, up: fc.boolean() })
      .map((link) => ({ kind: 'input' as const, input: { kind: 'link' as const, ...link } })),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('expire' as const), which }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('stamp' as const),
      which,
      at: fc.option(instants, { nil: undefined }),
    }),
  },
);

/** Two Announces on end of a better clock, which chance alone seldom sends: so a port gets a master. */
const election: fc.Arbitrary<Step[]> = fc
  .record({ port, first: fc.nat({ max: 8 }), ingressTimestamp: instants })
  .map(({ first, ...received }) =>
    [first, first + 1].map((sequenceId) => {
      const announce = announceFrom(
        portIdentityOf(1n),
        { grandmasterPriority1: 0 },
        { sequenceId },
      );
      const message = encode(announce);
      return {
        kind: 'input',
        input: { kind: 'message', source, message, toUnicast: false, ...received },
      };
    }),
  );
const courses: fc.Arbitrary<Step[]> = fc
  .array(
    fc.oneof(
      { weight: 40, arbitrary: steps.map((step) => [step]) },
      { weight: 1, arbitrary: election },
    ),
    { minLength: 20, maxLength: 120 },
  )
  .map((parts) => parts.flat());

/** Does what it is told to, one step after the other, and judges every output. */
class Driver {
  readonly #timers = new Set<string>();
  readonly #sent: { readonly port: number; readonly context: number }[] = [];

  constructor(readonly clock: ManagedBoundaryClock) {}

  take(step: Step): void {
    const input = this.#inputOf(step);
    if (input !== undefined) for (const output of this.clock.step(input)) this.#judge(output);
  }

  #inputOf(step: Step): Input | undefined {
    switch (step.kind) {
      case 'input':
        return step.input;
      case 'expire': {
        const timer = [...this.#timers][step.which % this.#timers.size];
        return timer === undefined ? undefined : { kind: 'timer', timer };
      }
      case 'stamp': {
        const { which: index, at } = step;
        const [sent] = this.#sent.splice(index % this.#sent.length, 1);
        if (sent === undefined) return undefined;
        return at === undefined
          ? { kind: 'transmitTimestampLost', ...sent }
          : { kind: 'transmitTimestamp', ...sent, egressTimestamp: at };
      }
    }
  }

  #judge(output: Output): void {
    switch (output.kind) {
      case 'sendEvent':
        this.#sent.push({ port: output.port, context: output.context });
        expectReadable(output.message);
        return;
      case 'sendGeneral':
        expectReadable(output.message);
        return;
      case 'setTimer':
        expect(output.after).toBeGreaterThanOrEqual(0);
        expect(output.after).toBeLessThanOrEqual(1e12);
        this.#timers.add(output.timer);
        return;
      case 'cancelTimer':
        this.#timers.delete(output.timer);
        return;
      default:
        return;
    }
  }
}

function expectReadable(message: Uint8Array): void {
  expect(decode(message).ok).toBe(true);
  expect(message.length).toBeLessThanOrEqual(maxMessageLength);
}

describe('whatever comes', { timeout: 60_000 }, () => {
  it.each([
    ['e2e', false],
    ['e2e', true],
    ['p2p', true],
  ] as const)(
    '%s, path trace %s: nothing throws, and what goes out can be read',
    (mechanism, pathTrace) => {
      const reached = new Set<string>();
      fc.assert(
        fc.property(courses, (given) => {
          const driver = new Driver(clockWith(mechanism, pathTrace));
          for (const step of given) {
            driver.take(step);
            for (const { portState } of driver.clock.clock.state().ports) reached.add(portState);
          }
        }),
        { numRuns: 100 },
      );
      // Else little of the clock has been tried.
      expect([...reached]).toEqual(expect.arrayContaining(['FAULTY', 'MASTER', 'UNCALIBRATED']));
    },
  );
});
