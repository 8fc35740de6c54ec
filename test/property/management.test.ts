/** Management under whatever comes by the wire: nothing throws, and what is answered can be read. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/core/io.js';
import {
  decodeManagementData,
  encodeManagementData,
  managementDataFromJson,
  managementIds,
} from '../../src/core/wire/management-data/management-ids.js';
import { ManagementAction } from '../../src/core/wire/messages/management.js';
import { decode } from '../../src/core/wire/message.js';
import { boundaryClock, requestOctets, transparentClock } from '../support/managed-clocks.js';

const source = { kind: 'unicast', mac: '02:00:00:00:00:02' } as const;

const evenOctets = fc
  .integer({ min: 0, max: 40 })
  .chain((pairs) => fc.uint8Array({ minLength: 2 * pairs, maxLength: 2 * pairs }));

const requests = fc.record({
  action: fc.constantFrom(...(Object.keys(ManagementAction) as (keyof typeof ManagementAction)[])),
  id: fc.oneof(fc.constantFrom(...managementIds), fc.integer({ min: 0, max: 0xffff })),
  dataField: evenOctets,
});

function expectReadable(outputs: readonly Output[]): void {
  for (const output of outputs) {
    if (output.kind === 'sendGeneral') expect(decode(output.message).ok).toBe(true);
  }
}

describe('whatever comes', { timeout: 60_000 }, () => {
  it('a data field that is read is written again to what reads the same', () => {
    fc.assert(
      fc.property(fc.constantFrom(...managementIds), evenOctets, (id, octets) => {
        const data = decodeManagementData(id, octets);
        if (typeof data === 'string') return;
        const again = encodeManagementData(id, data as never);
        expect(decodeManagementData(id, again)).toEqual(data);
      }),
      { numRuns: 5000 },
    );
  });

  it('a request is answered readably or not at all, and the clock goes on', () => {
    const clocks = [boundaryClock({ allowSet: true }), transparentClock({ allowSet: true })];
    fc.assert(
      fc.property(requests, fc.integer({ min: 0, max: 3 }), (request, port) => {
        const message = requestOctets(request);
        for (const clock of clocks) {
          expectReadable(clock.step({ kind: 'message', port, message, source, toUnicast: false }));
        }
      }),
      { numRuns: 1000 },
    );
    const message = requestOctets({ id: 'DEFAULT_DATA_SET' });
    for (const clock of clocks) {
      const input = { kind: 'message', port: 0, message, source, toUnicast: true } as const;
      expect(clock.step(input)).toMatchObject([{ kind: 'sendGeneral', port: 0 }]);
    }
  });

  it('a request with octets overwritten and cut throws nothing', () => {
    const clocks = [boundaryClock({ allowSet: true }), transparentClock({ allowSet: true })];
    const damage = fc.array(fc.tuple(fc.nat({ max: 120 }), fc.nat({ max: 255 })), { maxLength: 6 });
    fc.assert(
      fc.property(requests, damage, fc.nat({ max: 130 }), (request, overwrites, length) => {
        const message = requestOctets(request).slice(0, length);
        for (const [offset, octet] of overwrites) {
          if (offset < message.length) message[offset] = octet;
        }
        // Of a management message, whatever else is wrong with it.
        if (message.length > 0) message[0] = ((message[0] ?? 0) & 0xf0) | 0x0d;
        for (const clock of clocks) {
          clock.step({ kind: 'message', port: 0, message, source, toUnicast: false });
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('JSON of any kind throws nothing', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...managementIds),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (id, json) => {
          managementDataFromJson(id, json);
        },
      ),
    );
  });
});
