import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { fileWith } from './config-files.js';

describe('a bridge', () => {
  function bridgeOf(bridge: string, ports = 'a, b') {
    return loadConfig(
      fileWith(`{ports: [${ports}], instances: [{type: e2e-tc}], bridge: ${bridge}}`),
    );
  }

  test('of our own, with every default', () => {
    expect(bridgeOf('{name: br-ptp}').bridge).toEqual({
      ...{ name: 'br-ptp', existing: false, stp: true, forwardDelay: 15, vlanFiltering: false },
      ...{ igmpSnooping: true, querier: true, pruneMulticast: false, address: [] },
      ...{ hostPtp: false, onExit: 'block', onStop: 'restore' },
    });
  });

  test('that is there already, by its name alone', () => {
    expect(bridgeOf('br0').bridge).toMatchObject({ name: 'br0', existing: true });
  });

  test('of either kind may prune multicast', () => {
    for (const bridge of [
      '{name: br-ptp, pruneMulticast: true}',
      '{join: br0, pruneMulticast: true}',
    ])
      expect(bridgeOf(bridge).bridge?.pruneMulticast).toBe(true);
  });

  test('of either kind may outlive the switch', () => {
    for (const bridge of ['{name: br-ptp, onStop: keep}', '{join: br0, onStop: Keep}'])
      expect(bridgeOf(bridge).bridge?.onStop).toBe('keep');
    expect(() => bridgeOf('{name: br-ptp, onStop: stay}')).toThrow(/onStop.*restore, keep/);
  });

  test('filters VLANs where a port has some', () => {
    const ports = '{interface: a, vlan: {pvid: 10}}, {interface: b, vlan: {tagged: [10, 20]}}';
    const config = bridgeOf('{name: br-ptp}', ports);
    expect(config.bridge?.vlanFiltering).toBe(true);
    expect(config.ports.map(({ vlan }) => vlan)).toEqual([
      { pvid: 10, tagged: [] },
      { tagged: [10, 20] },
    ]);
  });
});
