/**
 * How soon PTP follows the bridge's spanning tree: Syncs pass a thousand times a second while the tree moves from one of
 * two cables to the other and back.
 *
 *   source ── device (switch on a bridge) ══ other bridge, root of the tree ── sink
 *
 * From the kernel's word that a port is blocked to the last Sync that still passed; from its word that a port forwards to
 * the first that passed.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Network, type Jack, type Namespace } from '../test/support/netns/network.js';
import { Switch } from '../test/support/netns/switch.js';
import { until } from '../test/support/netns/wait.js';
import { SWITCH_ON_BRIDGE } from './bridge.js';
import { offer } from './load.js';
import type { Measurements } from './measurements.js';
import { metric, type FollowedState } from './metrics.js';

const BRIDGE = 'lan';
const PORTS = ['eth1', 'eth2', 'eth3'];
/** The cable that the tree is moved off and on by its cost; that of the other one is 2. */
const MOVED = { port: 'eth2', dear: '1000', cheap: '1' };
const SYNC_RATE = 1_000;
/** Of the kernel, in hundredths of a second: the shortest that 802.1D allows. Ports listen and learn so long each. */
const TREE = 'stp_state 1 forward_delay 200 hello_time 100 max_age 600';
const CONVERGED_MS = 20_000;
/** After a port forwards: to what is compared with the limit of 100 ms. */
const WATCHED_MS = 400;
/** Twice the forward delay, what is watched, and a reserve. */
const MOVE_MS = 5_000;
const START_TIMEOUT_MS = 10_000;
const CPU = 0;

/** Milliseconds of CLOCK_REALTIME. */
interface Told {
  readonly state: FollowedState;
  readonly at: number;
}

export async function measureBridgeFollowing(
  measurements: Measurements,
  moves: number,
): Promise<void> {
  const network = new Network();
  try {
    const { source, device, sink } = await layOut(network);
    const told = await watchTree(device);
    const arrivals = await watchSyncs(sink.namespace);
    const forwarding = () => told.filter(({ state }) => state === 'forwarding').length;
    const load = offer(
      { source, sinks: [sink] },
      { pairs: SYNC_RATE, milliseconds: moves * MOVE_MS, cpu: CPU, yielding: true },
    );
    for (let move = 0; move < moves; move++) {
      const before = forwarding();
      const cost = move % 2 === 0 ? MOVED.dear : MOVED.cheap;
      device.run('bridge', ['link', 'set', 'dev', MOVED.port, 'cost', cost]);
      await until('a port that forwards again', () => forwarding() > before, CONVERGED_MS);
      await delay(WATCHED_MS);
    }
    await load;
    for (const state of ['blocking', 'forwarding'] as const) {
      for (const { at } of told.filter((it) => it.state === state)) {
        const after = state === 'blocking' ? lastAfter(at, arrivals) : firstAfter(at, arrivals);
        measurements.add(metric.bridgeFollowed(state), SWITCH_ON_BRIDGE, after);
      }
    }
  } finally {
    await network.close();
  }
}

/** Resolves when the tree has converged and the switch forwards. */
async function layOut(network: Network): Promise<{ source: Jack; device: Namespace; sink: Jack }> {
  const [device, other] = [network.namespace('device'), network.namespace('other')];
  const source = { namespace: network.namespace('source'), interface: 'eth0' };
  const sink = { namespace: network.namespace('sink'), interface: 'eth0' };
  const at = (namespace: Namespace, port: number): Jack => ({ namespace, interface: `eth${port}` });
  network.connect(source, at(device, 1));
  network.connect(at(device, 2), at(other, 2));
  network.connect(at(device, 3), at(other, 3));
  network.connect(at(other, 1), sink);
  for (const [namespace, priority] of [
    [device, 40_960],
    [other, 4_096],
  ] as const) {
    namespace.ip(
      `link add ${BRIDGE} type bridge ${TREE} priority ${priority} mcast_snooping 0`,
      ...PORTS.map((name) => `link set ${name} master ${BRIDGE}`),
      `link set ${BRIDGE} up`,
    );
  }
  const config = join(network.directory, 'bridge.json');
  const instances = [{ type: 'e2e-tc' }];
  writeFileSync(config, JSON.stringify({ ports: PORTS, instances, bridge: BRIDGE }));
  const instance = new Switch(network, device, [], { config });
  await instance.waitUntilForwarding();
  const states = () =>
    JSON.parse(device.run('bridge', ['-j', 'link'])) as { ifname: string; state: string }[];
  await until(
    'the spanning tree',
    () => {
      const state = new Map(states().map((port) => [port.ifname, port.state]));
      const [edge, moved, spare] = PORTS.map((name) => state.get(name));
      return edge === 'forwarding' && moved === 'forwarding' && spare === 'blocking';
    },
    CONVERGED_MS,
  );
  return { source, device, sink };
}

/** What the kernel says of the two cables' ports; grows as it does. */
async function watchTree(device: Namespace): Promise<readonly Told[]> {
  const told: Told[] = [];
  // As they are when the tree has converged.
  const latest = new Map([
    ['eth2', 'forwarding'],
    ['eth3', 'blocking'],
  ]);
  let at = NaN;
  device.spawn('stdbuf', ['-oL', 'bridge', '-timestamp', 'monitor', 'link'], {
    onLine: (line) => {
      // Each word comes after its time, which is local: "Timestamp: Thu Nov 26 13:45:54 2026 487905 usec".
      const [, second, microseconds] = /^Timestamp: (.+) (\d+) usec/.exec(line) ?? [];
      if (second !== undefined) at = Date.parse(second) + Number(microseconds) / 1_000;
      const [, port = '', state = ''] = /(eth[23])[:@].* state (\w+)/.exec(line) ?? [];
      if (!latest.has(port) || latest.get(port) === state) return;
      latest.set(port, state);
      if (state === 'forwarding' || state === 'blocking') told.push({ state, at });
    },
  });
  await delay(WATCHED_MS); // it says nothing before something happens
  return told;
}

/** When Syncs reach the sink, in milliseconds of CLOCK_REALTIME; grows as they do. */
async function watchSyncs(sink: Namespace): Promise<readonly number[]> {
  const arrivals: number[] = [];
  const syncs = 'ether proto 0x88f7 and ether[14] & 15 == 0';
  const capture = sink.spawn(
    'tcpdump',
    ['-n', '-tt', '-l', '--immediate-mode', '-i', 'eth0', syncs],
    {
      onLine: (line) => {
        const seconds = /^(\d+\.\d+) /.exec(line)?.[1];
        if (seconds !== undefined) arrivals.push(Number(seconds) * 1_000);
      },
    },
  );
  await capture.waitForLine(/listening on/, START_TIMEOUT_MS);
  return arrivals;
}

/** How long after an instant Syncs went on; 0 when they did not, and until the next pause when they did. */
function lastAfter(at: number, arrivals: readonly number[]): number {
  let last = at;
  for (const arrival of arrivals) {
    if (arrival <= last) continue;
    if (arrival - last > WATCHED_MS) break;
    last = arrival;
  }
  return last - at;
}

function firstAfter(at: number, arrivals: readonly number[]): number {
  return (arrivals.find((arrival) => arrival > at) ?? Infinity) - at;
}
