/** The unit that install-service writes, under systemd itself. */

import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BridgedNetwork } from '../support/netns/bridged-network.js';
import { FramePort } from '../support/netns/frame-port.js';
import { arrivals, isPtp, PairStream } from '../support/netns/pair-stream.js';
import { PingStream } from '../support/netns/ping-stream.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { cannotRunSystemd, COMMAND_LINE_THERE, SystemdMachine } from '../support/netns/systemd.js';
import { THREE_CAPABILITIES } from '../support/netns/three-capabilities.js';
import { until } from '../support/netns/wait.js';

const TEST_TIMEOUT_MS = 90_000;
const TIMEOUT_MS = 20_000;
/** Twice as long as an event loop of a busy machine may pause. */
const WATCHDOG_SEC = 4;
/** That, half of which may have passed, and time to end and to start. */
const WATCHDOG_TIMEOUT_MS = 40_000;
const UNIT = 'ptp-switch.service';
const CONFIG = '/run/lab switch.yaml';
const SECCOMP_FILTER = '2';
/** Its name (comm). */
const FORWARDING_THREAD = 'ptp-switch';
const EXIT_CONFIGURATION = '2';

const missing =
  missingPrerequisite('systemctl', 'nft', 'g++', 'busybox', 'python3') ?? cannotRunSystemd();
if (missing !== undefined) console.warn(`the unit under systemd: skipped, ${missing}`);

describe.skipIf(missing !== undefined)(
  'the unit under systemd',
  { timeout: TEST_TIMEOUT_MS },
  () => {
    let net: BridgedNetwork;
    let machine: SystemdMachine;
    /** While one runs. */
    let halt: (() => Promise<void>) | undefined;

    beforeEach(async () => {
      net = new BridgedNetwork(2);
      machine = await SystemdMachine.boot(net.place);
      halt = () => machine.halt();
      configure(
        `{ports: [${net.ports.join(', ')}], instances: [{type: e2e-tc}], bridge: {name: br-ptp, stp: false}}`,
      );
    });

    afterEach(async () => {
      try {
        await halt?.();
      } finally {
        halt = undefined;
        await net.close();
      }
    });

    function configure(yaml: string): void {
      machine.run('sh', ['-c', 'cat > "$1"', 'sh', CONFIG], yaml);
    }

    /** As an operator has it with `systemctl edit`: sooner than the unit. */
    function setWatchdog(): void {
      const place = `/etc/systemd/system/${UNIT}.d`;
      const text = `[Service]\nWatchdogSec=${WATCHDOG_SEC}\n`;
      machine.run('sh', ['-ec', 'mkdir "$1"; cat > "$1/watchdog.conf"', 'sh', place], text);
    }

    function ptpSwitch(...args: string[]): string {
      return machine.run(process.execPath, [COMMAND_LINE_THERE, ...args]);
    }

    function state() {
      return machine.show(UNIT, 'ActiveState', 'SubState', 'Result', 'NRestarts', 'ExecMainStatus');
    }

    function mainPid(): string {
      return machine.show(UNIT, 'MainPID')['MainPID']!;
    }

    function status(key: string): string | undefined {
      const text = machine.run('cat', [join('/proc', mainPid(), 'status')]);
      return new RegExp(`^${key}:\\s+0*(\\w+)$`, 'm').exec(text)?.[1];
    }

    async function expectForwarding(): Promise<void> {
      const [first, second] = net.hosts;
      const there = await FramePort.open(second!.namespace, 'eth0', isPtp);
      const stream = new PairStream(await FramePort.open(first!.namespace, 'eth0', isPtp), 100);
      await stream.more(20);
      stream.stop();
      await until('every pair', () => there.received.length >= 2 * stream.sent, TIMEOUT_MS);
      expect(arrivals(there)).toEqual({ sync: stream.sequenceIds, followUp: stream.sequenceIds });
    }

    async function untilRestarted(times: number, timeoutMs: number): Promise<void> {
      await until(
        `${times} restarts`,
        () => {
          const { NRestarts, SubState } = state();
          return NRestarts === String(times) && SubState === 'running';
        },
        timeoutMs,
        () => JSON.stringify(state()),
      );
    }

    test('starts it confined, and is told when it forwards; a clean stop leaves nothing', async () => {
      const before = net.interfaces();
      expect(ptpSwitch('install-service', '-c', CONFIG)).toMatch(
        /^ptp-switch\.service: enabled and running$/m,
      );
      // Type=notify: it answers as soon as systemd says that it runs.
      expect(JSON.parse(ptpSwitch('stats', '--json'))).toMatchObject({
        ports: net.ports.map(() => ({})),
      });
      expect(state()).toMatchObject({ ActiveState: 'active', SubState: 'running', NRestarts: '0' });
      for (const set of ['CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
        expect(status(set), set).toBe(THREE_CAPABILITIES);
      }
      expect([status('NoNewPrivs'), status('Seccomp')]).toEqual(['1', SECCOMP_FILTER]);
      await expectForwarding();

      expect(ptpSwitch('install-service', '--remove')).toMatch(/removed$/m);
      expect(machine.attempt('systemctl', ['is-active', UNIT]).output.trim()).toBe('inactive');
      await until(
        'the interfaces as they were',
        () => JSON.stringify(net.interfaces()) === JSON.stringify(before),
        TIMEOUT_MS,
      );
      expect(net.place.run('nft', ['list', 'ruleset'])).toBe('');
    });

    /** Fields of its entries, the oldest first. */
    function journal(...matches: readonly string[]): Record<string, string>[] {
      const text = machine.run('journalctl', ['-u', UNIT, '-o', 'json', ...matches]);
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, string>);
    }

    test('says in systemctl status how it is, and in the journal what it is about', async () => {
      ptpSwitch('install-service', '-c', CONFIG);
      const statusText = () => machine.show(UNIT, 'StatusText')['StatusText'] ?? '';
      await until('its status', () => statusText() === '2/2 ports up', TIMEOUT_MS, statusText);
      expect(machine.run('systemctl', ['status', UNIT])).toContain('Status: "2/2 ports up"');
      const [first] = net.hosts;
      first!.namespace.ip(`link set ${first!.interface} down`);
      await until('its status', () => statusText() === '1/2 ports up', TIMEOUT_MS, statusText);

      const down = /^eth1: the link is down/;
      const ofPriority = (...range: readonly string[]) =>
        journal(...range).filter((entry) => down.test(entry['MESSAGE'] ?? ''));
      await until('its journal', () => ofPriority().length > 0, TIMEOUT_MS);
      expect(ofPriority('-p', 'warning')).toHaveLength(1);
      expect(ofPriority()).toHaveLength(1);
      const all = journal();
      expect(all.length).toBeGreaterThan(journal('-p', 'warning').length);
      // None has the prefix of its priority in its text.
      expect(all.filter(({ MESSAGE }) => /^<\d>/.test(MESSAGE ?? ''))).toEqual([]);
    });

    test('has it back after a SIGKILL, and after it hung', async () => {
      setWatchdog();
      ptpSwitch('install-service', '-c', CONFIG);
      machine.run('kill', ['-KILL', mainPid()]);
      await untilRestarted(1, TIMEOUT_MS);
      await expectForwarding();

      machine.run('kill', ['-STOP', mainPid()]);
      await untilRestarted(2, WATCHDOG_TIMEOUT_MS);
      await expectForwarding();
    });

    test('applies a changed file under it, and restarts it without a ping lost', async () => {
      const withClock = (instances: string) =>
        `{ports: [${net.ports.join(', ')}], instances: [{type: e2e-tc}${instances}], bridge: {name: br-ptp, onStop: keep, forwardDelay: 2}}`;
      const instances = () =>
        (JSON.parse(ptpSwitch('stats', '--json')) as { instances: unknown[] }).instances.length;
      const before = net.interfaces();
      configure(withClock(''));
      ptpSwitch('install-service', '-c', CONFIG);
      const [from, to] = net.hosts;
      const stream = await PingStream.start(from!, to!);
      const first = mainPid();

      configure(withClock(', {type: bc, domain: 24}'));
      machine.run('systemctl', ['reload', UNIT]);
      expect(instances()).toBe(2);
      expect(state()).toMatchObject({ ActiveState: 'active', SubState: 'running', NRestarts: '0' });
      configure(withClock(', {type: bc, domain: 300}'));
      expect(machine.attempt('systemctl', ['reload', UNIT]).status).not.toBe(0);
      expect(instances()).toBe(2);
      expect(mainPid()).toBe(first);

      configure(withClock(', {type: bc, domain: 24}, {type: bc, domain: 25}'));
      machine.run('systemctl', ['restart', UNIT]);
      expect(mainPid()).not.toBe(first);
      expect(instances()).toBe(3);
      await expectForwarding();
      machine.run('systemctl', ['stop', UNIT]);
      await stream.more(10);
      expect(stream.lost).toEqual([]);
      await stream.stop();
      expect(ptpSwitch('bridge', 'clean')).toMatch(/^br-ptp: removed$/m);
      await until(
        'the interfaces as they were',
        () => JSON.stringify(net.interfaces()) === JSON.stringify(before),
        TIMEOUT_MS,
      );
    });

    test('has it back after its forwarding thread alone hung', async () => {
      setWatchdog();
      ptpSwitch('install-service', '-c', CONFIG);
      const first = mainPid();
      await machine.stopThread(first, FORWARDING_THREAD);
      // The event loop goes on: it is the thread that is missed.
      expect(JSON.parse(ptpSwitch('show', 'ports', '--json'))).toMatchObject({
        ports: net.ports.map(() => ({})),
      });
      await untilRestarted(1, WATCHDOG_TIMEOUT_MS);
      expect(mainPid()).not.toBe(first);
      await expectForwarding();
    });

    test('does not start it again with a configuration that is wrong', async () => {
      ptpSwitch('install-service', '-c', CONFIG);
      configure('{ports: [eth1, eth2], instances: [{type: none}]}');
      expect(machine.attempt('systemctl', ['restart', UNIT]).status).not.toBe(0);
      expect(state()).toEqual({
        ...{ ActiveState: 'failed', SubState: 'failed', Result: 'exit-code' },
        ...{ NRestarts: '0', ExecMainStatus: EXIT_CONFIGURATION },
      });
      await until('no process of it', () => mainPid() === '0', TIMEOUT_MS);
    });
  },
);
