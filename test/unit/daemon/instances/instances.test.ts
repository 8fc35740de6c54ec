/** A peer-to-peer transparent clock on a fake data plane, under virtual time. */
import { describe, expect, it } from 'vitest';
import type { InstanceConfig } from '../../../../src/config/config.js';
import { loadConfig } from '../../../../src/config/load.js';
import {
  allPorts,
  clockIdentityFromMac,
  formatPortIdentity,
  type PortIdentity,
} from '../../../../src/core/time/identity.js';
import type { Message } from '../../../../src/core/wire/message.js';
import { ManagementAction } from '../../../../src/core/wire/messages/management.js';
import { decapsulate } from '../../../../src/daemon/runtime/encapsulation.js';
import { noTimeFacts } from '../../../../src/daemon/instances/own-times.js';
import { announceFrom, headerFrom } from '../../../support/announces.js';
import { neighborIdentity, pdelayReq } from '../../../support/peer-delay.js';
import type { FakeDataPlane } from '../fake-data-plane.js';
import {
  answer,
  frameRecord,
  offset,
  open,
  peerToPeer,
  requests,
  second,
  setup,
} from './running-instances.js';

describe('a peer-to-peer transparent clock', () => {
  it('asks on every port and transport, every second', () => {
    const { dataPlane, time } = setup();
    const asked = () => requests(dataPlane).map(({ port, transport }) => `${port} ${transport}`);
    const everywhere = ['0 l2', '0 udp4', '0 udp6', '1 l2', '1 udp4', '1 udp6'];
    expect(asked()).toEqual(everywhere);
    time.advance(second);
    expect(asked()).toEqual([...everywhere, ...everywhere]);
  });

  it('is one clock with a portIdentity for each port', () => {
    const { dataPlane } = setup();
    const clockIdentity = clockIdentityFromMac('02:00:00:00:00:01');
    const identities = requests(dataPlane).map(({ port, message }) => ({
      port,
      identity: message.header.sourcePortIdentity,
    }));
    for (const { port, identity } of identities) {
      expect(identity).toEqual({ clockIdentity, portNumber: port + 1 });
    }
  });

  it('asks in the configured domain, as often as the keenest instance', () => {
    const { dataPlane, time } = setup([
      { type: 'p2p-tc', domain: 24, logMinPdelayReqInterval: 1 },
      { type: 'p2p-tc', domain: 25, logMinPdelayReqInterval: -1 },
    ]);
    expect(requests(dataPlane)[0]?.message.header.domainNumber).toBe(24);
    time.advance(second);
    expect(requests(dataPlane)).toHaveLength(3 * 6);
  });

  it('sends from the addresses of its interface, or from what goes for none on a link', () => {
    const sources = (dataPlane: FakeDataPlane) =>
      requests(dataPlane)
        .filter(({ port }) => port === 1)
        .map(({ frame, transport }) => decapsulate(frame, offset[transport], 54)?.source.ip);
    expect(sources(setup().dataPlane)).toEqual([undefined, '0.0.0.0', 'fe80::ff:fe00:2']);
    const addressed = setup([peerToPeer], { ipv4: '192.0.2.1', linkLocalIpv6: 'fe80::1' });
    expect(sources(addressed.dataPlane)).toEqual([undefined, '192.0.2.1', 'fe80::1']);
  });

  it.each(['l2', 'udp4', 'udp6'] as const)(
    'programs and shows the delay found on %s',
    (transport) => {
      const { dataPlane, time, clock } = setup();
      const request = requests(dataPlane).find(
        (sent) => sent.port === 1 && sent.transport === transport,
      );
      if (request === undefined) throw new Error('no request');
      answer(dataPlane, request);
      time.advance(0.01 * second);
      const expected = { port: 1, transport, meanLinkDelay: 700n * 65536n };
      expect(dataPlane.programmed.at(-1)?.linkDelays).toEqual([expected]);
      const links = clock.peerDelay(1)?.links;
      expect(links?.find((link) => link.transport === transport)).toEqual({
        transport,
        state: 'measured',
        description: 'measured',
        meanLinkDelayNs: 700,
        neighborRateRatio: null,
        neighbor: formatPortIdentity(neighborIdentity),
        discarded: {},
      });
      expect(links?.filter(({ state }) => state === 'measuring')).toHaveLength(2);
    },
  );

  it('measures the link of a port that spanning tree blocks, and goes on when it forwards', () => {
    const { dataPlane, time, clock } = setup();
    const bridge = (forwarding: readonly boolean[]) => ({
      ...{ forwarding, pvid: forwarding.map(() => 0), vlans: null, topologyChanges: 0 },
    });
    clock.setBridge(bridge([false, true]));
    const [request] = requests(dataPlane);
    if (request?.port !== 0) throw new Error('no request at the port that is blocked');
    answer(dataPlane, request);
    time.advance(0.01 * second);
    const measured = dataPlane.programmed.at(-1)?.linkDelays;
    expect(measured).toHaveLength(1);
    clock.setBridge(bridge([true, true]));
    expect(dataPlane.programmed.at(-1)).toMatchObject({
      linkDelays: measured,
      bridge: { forwarding: [true, true] },
    });
  });

  it('takes a delay back when the link goes', () => {
    const { dataPlane, time } = setup();
    const [request] = requests(dataPlane);
    if (request === undefined) throw new Error('no request');
    answer(dataPlane, request);
    time.advance(0.01 * second);
    dataPlane.report({ kind: 'link', port: request.port, present: true, up: false });
    time.advance(0.01 * second);
    expect(dataPlane.programmed.at(-1)?.linkDelays).toEqual([]);
  });

  it('reports an end-to-end neighbour as what it is', () => {
    const { dataPlane, time, clock } = setup();
    expect(clock.peerDelay(0)?.problem).toBeNull();
    dataPlane.setCounter(0, 'drop.otherDelayMechanism', 3);
    time.advance(second);
    expect(clock.peerDelay(0)?.problem).toMatch(
      /^the neighbour measures its delay end to end \(3 .*: set the neighbour to peer-to-peer .*, or this switch to type: e2e-tc$/,
    );
    expect(clock.peerDelay(1)?.problem).toBeNull();
    // Somebody else is plugged in.
    dataPlane.report({ kind: 'link', port: 0, present: true, up: false });
    dataPlane.report({ kind: 'link', port: 0, present: true, up: true });
    time.advance(second);
    expect(clock.peerDelay(0)?.problem).toBeNull();
  });

  it('reports an end-to-end grandmaster, whose Syncs it cannot correct', () => {
    const { dataPlane, time, clock } = setup();
    dataPlane.setCounter(0, 'drop.linkDelayUnknown', 32);
    expect(clock.peerDelay(0)?.problem).toBeNull();
    time.advance(second);
    expect(clock.peerDelay(0)?.problem).toMatch(/^Syncs come in, but no peer answers Pdelay_Req/);
    expect(clock.peerDelay(1)?.problem).toBeNull();
  });

  it('counts what comes to nothing, by transport', () => {
    const { dataPlane, time, clock } = setup();
    time.advance(second);
    const [l2] = clock.peerDelay(0)?.links ?? [];
    expect(l2).toMatchObject({
      transport: 'l2',
      state: 'noResponse',
      discarded: { pdelayRespMissing: 1 },
    });
    expect(dataPlane.submitted).not.toHaveLength(0);
  });

  it('asks no more once it is stopped', () => {
    const { dataPlane, time, clock } = setup();
    clock.stop();
    const before = dataPlane.submitted.length;
    time.advance(5 * second);
    expect(dataPlane.submitted).toHaveLength(before);
    expect(time.pending).toBe(0);
  });
});

describe('an end-to-end transparent clock', () => {
  it('waits for nothing but messages, for it has no time of its own', () => {
    const { time } = setup([{ type: 'e2e-tc', domain: 0 }]);
    expect(time.pending).toBe(0);
  });
});

describe('a transparent clock of either kind', () => {
  it('syntonises, and shows it with the instance that serves the domain', () => {
    const single: InstanceConfig = { type: 'e2e-tc', domain: 24 };
    const any: InstanceConfig = { type: 'e2e-tc', domain: 'any' };
    const { dataPlane, time, clock } = setup([single, any]);
    expect(dataPlane.submitted).toEqual([]);
    expect(clock.peerDelay(0)).toBeUndefined();
    for (let quarter = 0n; quarter < 12n; quarter += 1n) {
      const timestampNs = quarter * 250_000_000n;
      dataPlane.report({
        kind: 'syncObserved',
        port: 0,
        sdoId: 0,
        domainNumber: 24,
        sourcePortIdentity: Uint8Array.of(2, 0, 0, 0xff, 0xfe, 0, 0, 9, 0, 1),
        sequenceId: Number(quarter),
        timestampNs,
        preciseOriginTimestampNs: timestampNs + timestampNs / 10_000n,
        correction: 0n,
      });
      time.advance(second / 4);
    }
    const [status] = clock.syntonisation(single);
    expect(status).toMatchObject({
      domainNumber: 24,
      state: 'locked',
      source: '020000.fffe.000009-1',
    });
    expect(status?.rateOffsetPpb).toBeCloseTo(100_000, 3);
    expect(clock.syntonisation(any)).toEqual([]);
    expect(dataPlane.programmed.at(-1)?.rateRatios[0]?.rateOffset).toBeCloseTo(1e-4, 9);
    clock.stop();
  });

  it('counts by port the management requests that it leaves out, whichever transport they came by', () => {
    const lines: string[] = [];
    const facts = { ...noTimeFacts, warn: (line: string) => lines.push(line) };
    const { dataPlane, clock } = setup([peerToPeer], {}, facts);
    const request = (source: PortIdentity): Message => ({
      messageType: 'Management',
      header: headerFrom(source),
      targetPortIdentity: allPorts,
      ...{ startingBoundaryHops: 0, boundaryHops: 0, actionField: ManagementAction.GET, tlvs: [] },
    });
    expect(clock.discarded(peerToPeer)).toEqual({});
    const own = { clockIdentity: clockIdentityFromMac('02:00:00:00:00:01'), portNumber: 1 };
    for (const [transport, source] of [
      ...[['l2', neighborIdentity] as const, ['udp4', neighborIdentity] as const],
      ...(['l2', 'udp4', 'udp6'] as const).map((each) => [each, own] as const),
    ]) {
      dataPlane.report(frameRecord(1, transport, request(source), 0n));
    }
    expect(clock.discarded(peerToPeer)).toEqual({
      eth2: { malformedManagement: 2, ownMessage: 3 },
    });
    expect(lines).toEqual([
      expect.stringMatching(/: eth2: a message has the clockIdentity of this/),
    ]);
    clock.stop();
  });
});

describe('a boundary clock beside a peer-to-peer transparent clock', () => {
  const [endToEnd] = loadConfig('config/boundary-clock.yaml').instances.filter(
    ({ type }) => type === 'bc',
  );
  const inDomain = (domainNumber: number) => pdelayReq({ domainNumber, sequenceId: 7 });
  const answered = ({ submitted }: FakeDataPlane) =>
    submitted
      .map(open)
      .filter(({ message }) => message.messageType === 'Pdelay_Resp')
      .map(({ message }) => message.header.domainNumber);

  it('leaves the other domains to it, and counts by port what it ignores', () => {
    if (endToEnd === undefined) throw new Error('no boundary clock in the sample');
    const { dataPlane, clock } = setup([endToEnd, peerToPeer]);
    dataPlane.report(frameRecord(1, 'l2', inDomain(0), 5n), frameRecord(1, 'l2', inDomain(24), 6n));
    expect(answered(dataPlane)).toEqual([24]);
    const ports = clock.clocks()[0]?.clock.ports.map(({ discarded }) => discarded);
    expect(ports?.[0]).toEqual({});
    expect(ports?.[1]).toEqual({ otherDelayMechanism: 1, otherDomain: 1 });
    clock.stop();
  });

  it('answers in its own domain alone where it measures its links itself', () => {
    if (endToEnd === undefined || !('ports' in endToEnd)) throw new Error('no boundary clock');
    const ports = endToEnd.ports.map((port) => ({ ...port, delayMechanism: 'p2p' as const }));
    const { dataPlane, clock } = setup([{ ...endToEnd, ports }, peerToPeer]);
    dataPlane.report(frameRecord(1, 'l2', inDomain(0), 5n), frameRecord(1, 'l2', inDomain(24), 6n));
    expect(answered(dataPlane)).toEqual([0, 24]);
    clock.stop();
  });
});

describe('a peer-to-peer clock of domain 24', () => {
  const [boundary] = loadConfig('config/boundary-clock.yaml').instances.filter(
    (instance) => instance.type === 'bc',
  );

  it('measures with a neighbour of domain 0 alone, and says that the rest of that is not taken', () => {
    if (boundary === undefined || !('ports' in boundary)) throw new Error('no boundary clock');
    const ports = boundary.ports.map((port) => ({ ...port, delayMechanism: 'p2p' as const }));
    const { dataPlane, time, clock } = setup([{ ...boundary, domain: 24, ports }]);
    dataPlane.report(frameRecord(1, 'l2', pdelayReq({ domainNumber: 0 }), 5n));
    time.advance(second);
    const asked = requests(dataPlane).filter(({ port }) => port === 1);
    expect(asked.map(({ message }) => message.header.domainNumber)).toEqual([24, 0]);
    expect(clock.notTaken()).toEqual([]);
    const [, request] = asked;
    if (request !== undefined) answer(dataPlane, request);
    expect(clock.peerDelay(1)?.links).toMatchObject([{ state: 'measured', meanLinkDelayNs: 700 }]);

    const announce = announceFrom(neighborIdentity, {}, { domainNumber: 0 });
    dataPlane.report(frameRecord(1, 'l2', announce, 0n));
    expect(clock.notTaken()).toMatchObject([{ domainNumber: 0, reason: 'otherDomain' }]);
    expect(clock.unclaimed.of(1)).toMatchObject({ otherTransport: 1, otherHost: 0 });
    // Of the first request alone.
    const { discarded } = clock.clocks()[0]?.clock.ports[1] ?? {};
    expect(discarded).toEqual({ pdelayRespMissing: 1 });
    clock.stop();
  });
});

it('goes on with a kernel that refuses to say how its clock is kept, and tells that once', () => {
  const [clock] = loadConfig('config/boundary-clock.yaml').instances.filter(
    (instance) => instance.type === 'bc',
  );
  if (clock === undefined || !('ports' in clock)) throw new Error('no boundary clock');
  const warnings: string[] = [];
  const refusing = () => {
    throw Object.assign(new Error('clock_adjtime: EPERM'), { code: 'ERR_SYSTEM' });
  };
  const { time } = setup(
    [
      { ...clock, clock: 'system' },
      { ...clock, domain: 1 },
    ],
    {},
    {
      ...noTimeFacts,
      kernelClock: { read: refusing, change: () => undefined },
      warn: (line) => warnings.push(line),
    },
  );
  time.advance(2 * second);
  expect(warnings.filter((line) => line.includes('clock_adjtime'))).toEqual([
    'the kernel does not say how its clock is kept: clock_adjtime: EPERM',
  ]);
});
