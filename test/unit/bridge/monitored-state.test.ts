import { describe, expect, test } from 'vitest';
import { monitoredState } from '../../../src/bridge/monitored-state.js';

const flags = '<BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500';

describe('what `bridge monitor link` tells of a port', () => {
  test.each(['disabled', 'listening', 'learning', 'forwarding', 'blocking'])('%s', (state) => {
    const told = { bridge: 'lan', port: 'eth2', state };
    expect(
      monitoredState(`2: eth2: ${flags} master lan state ${state} priority 32 cost 2 `),
    ).toEqual(told);
    expect(
      monitoredState(`2: eth2@if7: ${flags} master lan state ${state} priority 32 cost 2 `),
    ).toEqual(told);
  });

  test.each([
    ['a port that has left', `Deleted 2: eth2: ${flags} master lan state forwarding priority 32 `],
    ['a link that is no port', `3: lan: ${flags} `],
    ['a port without its state', `2: eth2@if7: ${flags} master lan `],
    ['an address', '    link/ether 02:00:00:00:01:01'],
    ['nothing', ''],
  ])('is nothing in a line of %s', (_, line) => {
    expect(monitoredState(line)).toBeUndefined();
  });
});
