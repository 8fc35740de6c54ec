import { describe, expect, test } from 'vitest';
import type { FollowedBridge, FollowedState } from '../../../../src/bridge/follow.js';
import type { MulticastDelivery } from '../../../../src/bridge/pruning.js';
import {
  bridgePolicy,
  multicastLine,
  prunedTransports,
} from '../../../../src/daemon/forwarding/bridge-policy.js';

const all: readonly FollowedState[] = [
  ...(['disabled', 'blocking', 'listening', 'learning'] as const),
  ...(['outside', 'absent', 'forwarding'] as const),
];

test('of all states only forwarding forwards', () => {
  const bridge: FollowedBridge = {
    vlanFiltering: false,
    topologyChanges: 3,
    ports: all.map((state) => ({ state, vlans: [] })),
  };
  expect(bridgePolicy(bridge)).toEqual({
    forwarding: [false, false, false, false, false, false, true],
    pvid: [0, 0, 0, 0, 0, 0, 0],
    vlans: null,
    topologyChanges: 3,
  });
});

test('VLANs of every port, where they are filtered', () => {
  const access = { first: 10, last: 10, pvid: true, untagged: true };
  const trunk = { first: 20, last: 29, pvid: false, untagged: false };
  const bridge: FollowedBridge = {
    vlanFiltering: true,
    topologyChanges: 0,
    ports: [
      { state: 'forwarding', vlans: [access] },
      { state: 'forwarding', vlans: [trunk] },
    ],
  };
  expect(bridgePolicy(bridge)).toMatchObject({
    pvid: [10, 0],
    vlans: [
      { port: 0, first: 10, last: 10, untagged: true },
      { port: 1, first: 20, last: 29, untagged: false },
    ],
  });
});

describe('PTP over UDP', () => {
  const scopes = (wanted: readonly boolean[]) =>
    Array.from({ length: 16 }, (_, scope) => (scope === 5 ? wanted : [false, false]));
  const pruned: MulticastDelivery = {
    kind: 'pruned',
    wanted: { udp4: [true, false], udp6: scopes([false, true]) },
    askedWithinMs: 135_000,
  };
  const flooded: MulticastDelivery = { kind: 'flooded', reason: 'it does not snoop: let it' };
  const bridge: FollowedBridge = {
    ...{ vlanFiltering: false, topologyChanges: 0 },
    ports: [1, 2].map(() => ({ state: 'forwarding', vlans: [] })),
  };

  test('goes where it is wanted, if that is known', () => {
    expect(bridgePolicy({ ...bridge, multicast: pruned }).wantedGroups).toBe(pruned.wanted);
    for (const unknown of [{}, { multicast: flooded }]) {
      expect(bridgePolicy({ ...bridge, ...unknown })).not.toHaveProperty('wantedGroups');
    }
  });

  test('is pruned where it is wanted in no scope', () => {
    expect([0, 1].map((port) => prunedTransports(pruned, port))).toEqual([['udp6'], ['udp4']]);
    expect(prunedTransports(flooded, 0)).toEqual([]);
  });

  test('is told of in a line', () => {
    expect(multicastLine('lan', pruned)).toBe(
      'lan: PTP over UDP goes only where its groups are wanted; for 135 s a port is new, and gets everything',
    );
    expect(multicastLine('lan', flooded)).toBe(
      'lan: PTP over UDP goes to all ports, pruneMulticast or not: it does not snoop: let it',
    );
  });
});
