/** A time receiver behind a transparent clock, where the true offset and delay are known. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimeReceiver } from '../../src/lab/stations/time-receiver.js';
import { TimeSource } from '../../src/lab/stations/time-source.js';
import type { Input } from '../../src/core/io.js';
import { instantFromNs } from '../../src/core/time/instant.js';
import { encode } from '../../src/core/wire/message.js';
import { messages } from '../support/arbitraries.js';
import { receiverSettings, sourceAddress, sourceSettings } from '../support/ordinary-clocks.js';
import { seededRandom } from '../support/random.js';
import { simulatePair } from '../support/simulated-pair.js';

const transmissions = fc.constantFrom('multicast' as const, 'hybrid' as const, 'unicast' as const);
const offsets = fc.bigInt({ min: -100_000_000_000n, max: 100_000_000_000n });
const residences = fc.bigInt({ min: 0n, max: 2_000_000n });
const propagations = fc.bigInt({ min: 0n, max: 100_000n });

describe('a time receiver behind a transparent clock', () => {
  it('knows the true offset and delay whatever the residences, the order of arrival and the losses', () => {
    fc.assert(
      fc.property(
        fc.record({
          offsetNs: offsets,
          propagationNs: propagations,
          transmission: transmissions,
          maxResidenceNs: fc.integer({ min: 0, max: 2_000_000 }),
          maxLatenessNs: fc.integer({ min: 1, max: 5_000_000 }),
          loss: fc.constantFrom(0, 0.01, 0.2),
          seed: fc.nat(),
        }),
        ({ maxResidenceNs, ...conditions }) => {
          const random = seededRandom(conditions.seed);
          const { samples } = simulatePair(
            {
              ...conditions,
              residenceNs: () => BigInt(Math.floor(random() * maxResidenceNs)),
            },
            30,
          );
          if (conditions.loss === 0) expect(samples.length).toBeGreaterThan(200);
          for (const { corrected } of samples) {
            expect(corrected).toEqual({
              offsetNs: Number(conditions.offsetNs),
              meanPathDelayNs: Number(2n * conditions.propagationNs),
            });
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('without corrections is wrong by half the difference of the residences', () => {
    fc.assert(
      fc.property(
        offsets,
        propagations,
        residences,
        residences,
        transmissions,
        (offsetNs, propagationNs, down, up, transmission) => {
          const { samples } = simulatePair(
            {
              offsetNs,
              propagationNs,
              residenceNs: (towards) => (towards === 'receiver' ? down : up),
              transmission,
              maxLatenessNs: 1,
              loss: 0,
              seed: 1,
            },
            10,
          );
          expect(samples.length).toBeGreaterThan(20);
          for (const { corrected, uncorrected } of samples) {
            expect(corrected.offsetNs).toBe(Number(offsetNs));
            expect(uncorrected.offsetNs - corrected.offsetNs).toBe(Number(down - up) / 2);
            expect(uncorrected.meanPathDelayNs - corrected.meanPathDelayNs).toBe(
              Number(down + up) / 2,
            );
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('an ordinary clock', () => {
  const contexts = fc.nat({ max: 5 });
  const inputs: fc.Arbitrary<Input> = fc.oneof(
    fc
      .record({
        octets: fc.oneof(
          messages.map((message) =>
            encode({ ...message, header: { ...message.header, domainNumber: 0, sdoId: 0 } }),
          ),
          fc.uint8Array({ maxLength: 80 }),
        ),
        stamped: fc.boolean(),
        toUnicast: fc.boolean(),
      })
      .map(({ octets, stamped, toUnicast }): Input => ({
        kind: 'message',
        port: 0,
        message: octets,
        source: sourceAddress,
        toUnicast,
        ...(stamped && { ingressTimestamp: instantFromNs(1_000_000_000n) }),
      })),
    contexts.map((context): Input => ({
      kind: 'transmitTimestamp',
      port: 0,
      context,
      egressTimestamp: instantFromNs(2_000_000_000n),
    })),
    contexts.map((context): Input => ({ kind: 'transmitTimestampLost', port: 0, context })),
    fc
      .constantFrom('0/announce', '0/sync', '0/delayReq', '0/announceReceipt', 'other')
      .map((timer): Input => ({ kind: 'timer', timer })),
    fc.boolean().map((up): Input => ({ kind: 'link', port: 0, up })),
  );

  it.each([
    { role: 'time source', make: () => new TimeSource(sourceSettings) },
    { role: 'time receiver', make: () => new TimeReceiver(receiverSettings) },
  ])('as $role takes any input in any order without throwing', ({ make }) => {
    fc.assert(
      fc.property(fc.array(inputs, { maxLength: 60 }), (sequence) => {
        const clock = make();
        for (const input of sequence) clock.step(input);
      }),
      { numRuns: 300 },
    );
  });
});
