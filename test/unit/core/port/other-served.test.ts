/** A link that a reload has measure for other instances: what is asked in domain 7 by one that serves others from now on. */
import { expect, it } from 'vitest';
import { maxUnheardRequests } from '../../../../src/core/port/peer-delay.js';
import { timeIntervalFromNs } from '../../../../src/core/time/time-interval.js';
import { neighborIdentity, only, pdelayReq, PortUnderTest } from '../../../support/peer-delay.js';

const seven = { domainNumber: 7, sdoId: 0 };
const nine = { domainNumber: 9, sdoId: 0 };
const serving =
  (...domains: readonly number[]) =>
  ({ domainNumber }: { readonly domainNumber: number }) =>
    domains.includes(domainNumber);

/** What the next request is in. */
const asksIn = (test: PortUnderTest) => test.requestIn(test.nextRequest()).header.domainNumber;

function measuredLink(): PortUnderTest {
  const test = new PortUnderTest(seven);
  test.answer(test.link(true), 500n);
  return test;
}

it('keeps its delay, and asks in what is served now', () => {
  const test = measuredLink();
  expect(test.port.serveOthers(nine, serving(8, 9))).toEqual([]);
  expect(test.port.linkDelay()).toEqual({
    kind: 'measured',
    meanLinkDelay: timeIntervalFromNs(500),
    neighbor: neighborIdentity,
  });
  expect(asksIn(test)).toBe(9);
});

it('asks in what the neighbour was heard in, as long as that is served', () => {
  const test = measuredLink();
  test.receive(pdelayReq({ domainNumber: 8 }), 1n);
  test.port.serveOthers(nine, serving(8, 9));
  expect(asksIn(test)).toBe(8);
  test.port.serveOthers(nine, serving(9));
  expect(asksIn(test)).toBe(9);
});

it('goes on in what it is answered in, where another instance serves that', () => {
  const test = measuredLink();
  test.port.serveOthers({ domainNumber: 8, sdoId: 0 }, serving(7, 8));
  expect(asksIn(test)).toBe(7);
});

it('asks soon where it had fallen quiet', () => {
  const test = new PortUnderTest({ ...seven, speculative: true });
  test.link(true);
  for (let request = 0; request < maxUnheardRequests; request += 1) test.nextRequest();
  const outputs = test.port.serveOthers(nine, serving(9));
  expect(only(outputs, 'setTimer').map(({ after }) => after)).toEqual([0.5e9]);
  expect(asksIn(test)).toBe(9);
});
