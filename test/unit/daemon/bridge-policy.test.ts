import { expect, test } from 'vitest';
import type { FollowedBridge, FollowedState } from '../../../src/bridge/follow.js';
import { bridgePolicy } from '../../../src/daemon/bridge-policy.js';

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
