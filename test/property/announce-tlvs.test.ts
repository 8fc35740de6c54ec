import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fitting,
  maxAnnounceTlvOctets,
  propagates,
} from '../../src/core/instance/announce-tlvs.js';
import { decode, encode } from '../../src/core/wire/message.js';
import { announceFrom, portIdentityOf } from '../support/announces.js';
import { tlvs } from '../support/arbitraries.js';

/** The longest message that UDP over IPv6 carries in one frame, less two spare octets. */
const maxMessageLength = 1450;

describe('TLVs that propagate', () => {
  it('never overflow an Announce, keep their order and their octets, and lose none without need', () => {
    fc.assert(
      fc.property(fc.array(tlvs, { maxLength: 200 }), (given) => {
        const wanted = given.filter(propagates);
        const { tlvs: kept, leftOut } = fitting(wanted);
        const octets = encode(announceFrom(portIdentityOf(1n), {}, {}, kept));
        expect(octets.length).toBeLessThanOrEqual(maxMessageLength);
        expect(wanted.filter((tlv) => kept.includes(tlv))).toEqual(kept);
        expect(kept.length + leftOut).toBe(wanted.length);
        const all = encode(announceFrom(portIdentityOf(1n), {}, {}, wanted)).length;
        expect(leftOut > 0).toBe(all - 64 > maxAnnounceTlvOctets);
        expect(decode(octets)).toMatchObject({ ok: true, message: { tlvs: kept } });
      }),
    );
  });
});
