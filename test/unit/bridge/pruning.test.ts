import { describe, expect, test } from 'vitest';
import type { BridgeSettings } from '../../../src/bridge/kernel.js';
import { databasesOf, emptyDatabase } from '../../../src/bridge/multicast-database.js';
import { Pruning, type PruningInput } from '../../../src/bridge/pruning.js';

/** As iproute2 6.1 has it. */
const ANSWER = JSON.stringify([
  {
    mdb: [
      { index: 2, dev: 'lan', port: 'eth1', grp: '224.0.1.129', state: 'temp', flags: [] },
      { index: 2, dev: 'lan', port: 'eth3', grp: '224.0.1.129', state: 'temp', flags: [], vid: 10 },
      { index: 2, dev: 'lan', port: 'eth2', grp: 'ff0e::181', src: '2001:db8::1', state: 'temp' },
      { index: 2, dev: 'lan', port: 'lan', grp: 'ff02::6a', state: 'temp', flags: [] },
      { index: 7, dev: 'other', port: 'eth9', grp: '224.0.1.129', state: 'permanent', flags: [] },
    ],
    router: { lan: [{ port: 'eth4', timer: '   0.00', type: 'permanent' }] },
  },
]);

const settings: BridgeSettings = {
  ...{ stp: false, vlanFiltering: false, topologyChange: false },
  ...{
    igmpSnooping: true,
    vlanSnooping: false,
    querier: true,
    askedWithinMs: 135_000,
    membershipMs: 260_000,
  },
};

const names = ['eth1', 'eth2', 'eth3', 'eth4'];
const input: Omit<PruningInput, 'nowMs'> = {
  ...{ bridge: 'lan', settings, linkLocalIpv6: true },
  database: databasesOf(ANSWER).get('lan')!,
  ports: names.map((name) => ({ name, forwarding: true })),
};
const everywhere = [true, true, true, true];

/** One that has asked everybody. */
function settled(changes: Partial<PruningInput> = {}) {
  const pruning = new Pruning();
  pruning.decide({ ...input, ...changes, nowMs: 0 });
  return pruning.decide({ ...input, ...changes, nowMs: 135_000 });
}

function wantedOf({ delivery }: ReturnType<typeof settled>) {
  if (delivery.kind === 'flooded') throw new Error(delivery.reason);
  return delivery.wanted;
}

describe('what `bridge mdb` says', () => {
  test('listeners and multicast routers, bridge by bridge', () => {
    const databases = databasesOf(ANSWER);
    const { listeners, routers } = databases.get('lan')!;
    expect([...listeners.get('224.0.1.129')!]).toEqual(['eth1', 'eth3']);
    expect([...listeners.get('ff0e::181')!]).toEqual(['eth2']);
    expect([...routers]).toEqual(['eth4']);
    expect([...databases.get('other')!.listeners.keys()]).toEqual(['224.0.1.129']);
  });

  test('nothing at all', () => {
    for (const text of ['', '[]', '[{"mdb":[],"router":{}}]']) {
      expect(databasesOf(text).size).toBe(0);
    }
  });
});

describe('where PTP over UDP is wanted', () => {
  test('behind ports with a listener or a multicast router, group by group', () => {
    const { udp4, udp6 } = wantedOf(settled());
    expect(udp4).toEqual([true, false, true, true]);
    expect(udp6[0xe]).toEqual([false, true, false, true]);
    expect(udp6[0x5]).toEqual([false, false, false, true]);
    expect(udp6).toHaveLength(16);
  });

  test('everywhere, until everybody has been asked; that is decided anew by itself', () => {
    const pruning = new Pruning();
    const first = pruning.decide({ ...input, nowMs: 1_000 });
    expect(wantedOf(first).udp4).toEqual(everywhere);
    expect(first.againInMs).toBe(135_000);
    const before = pruning.decide({ ...input, nowMs: 135_999 });
    expect(wantedOf(before).udp4).toEqual(everywhere);
    expect(before.againInMs).toBe(1);
    const after = pruning.decide({ ...input, nowMs: 136_000 });
    expect(wantedOf(after).udp4[1]).toBe(false);
    expect(after.againInMs).toBeUndefined();
  });

  test('behind a port that begins to forward, until it has been asked', () => {
    const pruning = new Pruning();
    const without = input.ports.map((port) => ({ ...port, forwarding: port.name !== 'eth2' }));
    pruning.decide({ ...input, database: emptyDatabase, ports: without, nowMs: 0 });
    const begun = pruning.decide({ ...input, database: emptyDatabase, nowMs: 200_000 });
    expect(wantedOf(begun).udp4).toEqual([false, true, false, false]);
    expect(begun.againInMs).toBe(135_000);
  });

  test('behind a port where somebody has joined once, for some answer no query; until its link goes', () => {
    const forgotten = { ...input, database: emptyDatabase };
    const pruning = new Pruning();
    pruning.decide({ ...input, nowMs: 0 });
    expect(wantedOf(pruning.decide({ ...forgotten, nowMs: 300_000 }))).toMatchObject({
      udp4: [true, false, true, false],
    });
    const withoutLink = input.ports.map((port) => ({ ...port, forwarding: port.name !== 'eth1' }));
    pruning.decide({ ...forgotten, ports: withoutLink, nowMs: 300_000 });
    expect(wantedOf(pruning.decide({ ...forgotten, nowMs: 500_000 })).udp4[0]).toBe(true); // new again
    expect(wantedOf(pruning.decide({ ...forgotten, nowMs: 635_001 })).udp4).toEqual([
      ...[false, false, true, false],
    ]);
  });

  test('no more behind a port whose listener has left: it was gone before its membership was over', () => {
    const nobody = { ...input, database: emptyDatabase };
    for (const [goneAtMs, wanted] of [
      [500_000, false],
      [560_000, true],
    ] as const) {
      const pruning = new Pruning();
      pruning.decide({ ...nobody, nowMs: 0 });
      pruning.decide({ ...input, nowMs: 300_000 });
      const { udp4 } = wantedOf(pruning.decide({ ...nobody, nowMs: goneAtMs }));
      expect(udp4).toEqual([wanted, false, wanted, false]);
    }
  });

  test('everywhere anew when the tree has changed: who listens may be elsewhere', () => {
    const pruning = new Pruning();
    pruning.decide({ ...input, nowMs: 0 });
    const changing = { ...input, settings: { ...settings, topologyChange: true } };
    expect(wantedOf(pruning.decide({ ...changing, nowMs: 200_000 })).udp4).toEqual(everywhere);
    expect(wantedOf(pruning.decide({ ...input, nowMs: 300_000 })).udp4).toEqual(everywhere);
    expect(wantedOf(pruning.decide({ ...input, nowMs: 335_000 })).udp4[1]).toBe(false);
  });

  test('of IPv6 everywhere, where the bridge has no address to ask from', () => {
    const { udp4, udp6 } = wantedOf(settled({ linkLocalIpv6: false }));
    expect(udp4[1]).toBe(false);
    expect(udp6).toEqual(Array.from({ length: 16 }, () => everywhere));
  });

  test.each([
    [
      { igmpSnooping: false },
      /^it does not snoop: .*ip link set lan type bridge mcast_snooping 1$/,
    ],
    [{ querier: false }, /^it is no querier, .*ip link set lan type bridge mcast_querier 1$/],
    [{ vlanSnooping: true }, /^it snoops in each VLAN by itself: .*mcast_vlan_snooping 0$/],
  ])('flooded, and why: %o', (changes, reason) => {
    const { delivery, againInMs } = settled({ settings: { ...settings, ...changes } });
    expect(delivery).toEqual({ kind: 'flooded', reason: expect.stringMatching(reason) as string });
    expect(againInMs).toBeUndefined();
  });

  test('a querier that comes asks everybody first', () => {
    const pruning = new Pruning();
    pruning.decide({ ...input, nowMs: 0 });
    pruning.decide({ ...input, settings: { ...settings, querier: false }, nowMs: 200_000 });
    expect(wantedOf(pruning.decide({ ...input, nowMs: 200_001 })).udp4).toEqual(everywhere);
  });
});
