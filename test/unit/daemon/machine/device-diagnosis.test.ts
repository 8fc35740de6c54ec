/**
 * Over what iproute2 6.1 told of devices that Linux 6.12 had (6.18: htb): test/fixtures/network-devices.json, without fields of no
 * concern, and of queues alike the first. What neither kernel has, in the form that iproute2's sources give it, is made here.
 */
import { describe, expect, test } from 'vitest';
import {
  diagnoseDevice,
  diagnoseObstacles,
} from '../../../../src/daemon/machine/device-diagnosis.js';
import {
  networkDevicesOf,
  type LinkJson,
  type QdiscJson,
} from '../../../../src/daemon/machine/network-devices.js';
import { read } from '../../../support/project-files.js';

const { links, qdiscs } = JSON.parse(read('test/fixtures/network-devices.json')) as {
  readonly links: readonly LinkJson[];
  readonly qdiscs: Readonly<Record<string, readonly QdiscJson[]>>;
};
const networkOf = (some: readonly LinkJson[], queues: readonly QdiscJson[] = []) => ({
  devices: networkDevicesOf(some, queues),
  obstacles: [],
});
const findingsOf = (name: string) => diagnoseDevice(name, networkOf(links));
const changed = (name: string, change: Partial<LinkJson>): LinkJson => {
  const link = links.find(({ ifname }) => ifname === name);
  if (link === undefined) throw new Error(`no ${name} was recorded`);
  return { ...link, ...change };
};

describe('what an interface is', () => {
  test('a bond: its members are to be the ports', () => {
    expect(findingsOf('bond7')).toEqual([
      {
        level: 'note',
        text: 'is a bond (active-backup) of v0: which of them a message takes changes, and delay and time stamps with it',
        remedy: 'let each be a port of its own, without it: ip link set v0 nomaster',
      },
    ]);
  });

  test.each([
    ['v0', 'bond7'],
    ['eth0', 'bond0'],
  ])('%s, a member of a bond: one at most is to be a port', (name, bond) => {
    expect(findingsOf(name)).toEqual([
      {
        level: 'note',
        text: `is a member of the bond ${bond}: two of them as ports bring every message to the neighbour twice`,
        remedy: `let one of them at most be a port, or take it out: ip link set ${name} nomaster`,
      },
    ]);
  });

  test('a team and its member are told as a bond is', () => {
    const network = networkOf([
      { ifname: 'team0', linkinfo: { info_kind: 'team' } },
      { ifname: 'eth1', master: 'team0', linkinfo: { info_slave_kind: 'team' } },
    ]);
    expect(diagnoseDevice('team0', network)[0]?.text).toMatch(/^is a team of eth1: /);
    expect(diagnoseDevice('eth1', network)[0]?.text).toMatch(/^is a member of the team team0: /);
  });

  test('a macvlan: what it is on is to be the port', () => {
    expect(findingsOf('mv0')).toEqual([
      {
        level: 'note',
        text: 'is a macvlan (bridge) on v1: what is for other stations does not reach it, so their unicast PTP does not pass',
        remedy: 'let v1 itself be the port',
      },
    ]);
    expect(findingsOf('ipv0')[0]?.text).toMatch(/^is an ipvlan \(l2\) on v3: /);
  });

  test('a macvlan of a container, whose lower interface is not in it', () => {
    const { linkinfo } = changed('mv0', {});
    const inContainer = { ifname: 'mv0', ...(linkinfo && { linkinfo }) };
    const [finding] = diagnoseDevice('mv0', networkOf([inContainer]));
    expect(finding?.text).toContain('on an interface of another network namespace: what is for');
    expect(finding?.remedy).toBe('let that interface itself be the port');
  });

  test('a macvlan in passthru gets everything', () => {
    const linkinfo = { info_kind: 'macvlan', info_data: { mode: 'passthru' } };
    const [finding] = diagnoseDevice('mv0', networkOf([changed('mv0', { linkinfo })]));
    expect(finding?.text).toBe('is a macvlan (passthru) on v1, one step further from the wire');
  });

  test('nothing is said of other kinds, of ports of a bridge, of what the kernel does not list', () => {
    expect(findingsOf('vl10')).toEqual([]);
    const port = { master: 'br0', linkinfo: { info_kind: 'veth', info_slave_kind: 'bridge' } };
    expect(diagnoseDevice('v0', networkOf([changed('v0', port)]))).toEqual([]);
    expect(findingsOf('eth9')).toEqual([]);
  });
});

describe('what leaves by it waits for', () => {
  const nic: LinkJson = { ifname: 'eth1' };
  const notesOf = (queues: readonly QdiscJson[]) =>
    diagnoseDevice('eth1', networkOf([nic], queues)).map(({ level, text }) => `${level}: ${text}`);
  const recorded = (name: string) => qdiscs[name] ?? [];
  const removal = 'tc qdisc del dev eth1 root';

  test.each(['tbf', 'htb'])('%s, a rate', (kind) => {
    expect(diagnoseDevice('eth1', networkOf([nic], recorded(kind)))).toEqual([
      {
        level: 'note',
        text: `the queueing discipline ${kind} limits the rate of what leaves: the time stamp of a message that waits in it for more than 100 ms comes too late`,
        remedy: `${removal}, or give PTP a class of its own before all others`,
      },
    ]);
  });

  test('netem, an impairment', () => {
    expect(diagnoseDevice('eth1', networkOf([nic], recorded('netem')))).toEqual([
      {
        level: 'note',
        text: 'the queueing discipline netem delays, loses or reorders what leaves, PTP included',
        remedy: removal,
      },
    ]);
  });

  test('taprio, a gate', () => {
    expect(diagnoseDevice('eth1', networkOf([nic], recorded('taprio')))).toEqual([
      {
        level: 'note',
        text: 'the queueing discipline taprio lets a message leave when its gate is open',
        remedy: `choose with socketPriority a queue whose gate is open often, or ${removal}`,
      },
    ]);
  });

  test('etf, a launch time that nobody has given: nothing leaves, which is a problem', () => {
    expect(diagnoseDevice('eth1', networkOf([nic], recorded('etf')))).toEqual([
      {
        level: 'problem',
        text: 'the queueing discipline etf drops what has no launch time, and messages of the switch have none',
        remedy: removal,
      },
    ]);
  });

  test('the same of single queues of a NIC', () => {
    expect(notesOf(recorded('mq with tbf and etf'))).toEqual([
      expect.stringMatching(/^note: the queueing discipline tbf, of a queue, limits the rate/),
      expect.stringMatching(/^note: the queueing discipline etf, of a queue, drops/),
    ]);
  });

  test.each(['mq', 'mqprio', 'fq_codel', 'fq', 'prio', 'pfifo'])('nothing by %s', (kind) => {
    expect(recorded(kind)).not.toEqual([]);
    expect(notesOf(recorded(kind))).toEqual([]);
  });

  test.each([
    ['cake', { bandwidth: 12_500_000 }, 1],
    ['cake', { bandwidth: 'unlimited' }, 0],
    ['mqprio', { shaper: 'bw_rlimit' }, 1],
    ['cbs', {}, 1],
  ])('%s with %o: a rate, or none', (kind, options, count) => {
    expect(notesOf([{ kind, dev: 'eth1', root: true, options }])).toHaveLength(count);
  });

  test('what a member of a bond or the interface below a macvlan has is told of what is on it', () => {
    const queues = recorded('tbf').map((queue) => ({ ...queue, dev: 'v0' }));
    expect(diagnoseDevice('bond7', networkOf(links, queues))[1]).toMatchObject({
      text: expect.stringMatching(/^v0 below it: the queueing discipline tbf limits/) as string,
      remedy: expect.stringMatching(/^tc qdisc del dev v0 root/) as string,
    });
  });
});

test('what cannot be read is a note, not silence', () => {
  const why = 'there is no tc command: install it with apt-get install iproute2';
  expect(diagnoseObstacles({ devices: new Map(), obstacles: [why] })).toEqual([
    {
      level: 'note',
      text: `not all is known of bonds, macvlans and queueing disciplines (${why})`,
      remedy: 'look yourself: ip -d link; tc qdisc',
    },
  ]);
  expect(diagnoseObstacles({ devices: new Map(), obstacles: [] })).toEqual([]);
});
