import { describe, expect, it } from 'vitest';
import { PeerDelayLink } from '../../../../src/core/port/link.js';
import { linkDelayMedianLength } from '../../../../src/core/exchange/measured-link.js';
import { maxUnheardRequests, quietIntervals } from '../../../../src/core/port/peer-delay.js';
import { maxPendingResponses } from '../../../../src/core/port/peer-delay-responder.js';
import { defaultProfile } from '../../../../src/core/profile/default.js';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import { timeIntervalFromNs } from '../../../../src/core/time/time-interval.js';
import { Flag, noLogMessageInterval } from '../../../../src/core/wire/header.js';
import {
  decoded,
  neighborAddress,
  neighborIdentity,
  only,
  ownIdentity,
  pdelayReq,
  pdelayResp,
  pdelayRespFollowUp,
  peerDelaySettings,
  PortUnderTest,
  reasons,
  timestampOf,
} from '../../../support/peer-delay.js';

const { allowedLostResponses, allowedImplausibleResponses } = defaultProfile.peerDelay;
const intruder = { clockIdentity: clockIdentity(0x99n), portNumber: 1 };

const measured = (ns: number) => ({
  kind: 'measured',
  meanLinkDelay: timeIntervalFromNs(ns),
  neighbor: neighborIdentity,
});

/** A link that is up, its request still unanswered. */
function up(settings = {}) {
  const test = new PortUnderTest(settings);
  return { test, outputs: test.link(true) };
}

/** A link that has been measured once. */
function measuredLink(delayNs = 500n) {
  const { test, outputs } = up();
  test.answer(outputs, delayNs);
  return test;
}

describe('a requester', () => {
  it('asks as soon as the link is up, and again at every interval', () => {
    const { test, outputs } = up({ logMinPdelayReqInterval: -2 });
    expect(outputs).toMatchObject([
      { kind: 'linkDelay', linkDelay: { kind: 'unmeasured', reason: 'measuring' } },
      { kind: 'sendEvent', port: 2, destination: { kind: 'multicast' } },
      { kind: 'setTimer', timer: '2/pdelayReq', after: 250e6 },
    ]);
    const [request] = only(outputs, 'sendEvent');
    expect(request && decoded(request.message)).toMatchObject({
      messageType: 'Pdelay_Req',
      header: {
        sdoId: 0,
        domainNumber: 0,
        flagField: 0,
        correctionField: 0n,
        sourcePortIdentity: ownIdentity,
        sequenceId: 0,
        logMessageInterval: noLogMessageInterval,
      },
    });
    expect(test.requestIn(test.nextRequest()).header.sequenceId).toBe(1);
  });

  it('measures a two-step neighbour whose clock is elsewhere', () => {
    const { test, outputs } = up();
    const aheadNs = 1_795_373_607_000_000_000n;
    expect(only(test.answer(outputs, 500n, { aheadNs }), 'linkDelay')).toEqual([
      { kind: 'linkDelay', port: 2, transport: 'l2', linkDelay: measured(500) },
    ]);
  });

  it.each([
    ['time stamp, answer, follow-up', [0, 1, 2]],
    ['time stamp, follow-up, answer', [0, 2, 1]],
    ['answer, time stamp, follow-up', [1, 0, 2]],
    ['answer, follow-up, time stamp', [1, 2, 0]],
    ['follow-up, answer, time stamp', [2, 1, 0]],
    ['follow-up, time stamp, answer', [2, 0, 1]],
  ])('takes %s', (_title, order) => {
    const { test, outputs } = up();
    const { context, header } = test.requestIn(outputs);
    const steps = [
      () => test.transmitted(context, 1_000n),
      () => test.receive(pdelayResp(header, 5_300n), 1_900n),
      () => test.receive(pdelayRespFollowUp(header, 5_600n)),
    ];
    for (const step of order) steps[step]?.();
    expect(test.port.linkDelay()).toEqual(measured(300));
  });

  it('measures a one-step neighbour, whose correctionField holds its turnaround', () => {
    const { test, outputs } = up();
    const { context, header } = test.requestIn(outputs);
    test.transmitted(context, 1_000n);
    const correctionField = timeIntervalFromNs(300.5);
    test.receive(pdelayResp(header, 0n, { oneStep: true, correctionField }), 2_000n);
    expect(test.port.linkDelay()).toEqual(measured(349.75));
  });

  describe('of a neighbour that leaves twoStepFlag clear', () => {
    // A turnaround of 3 ms, which half would go into the delay of the link.
    const exchange = ({ test, outputs }: ReturnType<typeof up>) => {
      const { context, header } = test.requestIn(outputs);
      test.transmitted(context, 1_000n);
      test.receive(pdelayResp(header, 5_000_300n, { oneStep: true }), 3_001_600n);
      return () => test.receive(pdelayRespFollowUp(header, 8_000_300n));
    };

    it('awaits the follow-up in gPTP, which has the flag ignored (802.1AS-2011, table 11-4)', () => {
      const port = up({ sdoId: 0x100 });
      const followUp = exchange(port);
      expect(port.test.port.linkDelay()).toMatchObject({ kind: 'unmeasured' });
      followUp();
      expect(port.test.port.linkDelay()).toEqual(measured(300));
    });

    it('takes the follow-up that comes all the same, and awaits the next one', () => {
      const port = up();
      const followUp = exchange(port);
      followUp();
      expect(port.test.port.linkDelay()).toEqual(measured(300));
      const next = exchange({ test: port.test, outputs: port.test.nextRequest() });
      expect(port.test.port.linkDelay()).toEqual(measured(300));
      next();
      expect(port.test.port.linkDelay()).toEqual(measured(300));
    });

    it('does not wait for ever for a neighbour that sends no more follow-ups', () => {
      const port = up();
      exchange(port)();
      for (let request = 0; request < 4; request += 1) {
        exchange({ test: port.test, outputs: port.test.nextRequest() });
      }
      expect(port.test.port.linkDelay()).toEqual(measured(750_300));
    });
  });

  it('measures a two-step neighbour that tells its turnaround in the follow-up alone', () => {
    const { test, outputs } = up();
    const { context, header } = test.requestIn(outputs);
    test.transmitted(context, 1_000n);
    test.receive(pdelayResp(header, 0n), 2_000n);
    const correctionField = timeIntervalFromNs(400);
    test.receive(pdelayRespFollowUp(header, 0n, { correctionField }));
    expect(test.port.linkDelay()).toEqual(measured(300));
  });

  it('subtracts the correctionFields of both answers', () => {
    const { test, outputs } = up();
    const { context, header } = test.requestIn(outputs);
    const fraction = { correctionField: timeIntervalFromNs(-0.25) };
    const residence = { correctionField: timeIntervalFromNs(100.75) };
    test.transmitted(context, 1_000n);
    test.receive(pdelayResp(header, 5_000n, fraction), 2_000n);
    test.receive(pdelayRespFollowUp(header, 5_300n, residence));
    expect(test.port.linkDelay()).toEqual(measured((1000 - 300 - 100.5) / 2));
  });

  it('takes the median of the latest delays', () => {
    const test = measuredLink(500n);
    for (const delayNs of [510n, 90_000n, 505n, 502n]) test.answer(test.nextRequest(), delayNs);
    expect(test.port.linkDelay()).toEqual(measured(505));
    for (let index = 0; index < linkDelayMedianLength; index += 1) {
      test.answer(test.nextRequest(), 800n);
    }
    expect(test.port.linkDelay()).toEqual(measured(800));
  });

  describe('whose neighbour’s clock runs 100 ppm fast and holds requests for 10 ms', () => {
    const rate = 1e-4;

    /** One exchange a second over 500 ns, of the request in `outputs` and those that follow it. */
    function answerEverySecond(
      test: PortUnderTest,
      outputs: ReturnType<PortUnderTest['link']>,
      { fromSecond = 0, exchanges = 1 },
    ) {
      let pending = outputs;
      for (let second = fromSecond; second < fromSecond + exchanges; second += 1) {
        const { context, header } = test.requestIn(pending);
        const sentNs = BigInt(second) * 1_000_000_000n;
        const heldNs = 10_000_000n;
        const neighborNs = (localNs: bigint) =>
          7_000_000_000n + localNs + BigInt(Math.round(Number(localNs) * rate));
        test.transmitted(context, sentNs);
        test.receive(pdelayResp(header, neighborNs(sentNs + 500n)), sentNs + heldNs + 1_000n);
        test.receive(pdelayRespFollowUp(header, neighborNs(sentNs + heldNs + 500n)));
        pending = test.nextRequest();
      }
      return pending;
    }

    function delayNsOf(test: PortUnderTest): number {
      const linkDelay = test.port.linkDelay();
      if (linkDelay.kind !== 'measured') throw new Error(linkDelay.reason);
      return Number(linkDelay.meanLinkDelay) / 65536;
    }

    function rateRatioOf(test: PortUnderTest): number | undefined {
      const linkDelay = test.port.linkDelay();
      return linkDelay.kind === 'measured' ? linkDelay.neighborRateRatio : undefined;
    }

    it('knows that rate from the eighth answer on, and corrects by it what is in the median already', () => {
      const { test, outputs } = up();
      const pending = answerEverySecond(test, outputs, { exchanges: 7 });
      expect(rateRatioOf(test)).toBeUndefined();
      // Nobody can know better yet: half of 100 ppm of 10 ms.
      expect(Math.abs(delayNsOf(test) - 500)).toBeGreaterThan(400);
      answerEverySecond(test, pending, { fromSecond: 7 });
      expect(rateRatioOf(test)).toBeCloseTo(1 + rate, 9);
      expect(Math.abs(delayNsOf(test) - 500)).toBeLessThan(1);
    });

    it('knows it still after answers were lost, and the link was measured anew', () => {
      const { test, outputs } = up();
      answerEverySecond(test, outputs, { exchanges: 8 });
      let pending = test.nextRequest();
      for (let index = 0; index < allowedLostResponses; index += 1) pending = test.nextRequest();
      expect(test.port.linkDelay()).toEqual({ kind: 'unmeasured', reason: 'noResponse' });
      answerEverySecond(test, pending, { fromSecond: 20 });
      expect(rateRatioOf(test)).toBeCloseTo(1 + rate, 9);
      expect(Math.abs(delayNsOf(test) - 500)).toBeLessThan(1);
    });
  });

  it('answers for its own request alone', () => {
    const { test, outputs } = up();
    const { header } = test.requestIn(outputs);
    const otherPort = { ...ownIdentity, portNumber: 4 };
    expect(reasons(test.receive(pdelayResp(header, 1n, { to: otherPort }), 1n))).toEqual([
      'pdelayRespForOtherPort',
    ]);
    const stale = { ...header, sequenceId: 0xffff };
    expect(reasons(test.receive(pdelayResp(stale, 1n), 1n))).toEqual(['unexpectedPdelayResp']);
    expect(reasons(test.receive(pdelayRespFollowUp(stale, 1n)))).toEqual(['unexpectedPdelayResp']);
    expect(reasons(test.receive(pdelayResp(header, 1n)))).toEqual(['noIngressTimestamp']);
    expect(reasons(test.transmitted(4711, 1n))).toEqual(['unexpectedTransmitTimestamp']);
  });

  it('keeps the link through lost answers, but not through more in a row than are allowed', () => {
    const test = measuredLink();
    test.nextRequest(); // of the first request, which was answered
    const missed = Array.from({ length: allowedLostResponses }, () => reasons(test.nextRequest()));
    expect(missed).toEqual(Array(allowedLostResponses).fill(['pdelayRespMissing']));
    expect(test.port.linkDelay()).toEqual(measured(500));
    expect(only(test.nextRequest(), 'linkDelay')).toMatchObject([
      { linkDelay: { kind: 'unmeasured', reason: 'noResponse' } },
    ]);
    test.answer(test.nextRequest(), 700n);
    expect(test.port.linkDelay()).toEqual(measured(700));
  });

  it('asks at every interval, answered or not', () => {
    const { test, outputs } = up();
    const waits = [outputs, ...Array.from({ length: 9 }, () => test.nextRequest())].flatMap(
      (step) => only(step, 'setTimer').map(({ after }) => after),
    );
    expect(waits).toEqual(Array(10).fill(1e9));
  });

  describe('that is speculative', () => {
    const waitOf = (outputs: Parameters<typeof only>[0]) => only(outputs, 'setTimer')[0]?.after;

    /** Nobody has answered its first requests. */
    function quiet() {
      const { test } = up({ speculative: true });
      for (let index = 1; index < maxUnheardRequests; index += 1) {
        expect(waitOf(test.nextRequest())).toBe(1e9);
      }
      expect(waitOf(test.nextRequest())).toBe(quietIntervals * 1e9);
      return test;
    }

    it('falls quiet where nobody is heard, and goes on when somebody answers after all', () => {
      const test = quiet();
      const late = test.nextRequest();
      expect(waitOf(late)).toBe(quietIntervals * 1e9);
      test.answer(late, 500n);
      expect(waitOf(test.nextRequest())).toBe(1e9);
    });

    it('asks half an interval after the neighbour has, and then at every interval', () => {
      const test = quiet();
      expect(waitOf(test.receive(pdelayReq(), 1n))).toBe(0.5e9);
      const request = test.nextRequest();
      expect(waitOf(request)).toBe(1e9);
      test.answer(request, 500n);
      expect(waitOf(test.nextRequest())).toBe(1e9);
    });

    it('leaves its timer alone when a neighbour asks that it was not waiting for', () => {
      const { test } = up({ speculative: true });
      expect(waitOf(test.receive(pdelayReq(), 1n))).toBeUndefined();
    });

    it('asks at every interval while the delay that it has measured is in use', () => {
      const { test, outputs } = up({ speculative: true });
      test.answer(outputs, 500n);
      const waits = Array.from({ length: allowedLostResponses + 1 }, () =>
        waitOf(test.nextRequest()),
      );
      expect(waits).toEqual(Array(allowedLostResponses + 1).fill(1e9));
      expect(test.port.linkDelay().kind).toBe('measured');
      expect(waitOf(test.nextRequest())).toBe(quietIntervals * 1e9);
      expect(test.port.linkDelay()).toEqual({ kind: 'unmeasured', reason: 'noResponse' });
    });

    it('begins anew with the link', () => {
      const test = quiet();
      test.link(false);
      expect(waitOf(test.link(true))).toBe(1e9);
    });
  });

  it('counts a lost follow-up and a lost transmit time stamp as a lost answer', () => {
    const test = measuredLink();
    const first = test.requestIn(test.nextRequest());
    test.transmitted(first.context, 1_000n);
    test.receive(pdelayResp(first.header, 1n), 2_000n);
    let outputs = test.nextRequest();
    expect(reasons(outputs)).toEqual(['pdelayRespFollowUpMissing']);
    for (let lost = 2; lost <= allowedLostResponses; lost += 1) {
      expect(reasons(test.lost(test.requestIn(outputs).context))).toEqual([
        'transmitTimestampLost',
      ]);
      outputs = test.nextRequest();
      expect(reasons(outputs)).toEqual([]);
    }
    expect(test.port.linkDelay()).toEqual(measured(500));
    test.lost(test.requestIn(outputs).context);
    expect(test.port.linkDelay()).toEqual({
      kind: 'unmeasured',
      reason: 'transmitTimestampLost',
    });
  });

  describe('with more than one neighbour that answers (11.4.4)', () => {
    function twoAnswers() {
      const test = measuredLink();
      const outputs = test.nextRequest();
      const { header } = test.requestIn(outputs);
      test.answer(outputs, 500n);
      const second = test.receive(pdelayResp(header, 1n, { from: intruder }), 2n);
      return { test, second };
    }

    it('uses the link no longer, even if the second answer comes after all is measured', () => {
      const { test, second } = twoAnswers();
      expect(reasons(second)).toEqual(['multipleResponders']);
      expect(test.port.linkDelay()).toEqual({ kind: 'unmeasured', reason: 'multipleResponders' });
    });

    it('uses it again after a request with one answer in the whole interval', () => {
      const { test } = twoAnswers();
      test.answer(test.nextRequest(), 600n);
      expect(test.port.linkDelay()).toMatchObject({ reason: 'multipleResponders' });
      test.nextRequest();
      expect(test.port.linkDelay()).toEqual(measured(600));
    });

    it('finds out from a follow-up of another port too', () => {
      const { test, outputs } = up();
      const { header } = test.requestIn(outputs);
      test.receive(pdelayRespFollowUp(header, 1n, { from: intruder }));
      expect(reasons(test.receive(pdelayResp(header, 1n), 1n))).toEqual(['multipleResponders']);
    });

    it('takes a second copy of one answer for a copy', () => {
      const { test, outputs } = up();
      const { header } = test.requestIn(outputs);
      test.receive(pdelayResp(header, 1n), 1n);
      expect(reasons(test.receive(pdelayResp(header, 1n), 2n))).toEqual(['duplicatePdelayResp']);
    });
  });

  it('begins anew with another neighbour', () => {
    const test = measuredLink(500n);
    test.answer(test.nextRequest(), 900n, { from: intruder });
    expect(test.port.linkDelay()).toEqual({ ...measured(900), neighbor: intruder });
  });

  it.each([
    ['an absurd delay', 20_000_000n],
    ['a negative one', -2_000n],
  ])('does not believe %s', (_title, delayNs) => {
    const test = measuredLink(500n);
    for (let index = 0; index < allowedImplausibleResponses; index += 1) {
      expect(reasons(test.answer(test.nextRequest(), delayNs))).toEqual(['linkDelayOutOfRange']);
      expect(test.port.linkDelay()).toEqual(measured(500));
    }
    test.answer(test.nextRequest(), delayNs);
    expect(test.port.linkDelay()).toEqual({
      kind: 'unmeasured',
      reason: 'linkDelayOutOfRange',
    });
  });

  it('bears what is negative by no more than time stamps are coarse', () => {
    expect(measuredLink(-40n).port.linkDelay()).toEqual(measured(-40));
  });

  it('forgets the link when it goes down, and measures it anew', () => {
    const test = measuredLink(500n);
    expect(test.link(false)).toEqual([
      {
        kind: 'linkDelay',
        port: 2,
        transport: 'l2',
        linkDelay: { kind: 'unmeasured', reason: 'linkDown' },
      },
      { kind: 'cancelTimer', timer: '2/pdelayReq' },
    ]);
    expect(reasons(test.receive(pdelayReq(), 1n))).toEqual(['linkDown']);
    test.answer(test.link(true), 900n);
    expect(test.port.linkDelay()).toEqual(measured(900));
  });

  it('speaks the domain and profile of a neighbour that does not answer in its own', () => {
    const { test } = up();
    const gptp = { sdoId: 0x100, domainNumber: 20, minorVersionPTP: 0 };
    test.receive(pdelayReq(gptp), 1n);
    expect(test.requestIn(test.nextRequest()).header).toMatchObject(gptp);
  });

  it('keeps to a domain in which it is answered, whatever else the neighbour asks in', () => {
    const test = measuredLink();
    test.receive(pdelayReq({ domainNumber: 20 }), 1n);
    expect(test.requestIn(test.nextRequest()).header.domainNumber).toBe(0);
  });
});

describe('a responder', () => {
  const request = pdelayReq({
    sdoId: 0x100,
    domainNumber: 9,
    minorVersionPTP: 0,
    correctionField: timeIntervalFromNs(-12.5),
  });

  it('answers in two steps, in the request’s own domain, sdoId and version (11.4.2)', () => {
    const { test } = up();
    const [response] = only(test.receive(request, 5_000_000_123n), 'sendEvent');
    if (response === undefined) throw new Error('no Pdelay_Resp');
    const own = {
      sdoId: 0x100,
      domainNumber: 9,
      minorVersionPTP: 0,
      sequenceId: 7,
      sourcePortIdentity: ownIdentity,
      logMessageInterval: noLogMessageInterval,
    };
    expect(response.destination).toEqual({ kind: 'multicast' });
    expect(decoded(response.message)).toMatchObject({
      messageType: 'Pdelay_Resp',
      header: { ...own, flagField: Flag.twoStep, correctionField: 0n },
      requestReceiptTimestamp: timestampOf(5_000_000_123n),
      requestingPortIdentity: neighborIdentity,
    });
    const [followUp] = only(test.transmitted(response.context, 5_000_900_456n), 'sendGeneral');
    expect(followUp && decoded(followUp.message)).toMatchObject({
      messageType: 'Pdelay_Resp_Follow_Up',
      header: { ...own, flagField: 0, correctionField: timeIntervalFromNs(-12.5) },
      responseOriginTimestamp: timestampOf(5_000_900_456n),
      requestingPortIdentity: neighborIdentity,
    });
  });

  it('answers unicast to a unicast request', () => {
    const { test } = up();
    const [response] = only(test.receive(request, 1n, true), 'sendEvent');
    expect(response?.destination).toEqual(neighborAddress);
    expect(response && decoded(response.message).header.flagField).toBe(
      Flag.twoStep | Flag.unicast,
    );
  });

  it('answers requests that overlap, each with its own follow-up', () => {
    const { test } = up();
    const [first] = only(test.receive(pdelayReq({ sequenceId: 1 }), 1n), 'sendEvent');
    const [second] = only(test.receive(pdelayReq({ sequenceId: 2 }), 2n), 'sendEvent');
    const sequenceIds = [second, first].flatMap((response) =>
      only(test.transmitted(response?.context ?? NaN, 9n), 'sendGeneral').map(
        ({ message }) => decoded(message).header.sequenceId,
      ),
    );
    expect(sequenceIds).toEqual([2, 1]);
  });

  it('sends no follow-up for a lost time stamp, and none for one that nobody waits for', () => {
    const { test } = up();
    const [response] = only(test.receive(request, 1n), 'sendEvent');
    expect(test.lost(response?.context ?? NaN)).toEqual([
      { kind: 'discarded', port: 2, reason: 'transmitTimestampLost' },
    ]);
    expect(reasons(test.transmitted(response?.context ?? NaN, 1n))).toEqual([
      'unexpectedTransmitTimestamp',
    ]);
  });

  it('cannot answer a request without time stamp', () => {
    expect(reasons(up().test.receive(request))).toEqual(['noIngressTimestamp']);
  });

  it('waits for a bounded number of time stamps', () => {
    const { test } = up();
    const counts = Array.from(
      { length: maxPendingResponses + 1 },
      (_, sequenceId) => reasons(test.receive(pdelayReq({ sequenceId }), 1n)).length,
    );
    expect(counts.at(-1)).toBe(1);
    expect(counts.slice(0, -1).every((count) => count === 0)).toBe(true);
  });

  it('leaves its own requests and every other message alone', () => {
    const { test } = up();
    const own = pdelayReq({ sourcePortIdentity: { ...ownIdentity, portNumber: 1 } });
    expect(reasons(test.receive(own, 1n))).toEqual(['ownMessage']);
    const sync = { ...pdelayReq(), messageType: 'Sync' as const };
    expect(reasons(test.receive(sync, 1n))).toEqual(['ignoredMessageType']);
    const port = new PeerDelayLink(peerDelaySettings);
    port.step({ kind: 'link', port: 2, up: true });
    const garbage = {
      kind: 'message',
      port: 2,
      message: new Uint8Array(3),
      source: neighborAddress,
      toUnicast: false,
    } as const;
    expect(reasons(port.step(garbage))).toEqual(['truncatedHeader']);
  });
});
