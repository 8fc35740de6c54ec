/** What is told of the ports, and when it is over. */
import { describe, expect, test } from 'vitest';
import type { LinkDelaySnapshot, PortSnapshot } from '../../../../src/observe/snapshot.js';
import { portSnapshot, snapshot } from '../../../support/snapshots.js';
import { beginMs, names, watching } from './watching.js';

const withPort = (part: Partial<PortSnapshot>) =>
  snapshot({ ports: [portSnapshot('eth1', part), portSnapshot('eth2')] });

describe('a link', () => {
  test('that is down at the start is no news, that it comes up is', () => {
    const { look } = watching();
    expect(look(withPort({ link: 'down' }), 100)).toEqual([]);
    expect(look(withPort({}), 5)).toMatchObject([
      {
        ...{ kind: 'link-changed', state: 'once', severity: 'info', interface: 'eth1' },
        ...{ from: 'down', to: 'up', text: 'the link is up: forwarding' },
      },
    ]);
  });

  test('that goes down is told at once, and that it is back', () => {
    const { look, events, moment, told } = watching();
    look(withPort({}));
    events.note({ kind: 'link', interface: 'eth1', link: 'down' }, moment());
    events.note({ kind: 'link', interface: 'eth1', link: 'down' }, moment());
    expect(told).toMatchObject([
      { seq: 1, kind: 'link-changed', severity: 'warning', state: 'raised', atMs: beginMs + 1000 },
    ]);
    expect(look(withPort({ link: 'down' }), 10)).toEqual([]);
    events.note({ kind: 'link', interface: 'eth1', link: 'up' }, moment());
    expect(told.slice(1)).toMatchObject([
      {
        ...{ seq: 2, state: 'cleared', from: 'down', to: 'up' },
        ...{ sinceMs: beginMs + 1000, atMs: beginMs + 11_000 },
      },
    ]);
  });

  test('that is down is an alarm until it is back', () => {
    const { look, events } = watching();
    const alarms = () => events.alarms((unixMs) => `${unixMs - beginMs} ms`);
    look(withPort({}));
    expect(alarms()).toEqual([]);
    look(withPort({ link: 'down' }));
    expect(alarms()).toMatchObject([
      { kind: 'link-changed', severity: 'warning', interface: 'eth1', since: '2000 ms' },
    ]);
    look(withPort({}));
    expect(alarms()).toEqual([]);
  });

  test('that flaps is told a few times, and is over only when it has been up for 10 s', () => {
    const { look } = watching();
    look(withPort({}));
    const told = Array.from({ length: 20 }, () => [
      ...look(withPort({ link: 'down' })),
      ...look(withPort({})),
    ]).flat();
    expect(names(told)).toEqual([
      ...['link-changed raised', 'link-changed cleared', 'link-changed raised'],
      ...['link-changed cleared', 'link-changed raised'],
    ]);
    expect(look(withPort({}), 8)).toEqual([]);
    expect(names(look(withPort({}), 2))).toEqual(['link-changed cleared']);
  });

  test('whose interface is gone is told as that', () => {
    const { look } = watching();
    look(withPort({}));
    expect(names(look(withPort({ link: 'absent' })))).toEqual(['interface-absent raised']);
    expect(names(look(withPort({ link: 'down' })))).toEqual([
      'interface-absent cleared',
      'link-changed raised',
    ]);
    expect(names(look(withPort({})))).toEqual(['link-changed cleared']);
  });
});

test('another kind of time stamps is told once, not that an interface is gone meanwhile', () => {
  const { look } = watching();
  look(withPort({}));
  look(withPort({ link: 'absent', timestamping: 'software' }));
  const software = withPort({ timestamping: 'software', timestampingReason: 'no hardware clock' });
  const told = look(software, 5).filter(({ kind }) => kind === 'timestamping-mode-changed');
  expect(told).toMatchObject([
    {
      ...{ state: 'once', severity: 'warning', from: 'hardware', to: 'software' },
      text: 'software time stamps in place of hardware ones: no hardware clock',
    },
  ]);
});

describe('counts', () => {
  test.each([
    ['timestamp.transmitMissing', 'transmit-timestamps-missing', 'warning'],
    ['timestamp.receiveMissing', 'receive-timestamps-missing', 'warning'],
    ['drop.heldFull', 'pool-spent', 'warning'],
    ['drop.recordsFull', 'records-lost', 'error'],
  ])('of %s that grow raise %s, and clear it 10 s after', (counter, kind, severity) => {
    const { look } = watching();
    const counted = (count: number) => snapshot({}, [{}, { [counter]: count }]);
    // What was counted before is none of it.
    expect(look(counted(7), 3)).toEqual([]);
    expect(look(counted(12))).toMatchObject([
      { kind, severity, state: 'raised', interface: 'eth2', to: '5 in 10 s' },
    ]);
    look(counted(20), 3);
    expect(look(counted(20), 6)).toEqual([]);
    expect(names(look(counted(20), 3))).toEqual([`${kind} cleared`]);
  });

  test('a single time stamp that is missing is no news, nor are those that a pulled cable takes along', () => {
    const { look } = watching();
    const missing = (count: number) => snapshot({}, [{ 'timestamp.transmitMissing': count }]);
    look(missing(0));
    expect(look(missing(1), 20)).toEqual([]);
    const counts = [{ 'timestamp.transmitMissing': 9 }];
    const down = { ports: [portSnapshot('eth1', { link: 'down' }), portSnapshot('eth2')] };
    expect(names(look(snapshot(down, counts), 5))).toEqual(['link-changed raised']);
    expect(names(look(missing(9), 20))).toEqual(['link-changed cleared']);
  });

  test('residences beyond the threshold are told, those below are not', () => {
    const { look } = watching({ residenceNs: 1e6 });
    const stayed = (short: number, long: number) =>
      snapshot({}, [{ 'residence.1': short, 'residence.2': long }]);
    look(stayed(0, 0));
    expect(look(stayed(50, 0), 3)).toEqual([]);
    expect(look(stayed(50, 2))).toMatchObject([
      { kind: 'residence-beyond-threshold', interface: 'eth1', to: '2 messages in 10 s' },
    ]);
    expect(names(look(stayed(90, 2), 21))).toEqual(['residence-beyond-threshold cleared']);
  });
});

test('a loop is told once as long as it is there, though the port is tried again', () => {
  const { look, events, moment, told } = watching();
  const isolated = withPort({ isolatedWith: 'eth2' });
  for (let trial = 0; trial < 5; trial++) {
    events.note({ kind: 'loop', interface: 'eth1', other: 'eth2' }, moment());
    look(isolated, 10);
    look(withPort({}));
  }
  expect(names(told)).toEqual(['loop-found raised']);
  expect(names(look(withPort({}), 5))).toEqual(['loop-found cleared']);
});

test('a hardware clock that others steer is told once, until they leave it alone', () => {
  const { look, events, moment, told } = watching();
  for (let second = 0; second < 30; second++) {
    events.note({ kind: 'clockMoved', interface: 'eth1' }, moment());
    look(withPort({}));
  }
  expect(names(told)).toEqual(['clock-moved raised']);
  expect(names(look(withPort({}), 12))).toEqual(['clock-moved cleared']);
});

test.each(['second-answer', 'answer-by-other-port', 'messages-merged', 'port-error'] as const)(
  '%s is told as it is',
  (kind) => {
    const { events, moment, told } = watching();
    events.note({ kind, interface: 'eth1', text: 'so it is', remedy: 'do that' }, moment());
    expect(told).toMatchObject([{ kind, state: 'once', text: 'so it is', remedy: 'do that' }]);
  },
);

describe('the delay of a link', () => {
  const measured = (meanLinkDelayNs: number, part: Partial<LinkDelaySnapshot> = {}) =>
    withPort({
      linkDelays: [
        {
          ...{ transport: 'l2', state: 'measured', description: 'measured', meanLinkDelayNs },
          ...{ neighborRateRatio: 1, neighbor: '020000.fffe.000002-1', ...part },
        },
      ],
    });

  test('that jumps is told once, with both values; a single outlier is not', () => {
    const { look } = watching();
    look(measured(300), 5);
    expect(look(measured(5000))).toEqual([]);
    expect(look(measured(300), 5)).toEqual([]);
    expect(look(measured(5000), 10)).toMatchObject([
      { kind: 'link-delay-jumped', state: 'once', from: '300 ns', to: '5000 ns' },
    ]);
  });

  test('may be another one after the link was down', () => {
    const { look } = watching();
    look(measured(300), 5);
    look(withPort({ link: 'down' }));
    expect(names(look(measured(5000), 5))).toEqual(['link-changed cleared']);
  });

  test('beyond its threshold is told until it is within it again', () => {
    const { look } = watching({ delayNs: 1e3, delayJumpNs: 1e6 });
    expect(look(measured(900), 3)).toEqual([]);
    expect(look(measured(1100), 3)).toMatchObject([
      { kind: 'delay-beyond-threshold', from: '1000 ns', to: '1100 ns', interface: 'eth1' },
    ]);
    expect(names(look(measured(900), 6))).toEqual(['delay-beyond-threshold cleared']);
  });

  test('that several answer for is told by transport', () => {
    const { look } = watching();
    const several = measured(NaN, {
      ...{ state: 'multipleResponders', description: 'more than one peer answers' },
      meanLinkDelayNs: null,
    });
    expect(look(several, 5)).toMatchObject([
      { kind: 'several-answers', state: 'raised', text: 'l2: more than one peer answers' },
    ]);
    expect(names(look(measured(300), 5))).toEqual(['several-answers cleared']);
  });
});

test('what no instance takes is told once for each kind, what is for other hosts is not', () => {
  const { look } = watching();
  const heard = {
    ...({ interface: 'eth1', sdoId: 0, domain: 24, transport: 'l2', vlan: null } as const),
    ...{
      announce: true,
      reason: 'otherDomain',
      description: 'eth1: PTP of domain 24 is not taken; give one domain: 24',
    },
    messages: 1,
  };
  const other = { ...heard, domain: 25, reason: 'otherHost' };
  const both = snapshot({ unusable: [heard, { ...heard, announce: false }, other] });
  expect(look(both, 20)).toMatchObject([
    { kind: 'heard-but-unusable', domain: 24, to: 'otherDomain', remedy: 'give one domain: 24' },
  ]);
  expect(look(snapshot())).toMatchObject([
    { state: 'cleared', text: 'over: PTP of domain 24 is not taken' },
  ]);
});

test('whoever makes up domains is told of 64 times', () => {
  const { look, told } = watching();
  for (let domain = 0; domain < 200; domain++) {
    const heard = {
      ...({ interface: 'eth1', sdoId: 0, domain, transport: 'l2', vlan: null } as const),
      ...{ announce: true, reason: 'otherDomain', description: 'not taken' },
      messages: 1,
    };
    look(snapshot({ unusable: [heard] }));
  }
  expect(told.filter(({ state }) => state === 'raised')).toHaveLength(64);
});
