import { expect, test } from 'vitest';
import { loadConfig } from '../../../../src/config/load.js';
import { tellOrdinaryTraffic } from '../../../../src/daemon/forwarding/ordinary-traffic.js';

/** Lines for the operator, where the named ports are in bridges of the system. */
function told(interfaces: readonly string[], bridges: Record<string, string>, bridge?: string) {
  const lines = { info: [] as string[], warn: [] as string[] };
  tellOrdinaryTraffic(
    loadConfig(undefined, { interfaces, bridge, ...(interfaces.length === 1 && { type: 'oc' }) }),
    (name) => bridges[name],
    { info: (line) => lines.info.push(line), warn: (line) => lines.warn.push(line) },
  );
  return lines;
}

const nothing =
  'no bridge carries ordinary traffic, so unicast PTP finds nobody (no ARP passes): use --bridge, or bridge: {name: br-ptp} in the configuration';
const system = (name: string) =>
  `the bridge ${name} carries ordinary traffic, and PTP messages a second time, uncorrected, unless something keeps them out of it: use --join-bridge ${name}, or bridge: ${name} in the configuration`;

test('nothing carries it between ports that are in no bridge', () => {
  expect(told(['a', 'b'], {})).toEqual({ info: [`a, b: ${nothing}`], warn: [] });
});

test('a bridge of the system carries it, and PTP too', () => {
  expect(told(['a', 'b'], { a: 'br0', b: 'br0' })).toEqual({
    info: [],
    warn: [`a, b: ${system('br0')}`],
  });
});

test('each port in its own case is named', () => {
  expect(told(['a', 'b', 'c', 'd'], { a: 'br0', c: 'br1', d: 'br0' })).toEqual({
    info: [`b: ${nothing}`],
    warn: [`a, d: ${system('br0')}`, `c: ${system('br1')}`],
  });
});

test('a bridge of the switch has said so itself, and one port has no other', () => {
  expect(told(['a', 'b'], {}, '')).toEqual({ info: [], warn: [] });
  expect(told(['a'], {})).toEqual({ info: [], warn: [] });
});
