/**
 * A boundary clock of two ports that a monitoring system polls a hundred times a second while its slaves ask it, over
 * Ethernet and UDP/IPv4, on a machine of few interfaces and of many: how even its Syncs stay (9.5.9.2), how many it answers,
 * and what that costs. A ptp4l grandmaster is on its first port; slaves and linuxptp's pmc are behind the second.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Child } from '../test/support/netns/child.js';
import type { Namespace } from '../test/support/netns/network.js';
import { parseAnswers } from '../test/support/netns/pmc.js';
import { Ptp4l } from '../test/support/netns/ptp4l.js';
import { Switch } from '../test/support/netns/switch.js';
import { until } from '../test/support/netns/wait.js';
import type { LoadTransport } from './load.js';
import type { Measurements } from './measurements.js';
import {
  ASKED_RATE,
  INTERFACE_COUNTS,
  POLL_RATE,
  POLLED_TRANSPORTS,
  metric,
  type InterfaceCount,
} from './metrics.js';
import { GENERATOR_CPU } from './placement.js';
import { processorSeconds } from './processor-time.js';
import { Rig } from './rig.js';

const SUBJECT = 'ptp-switch';
/** The load generator's. */
const DOMAIN = 24;
const PORTS = 2;
const LOG_SYNC_INTERVAL = -4;
const SYNC_INTERVAL_MS = 1_000 * 2 ** LOG_SYNC_INTERVAL;
/** 9.5.9.2: with 90 % confidence intervals lie within 30 % of what portDS says. */
const TOLERANCE = 0.3;
const POLL = 'GET PORT_DATA_SET\n';
/** How often what is due is sent: more often than it is due. */
const POLL_TICK_MS = 5;
/** After the last question. */
const ANSWERED_MS = 1_000;
const READY_TIMEOUT_MS = 30_000;

export async function measureManagementLoad(
  measurements: Measurements,
  milliseconds: number,
): Promise<void> {
  // By turns, so that whatever else the machine does meets few interfaces and many.
  for (const transport of POLLED_TRANSPORTS) {
    for (const interfaces of INTERFACE_COUNTS) {
      await measureOne(measurements, transport, interfaces, milliseconds);
    }
  }
}

async function measureOne(
  measurements: Measurements,
  transport: LoadTransport,
  interfaces: InterfaceCount,
  milliseconds: number,
): Promise<void> {
  const rig = new Rig({ sinks: 1 });
  try {
    const slaves = rig.network.namespace('sink1');
    addBystanders(rig.device, interfaces - PORTS);
    rig.source.addAddress('eth0', '198.18.1.2/24');
    slaves.addAddress('eth0', '198.18.2.2/24');
    const peerTransport = transport === 'l2' ? 'L2' : 'UDPv4';
    Ptp4l.grandmaster(rig.network, rig.source, {
      transport: peerTransport,
      settings: { domainNumber: DOMAIN },
    });
    const device = await startClock(rig, transport);
    const arrivals = await watchSyncs(slaves, transport);
    const pmc = slaves.spawn('pmc', [
      ...[transport === 'l2' ? '-2' : '-4', '-i', 'eth0', '-d', String(DOMAIN), '-b', '0'],
      ...['-s', join(rig.network.directory, 'no-such-clock')],
    ]);
    const before = processorSeconds(device.child.pid);
    const [begin, start] = [Date.now(), performance.now()];
    const stopPolling = poll(pmc);
    const { clients } = await rig.offer({
      ...{ clients: ASKED_RATE, transport, milliseconds, cpu: GENERATOR_CPU },
      sleeping: true,
    });
    const polls = stopPolling();
    const seconds = (performance.now() - start) / 1_000;
    const end = Date.now();
    const used = processorSeconds(device.child.pid) - before;
    const answered = await answersOf(pmc, PORTS * polls);
    const intervals = intervalsOf(arrivals.filter((at) => at >= begin && at <= end));
    const add = (figure: Parameters<typeof metric.polled>[2], value: number) =>
      measurements.add(metric.polled(transport, interfaces, figure), SUBJECT, value);
    add('Sync intervals within 30 %, %', (100 * evenOnes(intervals)) / intervals.length);
    add('longest Sync interval, ms', Math.max(...intervals));
    add('answered Delay_Req, %', 100 * (1 - clients.lost / clients.expected));
    add('answered management, %', (100 * answered) / (PORTS * polls));
    add('processor, % of a core', (100 * used) / seconds);
  } finally {
    await rig.close();
  }
}

/** Interfaces that are no ports, each with an address. @param count even: a cable has two ends */
function addBystanders(device: Namespace, count: number): void {
  for (let index = 0; index < count; index += 2) {
    const ends = [`by${index}`, `by${index + 1}`];
    device.ip(
      `link add ${ends[0]} type veth peer name ${ends[1]}`,
      ...ends.flatMap((name, end) => [
        `link set ${name} up`,
        `address add 198.19.${index + end}.1/24 dev ${name}`,
      ]),
    );
  }
}

/** Resolves when it follows the grandmaster and serves the slaves. */
async function startClock(rig: Rig, transport: LoadTransport): Promise<Switch> {
  const config = join(rig.network.directory, 'polled-clock.json');
  const instance = {
    ...{ type: 'bc', domain: DOMAIN, transport, delayMechanism: 'e2e', clock: 'virtual' },
    logSyncInterval: LOG_SYNC_INTERVAL,
    ...{ logMinDelayReqInterval: -4, logAnnounceInterval: -2 },
  };
  writeFileSync(config, JSON.stringify({ ports: rig.deviceInterfaces, instances: [instance] }));
  const device = new Switch(rig.network, rig.device, rig.deviceInterfaces, { config });
  await device.waitUntilForwarding();
  await until(
    'both ports to find their state',
    async () => {
      const [first, second] = (await device.clock(DOMAIN)).clock.ports;
      return first?.portState === 'SLAVE' && second?.portState === 'MASTER';
    },
    READY_TIMEOUT_MS,
    () => device.child.output,
  );
  return device;
}

/** When Syncs reach the slaves, in milliseconds of CLOCK_REALTIME by the kernel; grows as they do. */
async function watchSyncs(slaves: Namespace, transport: LoadTransport): Promise<number[]> {
  const arrivals: number[] = [];
  const syncs =
    transport === 'l2'
      ? 'ether proto 0x88f7 and ether[14] & 15 == 0'
      : 'udp dst port 319 and udp[8] & 15 == 0';
  const capture = slaves.spawn(
    'tcpdump',
    ['-n', '-tt', '-l', '--immediate-mode', '-Q', 'in', '-i', 'eth0', syncs],
    {
      onLine: (line) => {
        const seconds = /^(\d+\.\d+) /.exec(line)?.[1];
        if (seconds !== undefined) arrivals.push(Number(seconds) * 1_000);
      },
    },
  );
  await capture.waitForLine(/listening on/, READY_TIMEOUT_MS);
  return arrivals;
}

/** Asks all ports as often as is due; the function that ends it returns how often that was. */
function poll(pmc: Child): () => number {
  const start = performance.now();
  let asked = 0;
  const ask = () => {
    const due = Math.floor(((performance.now() - start) * POLL_RATE) / 1_000);
    pmc.write(POLL.repeat(due - asked));
    asked = due;
  };
  const ticks = setInterval(ask, POLL_TICK_MS);
  return () => {
    clearInterval(ticks);
    return asked;
  };
}

/** How many answers have come a moment after the last question, or as soon as they are as many as expected. */
async function answersOf(pmc: Child, expected: number): Promise<number> {
  const count = () => parseAnswers(pmc.lines).filter(({ action }) => action === 'RESPONSE').length;
  const deadline = performance.now() + ANSWERED_MS;
  await until(
    'the answers to management',
    () => count() >= expected || performance.now() > deadline,
    2 * ANSWERED_MS,
  );
  return count();
}

function intervalsOf(arrivals: readonly number[]): number[] {
  return arrivals.slice(1).map((at, index) => at - arrivals[index]!);
}

function evenOnes(intervals: readonly number[]): number {
  return intervals.filter((ms) => Math.abs(ms - SYNC_INTERVAL_MS) <= TOLERANCE * SYNC_INTERVAL_MS)
    .length;
}
