import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/core/wire/message.js';
import {
  followUpInformationOf,
  followUpInformationTlv,
} from '../../src/core/wire/tlv/organization-extension.js';
import { messages } from '../support/arbitraries.js';
import { allPtpFrames } from '../support/ptp-frames.js';

const captured = allPtpFrames().map(({ payload }) => payload);

describe('decode and encode', () => {
  it('decode(encode(message)) is the message, and what follows it is trailing', () => {
    fc.assert(
      fc.property(messages, fc.uint8Array({ maxLength: 8 }), (message, trailing) => {
        const octets = new Uint8Array([...encode(message), ...trailing]);
        expect(decode(octets)).toEqual({ ok: true, message, trailing });
      }),
      { numRuns: 1000 },
    );
  });

  it('decode never throws on random octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        decode(octets);
      }),
      { numRuns: 5000 },
    );
  });

  it('decode never throws on captured messages cut short and overwritten, and encodes what it accepts', () => {
    const damage = fc.array(fc.tuple(fc.nat({ max: 120 }), fc.nat({ max: 255 })), { maxLength: 6 });
    fc.assert(
      fc.property(
        fc.constantFrom(...captured),
        damage,
        fc.nat({ max: 130 }),
        (message, overwrites, length) => {
          const octets = message.slice(0, length);
          for (const [offset, octet] of overwrites) {
            if (offset < octets.length) octets[offset] = octet;
          }
          const first = decode(octets);
          if (!first.ok) return;
          const again = decode(encode(first.message));
          // Of an Announce with a TLV that cannot be read, what is left of it is whole.
          const { ok, message: read } = first;
          expect(again).toEqual({ ok, message: read, trailing: new Uint8Array(0) });
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('every proper prefix of a message is refused', () => {
    fc.assert(
      fc.property(
        messages,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (message, part) => {
          const octets = encode(message);
          expect(decode(octets.subarray(0, Math.floor(octets.length * part))).ok).toBe(false);
        },
      ),
    );
  });
});

describe('Follow_Up information TLV', () => {
  it('keeps all 96 bits of lastGmPhaseChange', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 95n), max: (1n << 95n) - 1n }), (lastGmPhaseChange) => {
        const information = {
          cumulativeScaledRateOffset: -1,
          gmTimeBaseIndicator: 0xffff,
          lastGmPhaseChange,
          scaledLastGmFreqChange: 1,
        };
        expect(followUpInformationOf(followUpInformationTlv(information))).toEqual(information);
      }),
    );
  });
});
