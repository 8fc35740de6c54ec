import { describe, expect, test } from 'vitest';
import { defaultProfile } from '../../../../src/core/profile/default.js';
import {
  GroupMemberships,
  type MemberPort,
} from '../../../../src/daemon/multicast/group-memberships.js';
import { VirtualTime } from '../../../support/virtual-time.js';

/** Joins, in order, and whether each socket is still open. */
function setup(ports: readonly MemberPort[], ipv4: Record<string, string | undefined>) {
  const joined: string[] = [];
  const warnings: string[] = [];
  const time = new VirtualTime();
  let open = 0;
  let refused: Error | undefined;
  const memberships = new GroupMemberships({
    ports,
    addressesOf: (name) => ({ ipv4: ipv4[name], linkLocalIpv6: undefined }),
    timerClock: time,
    warn: (line) => warnings.push(line),
    openSocket: () => {
      open += 1;
      const socket = {
        addMembership: (group: string, local?: string) => {
          if (refused !== undefined) throw refused;
          joined.push(`${group} at ${local}`);
        },
        close: () => {
          open -= 1;
          return socket as never;
        },
        on: () => socket as never,
      };
      return socket;
    },
  });
  return {
    ...{ joined, warnings, time, memberships, ipv4 },
    open: () => open,
    refuse: (error: Error | undefined) => (refused = error),
  };
}

const { groups } = defaultProfile.encapsulation;
const udp4: MemberPort = {
  ...{ interface: 'eth1', transport: 'udp4', delayMechanism: 'e2e' },
  groups: groups.udp4,
};
const udp6: MemberPort = {
  ...{ interface: 'eth2', transport: 'udp6', delayMechanism: 'p2p' },
  groups: groups.udp6,
};

describe('multicast groups (annexes C.3, D.3)', () => {
  test('a port joins those of its transport, that of peer delay where it measures', () => {
    const { memberships, joined, warnings, open } = setup([udp4, udp6], { eth1: '192.0.2.1' });
    memberships.start();
    expect(joined).toEqual([
      '224.0.1.129 at 192.0.2.1',
      'ff0e::181 at ::%eth2',
      'ff02::6b at ::%eth2',
    ]);
    expect(warnings).toEqual([]);
    memberships.close();
    expect(open()).toBe(0);
  });

  test('without an IPv4 address it says so once, and joins when there is one', () => {
    const { memberships, joined, warnings, time, ipv4 } = setup([udp4], {});
    memberships.start();
    time.advance(60e9);
    expect(joined).toEqual([]);
    expect(warnings).toEqual([
      'eth1: it has no IPv4 address: PTP messages leave from 0.0.0.0, and its multicast groups cannot be joined; ' +
        'give it one (ip address add ... dev eth1), or use transport: l2',
    ]);
    ipv4.eth1 = '192.0.2.7';
    time.advance(5e9);
    expect(joined).toEqual(['224.0.1.129 at 192.0.2.7']);
  });

  test('that it has one now is taken at its word; who is a member already stays so without a break', () => {
    const { memberships, joined, ipv4, open } = setup([udp4, udp6], {});
    memberships.start();
    const before = [...joined];
    ipv4.eth1 = '192.0.2.7';
    memberships.retry();
    expect(joined).toEqual([...before, '224.0.1.129 at 192.0.2.7']);
    memberships.retry();
    expect(joined).toHaveLength(before.length + 1);
    expect(open()).toBe(2);
  });

  test('an interface that comes up joins anew; one that refuses is told and tried again', () => {
    const { memberships, joined, warnings, time, open, refuse } = setup([udp4], {
      eth1: '192.0.2.1',
    });
    memberships.start();
    refuse(new Error('addMembership ENODEV'));
    memberships.renew('eth2');
    expect(warnings).toEqual([]);
    memberships.renew('eth1');
    expect(open()).toBe(0);
    expect(warnings).toEqual([
      'eth1: its multicast groups cannot be joined (addMembership ENODEV): ' +
        'switches that snoop on IGMP or MLD may not deliver PTP messages to it',
    ]);
    refuse(undefined);
    time.advance(5e9);
    expect(joined).toHaveLength(2);
    expect(open()).toBe(1);
  });
});
