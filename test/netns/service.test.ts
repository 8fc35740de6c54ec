/**
 * The switch as systemd runs it: what the service manager hears, with which privileges it does its work, and the unit that
 * install-service writes.
 */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BridgedNetwork } from '../support/netns/bridged-network.js';
import { run } from '../support/netns/command.js';
import { FramePort } from '../support/netns/frame-port.js';
import { arrivals, isPtp, PairStream } from '../support/netns/pair-stream.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { FakeServiceManager } from '../support/netns/service-manager.js';
import { Switch } from '../support/netns/switch.js';
import { THREE_CAPABILITIES } from '../support/netns/three-capabilities.js';
import { until } from '../support/netns/wait.js';

const TIMEOUT_MS = 10_000;
const WATCHDOG_MS = 1000;
const SCHED_OTHER = 0;
const SCHED_FIFO = 1;
/** Tenths of what `systemd-analyze security` calls exposure; a service that says nothing is above 90. */
const EXPOSURE_LIMIT = '45';

const missing = missingPrerequisite('python3', 'nft', 'g++', 'busybox');
if (missing !== undefined) console.warn(`service: skipped, ${missing}`);
/** As LimitNICE=-20 and LimitRTPRIO=1; undefined where this machine lets nobody raise a limit, as containers do. */
const unlimited = missing === undefined ? raisedLimit() : undefined;
if (missing === undefined && unlimited === undefined) {
  console.warn('the priority of a service: skipped, resource limits cannot be raised here');
}
/** As CAP_SYS_NICE. */
const mayRaisePriority =
  missing === undefined && spawnSync('chrt', ['--fifo', '1', 'true']).status === 0;
if (missing === undefined && !mayRaisePriority) {
  console.warn('the priority of a switch: skipped, root may not raise priorities here');
}
const missingSystemd = missing ?? missingPrerequisite('systemd-analyze');
if (missingSystemd !== undefined) console.warn(`the unit of a service: skipped, ${missingSystemd}`);

function raisedLimit(): string[] | undefined {
  const command = ['prlimit', '--nice=40', '--rtprio=1'];
  return spawnSync(command[0]!, [...command.slice(1), 'true']).status === 0 ? command : undefined;
}

interface ServiceOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** A command line that ends by replacing itself with what follows. */
  readonly limits?: readonly string[] | undefined;
  readonly cpu?: number | undefined;
}

/** How the forwarding thread is scheduled. */
interface Scheduling {
  readonly policy: number;
  /** Only an ordinary thread has one. */
  readonly nice?: number;
}

const schedulings: readonly (readonly [string, number | undefined, Scheduling])[] = [
  ['the first of ordinary ones', undefined, { policy: SCHED_OTHER, nice: -20 }],
  ['confined to a processor, of all ordinary ones', 0, { policy: SCHED_FIFO }],
];

function schedulingOf(running: Switch): Scheduling {
  const tasks = `/proc/${running.child.pid}/task`;
  const threads = readdirSync(tasks)
    .map((task) => readFileSync(`${tasks}/${task}/stat`, 'utf8'))
    .filter((stat) => stat.includes('(ptp-switch)'))
    // Of proc(5), from field 3 on: after the name.
    .map((stat) => stat.split(') ')[1]!.split(' ').map(Number));
  expect(threads).toHaveLength(1);
  const [policy, nice] = [threads[0]![41 - 3]!, threads[0]![19 - 3]!];
  return policy === SCHED_OTHER ? { policy, nice } : { policy };
}

describe.skipIf(missing !== undefined)('a switch under a service manager', () => {
  let net: BridgedNetwork;

  beforeEach(() => {
    net = new BridgedNetwork(3);
  });

  afterEach(() => net.close());

  /** As the unit has it: these privileges and no others, whatever root usually may. */
  function startAsService(
    bridge: string,
    { env = {}, limits = [], cpu }: ServiceOptions = {},
  ): Switch {
    const config = join(net.network.directory, 'service.json');
    const common = { instances: [{ type: 'e2e-tc' }], timestamping: 'software' };
    writeFileSync(
      config,
      `${JSON.stringify({ ports: net.ports, ...common }).slice(0, -1)}${bridge}}`,
    );
    const three = '-all,+net_raw,+net_admin,+sys_time';
    return new Switch(net.network, net.place, [], {
      config,
      cpu,
      through: [
        ...['sh', '-c', 'WATCHDOG_PID=$$ exec "$@"', 'sh', ...limits],
        ...['setpriv', '--inh-caps', three, '--ambient-caps', three, '--bounding-set', three],
        ...['--no-new-privs', '--'],
      ],
      env: { ...process.env, ...env },
    });
  }

  test('says when it forwards, that it lives, twice in each period of the watchdog, and that it stops', async () => {
    const manager = await FakeServiceManager.start(net.network, net.place);
    const running = startAsService('', {
      env: { NOTIFY_SOCKET: manager.socket, WATCHDOG_USEC: String(WATCHDOG_MS * 1000) },
    });
    const ready = await manager.waitFor('READY=1', TIMEOUT_MS);
    // It answers from that moment on, not some time later.
    expect((await running.stats()).ports).toHaveLength(net.ports.length);
    await until('5 signs of life', () => manager.heard.length >= 6, TIMEOUT_MS);
    expect(await running.child.stop()).toEqual({ code: 0, signal: null });
    await manager.waitFor('STOPPING=1', TIMEOUT_MS);

    const heard = manager.heard.filter(({ message }) => !message.startsWith('STATUS='));
    expect(heard[0]).toEqual(ready);
    expect(heard.at(-1)?.message).toBe('STOPPING=1');
    const lives = heard.slice(1, -1);
    expect(new Set(lives.map(({ message }) => message))).toEqual(new Set(['WATCHDOG=1']));
    const gaps = lives.map(({ atMs }, index) => atMs - heard[index]!.atMs);
    expect(Math.max(...gaps)).toBeLessThan(WATCHDOG_MS);
    expect(Math.min(...gaps)).toBeGreaterThan(WATCHDOG_MS / 4);
    // NotifyAccess=main: word from anybody else would not count.
    expect(new Set(heard.map(({ pid }) => pid))).toEqual(new Set([running.child.pid]));
  });

  test('does all of its work with three capabilities', async () => {
    const before = net.interfaces();
    const running = startAsService(', "bridge": {"name": "br-ptp", "stp": false}');
    await running.waitUntilForwarding();
    const status = readFileSync(`/proc/${running.child.pid}/status`, 'utf8');
    for (const set of ['CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
      const bits = new RegExp(`^${set}:\\s+0*([0-9a-f]+)$`, 'm').exec(status)?.[1];
      expect(bits, set).toBe(THREE_CAPABILITIES);
    }

    const [first, second] = net.hosts;
    const others = await Promise.all(
      net.hosts.slice(1).map(({ namespace }) => FramePort.open(namespace, 'eth0', isPtp)),
    );
    const stream = new PairStream(await FramePort.open(first!.namespace, 'eth0', isPtp), 100);
    first!.namespace.run('busybox', ['ping', '-c', '2', '-W', '2', second!.address4]);
    await stream.more(20);
    stream.stop();
    const all = { sync: stream.sequenceIds, followUp: stream.sequenceIds };
    for (const other of others) {
      await until('every pair', () => other.received.length >= 2 * stream.sent, TIMEOUT_MS);
      expect(arrivals(other)).toEqual(all);
    }

    expect(await running.child.stop()).toEqual({ code: 0, signal: null });
    await until(
      'the interfaces as they were',
      () => JSON.stringify(net.interfaces()) === JSON.stringify(before),
      TIMEOUT_MS,
    );
    expect(net.place.run('nft', ['list', 'ruleset'])).toBe('');
  });

  test.skipIf(unlimited === undefined).for(schedulings)(
    'has its forwarding thread ahead of others, without a capability for it, %s',
    async ([, cpu, expected]) => {
      const running = startAsService('', { limits: unlimited, cpu });
      await running.waitUntilForwarding();
      expect(schedulingOf(running)).toEqual(expected);
    },
  );

  test.skipIf(!mayRaisePriority).for(schedulings)(
    'has its forwarding thread ahead of others, %s',
    async ([, cpu, expected]) => {
      const running = new Switch(net.network, net.place, net.ports, { cpu });
      await running.waitUntilForwarding();
      expect(schedulingOf(running)).toEqual(expected);
    },
  );
});

describe.skipIf(missingSystemd !== undefined)('install-service', () => {
  /**
   * On a machine of its own as far as files go: /etc, /run and /usr/local/share are empty, the package is in a folder with a space in its
   * name, and systemctl says what it is asked to do.
   */
  const machine = `set -e
    mount -t tmpfs tmpfs /mnt
    mkdir -p "/mnt/my apps" /mnt/bin
    mount --bind "$PWD" "/mnt/my apps"
    mount -t tmpfs tmpfs /etc
    mount -t tmpfs tmpfs /run
    mount -t tmpfs tmpfs /usr/local/share
    mkdir -p /etc/systemd/system /run/systemd/system
    printf 'ports: [eth1, eth2]\\ninstances: [{type: e2e-tc}]\\n' > '/etc/50% lab.yaml'
    printf '#!/bin/sh\\necho "systemctl $*"\\necho "systemctl $*" >> /mnt/log\\n' > /mnt/bin/systemctl
    chmod +x /mnt/bin/systemctl
    PATH=/mnt/bin:$PATH
    ptp_switch() { "$NODE" '/mnt/my apps/dist/cli/main.js' install-service "$@"; }
  `;

  /** Completion for two shells, and the manual's page. */
  const helps = [
    '/usr/local/share/bash-completion/completions/ptp-switch',
    '/usr/local/share/zsh/site-functions/_ptp-switch',
    '/usr/local/share/man/man1/ptp-switch.1',
  ];

  function onMachine(script: string): string {
    return run('unshare', [
      ...[
        '--mount',
        'env',
        '-u',
        'NODE_EXTRA_CA_CERTS',
        `NODE=${process.execPath}`,
        'sh',
        '-c',
        `${machine}\n${script}`,
      ],
    ]);
  }

  test('writes a unit that systemd accepts and finds well confined, once', () => {
    const output = onMachine(`
      ptp_switch -c '/etc/50% lab.yaml'
      systemd-analyze verify /etc/systemd/system/ptp-switch.service 2>&1
      systemd-analyze security --offline=yes --threshold=${EXPOSURE_LIMIT} \\
        /etc/systemd/system/ptp-switch.service > /dev/null
      ptp_switch -c '/etc/50% lab.yaml'
      cat /mnt/log
      ptp_switch --remove
      ls /etc/systemd/system
      ptp_switch --remove
    `);
    expect(output.split('\n')).toEqual([
      '/etc/systemd/system/ptp-switch.service: written',
      'ptp-switch.service: enabled and running',
      ...helps.map((path) => `${path}: written`),
      '/etc/systemd/system/ptp-switch.service: is as it should be',
      'ptp-switch.service: enabled and running',
      'systemctl daemon-reload',
      'systemctl enable ptp-switch.service',
      'systemctl restart ptp-switch.service',
      'systemctl enable ptp-switch.service',
      'systemctl start ptp-switch.service',
      'ptp-switch.service: stopped and disabled',
      '/etc/systemd/system/ptp-switch.service: removed',
      ...helps.map((path) => `${path}: removed`),
      '/etc/systemd/system/ptp-switch.service: is not there: nothing to remove',
      '',
    ]);
  });

  test('without systemd says so, and what can be done', () => {
    const output = onMachine(`
      rmdir /run/systemd/system
      ptp_switch -c '/etc/50% lab.yaml' 2>&1 || echo "exit code $?"
      ls /etc/systemd/system
    `);
    expect(output.split('\n')).toEqual([
      'install-service: systemd does not run this machine: --print shows the unit',
      'exit code 1',
      '',
    ]);
  });
});
