/** A peer-to-peer clock whose neighbour measures the link in another domain alone. */
import { expect, test } from 'vitest';
import type { Input, Output } from '../../../../src/core/io.js';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import { instantFromNs } from '../../../../src/core/time/instant.js';
import { timeIntervalFromNs } from '../../../../src/core/time/time-interval.js';
import { encode, type Message } from '../../../../src/core/wire/message.js';
import { AnnounceBench, reasons } from '../../../support/announce-bench.js';
import {
  decoded,
  neighborAddress,
  only,
  pdelayReq,
  pdelayResp,
  pdelayRespFollowUp,
} from '../../../support/peer-delay.js';

const own = 24;

/** A clock of domain 24; the link of its first port takes what is of domain 0. */
class Bench {
  readonly bench = new AnnounceBench(
    { delayMechanism: 'p2p', linkServes: ({ domainNumber }) => domainNumber === 0 },
    248,
    {
      defaultDS: {
        clockIdentity: clockIdentity(50n),
        numberPorts: 2,
        clockQuality: { clockClass: 248, clockAccuracy: 0xfe, offsetScaledLogVariance: 0xffff },
        ...{ priority1: 128, priority2: 128, domainNumber: own, sdoId: 0, slaveOnly: false },
      },
    },
  );

  receive(message: Message, ingressNs?: bigint): readonly Output[] {
    const input: Input = {
      kind: 'message',
      port: 0,
      message: encode(message),
      source: neighborAddress,
      toUnicast: false,
      ...(ingressNs !== undefined && { ingressTimestamp: instantFromNs(ingressNs) }),
    };
    return this.bench.clock.step(input);
  }

  /** The next request, as it is sent. */
  request() {
    const [sent] = only(this.bench.timer('0/pdelayReq'), 'sendEvent');
    if (sent === undefined) throw new Error('no Pdelay_Req');
    return { context: sent.context, header: decoded(sent.message).header };
  }

  /** Over a link of 700 ns. */
  answer({ context, header }: ReturnType<Bench['request']>): readonly Output[] {
    return [
      ...this.bench.clock.step({
        kind: 'transmitTimestamp',
        ...{ port: 0, context, egressTimestamp: instantFromNs(10_000n) },
      }),
      ...this.receive(pdelayResp(header, 10_700n), 61_400n),
      ...this.receive(pdelayRespFollowUp(header, 60_700n)),
    ];
  }
}

test('it is asked in the domain that it asks in, and answered', () => {
  const bench = new Bench();
  expect(bench.request().header.domainNumber).toBe(own);
  const heard = bench.receive(pdelayReq({ domainNumber: 0 }), 5n);
  const answers = only(heard, 'sendEvent').map(({ message }) => decoded(message));
  expect(answers).toMatchObject([{ messageType: 'Pdelay_Resp', header: { domainNumber: 0 } }]);
  const request = bench.request();
  expect(request.header.domainNumber).toBe(0);
  expect(only(bench.answer(request), 'linkDelay')).toMatchObject([
    { port: 0, linkDelay: { kind: 'measured', meanLinkDelay: timeIntervalFromNs(700) } },
  ]);
  expect(bench.request().header.domainNumber).toBe(0);
});

test('while the neighbour answers in the domain of the clock, other domains are of no concern', () => {
  const bench = new Bench();
  bench.answer(bench.request());
  expect(reasons(bench.receive(pdelayReq({ domainNumber: 0 }), 5n))).toEqual(['otherDomain']);
  expect(bench.request().header.domainNumber).toBe(own);
  // An answer has failed to come.
  bench.request();
  expect(reasons(bench.receive(pdelayReq({ domainNumber: 0 }), 5n))).toEqual([]);
  expect(bench.request().header.domainNumber).toBe(0);
});

test('a domain that the link does not serve is none of its business, nor is anything but peer delay', () => {
  const bench = new Bench();
  expect(reasons(bench.receive(pdelayReq({ domainNumber: 7 }), 5n))).toEqual(['otherDomain']);
  expect(reasons(bench.bench.announce(0, 1n, {}, { domainNumber: 0 }))).toEqual(['otherDomain']);
});
