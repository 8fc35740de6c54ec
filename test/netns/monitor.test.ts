/** The live screen on a terminal: what it draws, how it follows the terminal's size, and how it leaves it. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BridgedNetwork } from '../support/netns/bridged-network.js';
import { run } from '../support/netns/command.js';
import { FramePort } from '../support/netns/frame-port.js';
import { isPtp, PairStream } from '../support/netns/pair-stream.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { COMMAND_LINE, type Switch } from '../support/netns/switch.js';
import { until } from '../support/netns/wait.js';

const TIMEOUT_MS = 30_000;
/** A look at the screen is a process. */
const LOOK_INTERVAL_MS = 200;
const BEFORE = 'what was there before';

const missing = missingPrerequisite('tmux');
if (missing !== undefined) console.warn(`the live screen: skipped, ${missing}`);

describe.skipIf(missing !== undefined)('the live screen', () => {
  let net: BridgedNetwork;
  let running: Switch;
  let server: string;

  beforeEach(async () => {
    net = new BridgedNetwork(2);
    server = `${net.place.name}-screen`;
    running = await net.startSwitch('{name: br-ptp, stp: false}');
  });

  afterEach(async () => {
    spawnSync('tmux', ['-L', server, 'kill-server']);
    await net.close();
  });

  function tmux(...args: readonly string[]): string {
    return run('tmux', ['-L', server, '-f', '/dev/null', ...args]);
  }

  /** A shell on a terminal of that size, which has something on it. */
  async function openTerminal(columns: number, rows: number): Promise<void> {
    const size = ['-x', String(columns), '-y', String(rows)];
    const shell = ['env', 'LC_ALL=C.UTF-8', 'PS1=$ ', 'sh'];
    tmux('-u', 'new-session', '-d', ...size, ...shell);
    tmux('send-keys', `echo ${BEFORE}`, 'Enter');
    await untilShown(new RegExp(`^${BEFORE}$`, 'm'));
  }

  function monitor(): void {
    const command = `${process.execPath} ${COMMAND_LINE} monitor --socket ${running.socket}`;
    tmux('send-keys', command, 'Enter');
  }

  function shown(): string {
    return tmux('capture-pane', '-p');
  }

  function untilShown(wanted: RegExp): Promise<string> {
    return until(
      `the screen to show ${wanted}`,
      () => {
        const text = shown();
        return wanted.test(text) ? text : undefined;
      },
      TIMEOUT_MS,
      shown,
      LOOK_INTERVAL_MS,
    );
  }

  /** Its text, its cursor and its input are those from before. */
  async function expectAsItWas(): Promise<void> {
    const text = await untilShown(new RegExp(`^${BEFORE}$[^]*^\\$ ?$`, 'm'));
    expect(text).not.toMatch(/ports up/);
    expect(tmux('display', '-p', '#{alternate_on} #{cursor_flag} #{wrap_flag}').trim()).toBe(
      '0 1 1',
    );
    tmux('send-keys', 'stty -a', 'Enter');
    await untilShown(/\bicanon\b[^]*\becho\b/);
  }

  test('draws ports and rates, follows another size, shows a port by itself, and quits', async () => {
    const [first] = net.hosts;
    const stream = new PairStream(await FramePort.open(first!.namespace, 'eth0', isPtp), 20);
    await openTerminal(80, 24);
    monitor();
    await untilShown(/2 of 2 ports up[^]*^eth1 +up +[1-9][\d.]* +0 +0 /m);
    // The residence of the Syncs that left by the other port.
    expect(await untilShown(/^eth2 +up +0 +[1-9][\d.]* .*█/m)).toMatch(/^q quit /m);
    tmux('resize-window', '-x', '120', '-y', '40');
    await untilShown(/^port +link +stamps /m);
    expect(shown().trimEnd().split('\n').length).toBe(40);
    tmux('send-keys', 'Down', 'Enter');
    await untilShown(/^Sync +[1-9][\d.]* +0 /m);
    tmux('send-keys', 'q');
    await expectAsItWas();
    stream.stop();
  });

  test.each(['TERM', 'INT', 'HUP'])(
    'leaves the terminal as it was after a SIG%s',
    async (signal) => {
      await openTerminal(80, 24);
      monitor();
      const text = await untilShown(/2 of 2 ports up/);
      expect(text).not.toContain(BEFORE);
      const shell = tmux('display', '-p', '#{pane_pid}').trim();
      const pid = Number(readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8'));
      process.kill(pid, `SIG${signal}`);
      await expectAsItWas();
    },
  );
});
