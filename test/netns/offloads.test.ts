/** What merges received packets is off while an engine has the interface, and then as it was. */
import { describe, expect, test } from 'vitest';
import { openDataPlane, probeInterface } from '../../src/native/addon.js';
import type { PortOptions } from '../../src/native/data-plane.js';
import { run } from '../support/netns/command.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { VethPairs } from '../support/netns/veth-pairs.js';

const missing = missingPrerequisite();
if (missing !== undefined) console.warn(`offloads: skipped, ${missing}`);

const feature = 'rx-udp-gro-forwarding';

/** Whether it is on, by ethtool's own word. */
function isOn(name: string): boolean {
  return new RegExp(`^${feature}: on`, 'm').test(run('ethtool', ['-k', name]));
}

function open(names: readonly string[], options: Partial<PortOptions> = {}) {
  const zero = { ingressLatencyNs: 0, egressLatencyNs: 0, delayAsymmetryNs: 0 };
  return openDataPlane({
    ports: names.map((name) => ({ interface: name, ...zero, ...options })),
    timestamping: 'software',
    busyPoll: false,
  });
}

describe.skipIf(missing !== undefined)('what merges received packets', () => {
  const withPair = (body: (name: string, index: number) => void) => () => {
    const pairs = new VethPairs(1);
    try {
      const [name = ''] = pairs.near;
      body(name, probeInterface(name).interfaceIndex);
    } finally {
      pairs.remove();
    }
  };

  test(
    'is found by the probe, off while the engine runs, and on again',
    withPair((name) => {
      expect(probeInterface(name).mergeOffloads).toEqual([]);
      run('ethtool', ['-K', name, feature, 'on']);
      expect(probeInterface(name).mergeOffloads).toEqual([feature]);
      const dataPlane = open([name]);
      expect(isOn(name)).toBe(false);
      expect(dataPlane.ports()[0]?.offloadsTurnedOff).toEqual([feature]);
      dataPlane.close();
      expect(isOn(name)).toBe(true);
    }),
  );

  test(
    'stays on where that is asked for',
    withPair((name) => {
      run('ethtool', ['-K', name, feature, 'on']);
      const dataPlane = open([name], { keepMergeOffloads: true });
      expect(isOn(name)).toBe(true);
      expect(dataPlane.ports()[0]?.offloadsTurnedOff).toEqual([]);
      dataPlane.close();
      expect(isOn(name)).toBe(true);
    }),
  );

  test(
    'that an engine which was killed has left off is turned on at the end, on the same interface only',
    withPair((name, interfaceIndex) => {
      const features = [feature];
      open([name], { formerOffloads: { interfaceIndex: interfaceIndex + 1, features } }).close();
      expect(isOn(name)).toBe(false);
      open([name], { formerOffloads: { interfaceIndex, features } }).close();
      expect(isOn(name)).toBe(true);
    }),
  );
});
