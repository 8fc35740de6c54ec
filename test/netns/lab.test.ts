/** The built-in lab as an operator runs it: what it finds, and that nothing of it is left behind however it ends. */

import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import type { TransparentLabReport } from '../../src/lab/report.js';
import { Child } from '../support/netns/child.js';
import { run } from '../support/netns/command.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { COMMAND_LINE } from '../support/netns/switch.js';
import { until } from '../support/netns/wait.js';

const missing = missingPrerequisite();
if (missing !== undefined) console.warn(`lab: skipped, ${missing}`);

const START_TIMEOUT_MS = 45_000;
const END_TIMEOUT_MS = 10_000;
const LONGER_THAN_ANY_TEST = ['--seconds', '600'];

function namespacesOf(lab: Child): string[] {
  return run('ip', ['netns', 'list'])
    .split('\n')
    .map((line) => line.split(' ')[0]!)
    .filter((name) => name.startsWith(`ptp-lab-${lab.pid}-`));
}

function directoriesOf(lab: Child): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`ptp-lab-${lab.pid}-`));
}

function processesIn(namespace: string): number[] {
  return run('ip', ['netns', 'pids', namespace]).split('\n').filter(Boolean).map(Number);
}

function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

/** Every process of a running lab but itself: the switch and four clocks. */
function childrenOf(lab: Child): number[] {
  return namespacesOf(lab).flatMap(processesIn);
}

async function expectNothingLeft(lab: Child, children: readonly number[]): Promise<void> {
  expect(namespacesOf(lab)).toEqual([]);
  expect(directoriesOf(lab)).toEqual([]);
  await until('the children to be gone', () => !children.some(isRunning), END_TIMEOUT_MS);
}

describe.skipIf(missing !== undefined)('ptp-switch lab', () => {
  const labs: Child[] = [];
  const start = (...args: string[]): Child => {
    const lab = new Child(process.execPath, [COMMAND_LINE, 'lab', ...args]);
    labs.push(lab);
    return lab;
  };
  afterEach(async () => {
    await Promise.all(labs.splice(0).map((lab) => lab.stop()));
  });

  /** A lab that runs until told otherwise, and the processes it consists of. */
  const startEndless = async (): Promise<{ lab: Child; children: number[] }> => {
    const lab = start(...LONGER_THAN_ANY_TEST);
    await lab.waitForLine(/lab: \d+ s, [1-9]\d* samples/, START_TIMEOUT_MS);
    const children = childrenOf(lab);
    expect(children).toHaveLength(5);
    return { lab, children };
  };

  test('shows at every receiver what the correction is worth, and leaves nothing behind', async () => {
    const output: string[] = [];
    const lab = new Child(process.execPath, [COMMAND_LINE, 'lab', '--seconds', '3', '--json'], {
      onLine: (line) => output.push(line),
    });
    labs.push(lab);
    expect(await lab.exited).toEqual({ code: 0, signal: null });

    const report = JSON.parse(output.join('\n')) as TransparentLabReport;
    expect(report.receivers.map(({ name }) => name)).toEqual(['l2', 'udp4', 'unicast']);
    for (const { samples, corrected, uncorrected } of report.receivers) {
      expect(samples).toBeGreaterThan(report.syncPerSecond);
      expect(uncorrected!.medianNs).toBeGreaterThan(5 * corrected!.medianNs);
    }
    expect(report.ports.map((port) => port.interface)).toEqual(['p1', 'p2', 'p3', 'p4']);
    // Sync over Ethernet, over UDP and unicast come in by the source's port; the first two leave by every other.
    const [source, ...others] = report.ports;
    expect(source!.counters['rx']!['Sync']).toBeGreaterThan(2 * 3 * report.syncPerSecond);
    for (const port of others) {
      expect(port.counters['tx']!['Sync']).toBeGreaterThan(3 * report.syncPerSecond);
      expect(port.counters['rx']!['Delay_Req']).toBeGreaterThan(report.syncPerSecond);
      expect(port.residenceNs.p99).toBeGreaterThan(0);
    }
    await expectNothingLeft(lab, []);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it cleanly', async (signal) => {
    const { lab, children } = await startEndless();
    lab.kill(signal);
    lab.kill(signal); // whoever is impatient
    expect(await lab.exited).toEqual({ code: 0, signal: null });
    expect(lab.output).toMatch(/times as much/);
    await expectNothingLeft(lab, children);
  });

  test('SIGINT while it is being set up ends it cleanly', async () => {
    const lab = start(...LONGER_THAN_ANY_TEST);
    await lab.waitForLine(/lab: starting ptp-switch/, START_TIMEOUT_MS);
    lab.kill('SIGINT');
    expect(await lab.exited).toEqual({ code: 0, signal: null });
    await expectNothingLeft(lab, []);
  });

  test.each([
    ['switch', 'the switch'],
    ['udp4', 'the receiver UDPv4 multicast'],
  ])('the crash of %s is told in a line and ends the lab', async (role, title) => {
    const { lab, children } = await startEndless();
    const [victim] = processesIn(`ptp-lab-${lab.pid}-${role}`);
    process.kill(victim!, 'SIGKILL');
    expect(await lab.exited).toEqual({ code: 1, signal: null });
    expect(lab.lines.at(-1)).toBe(`lab: ${title} ended by SIGKILL`);
    await expectNothingLeft(lab, children);
  });

  test('what a killed lab leaves behind ends by itself or goes with the next lab', async () => {
    const { lab, children } = await startEndless();
    lab.kill('SIGKILL');
    await lab.exited;
    await until('the children to end', () => !children.some(isRunning), END_TIMEOUT_MS);
    expect(namespacesOf(lab)).toHaveLength(5);

    const next = start('--seconds', '1');
    expect(await next.exited).toEqual({ code: 0, signal: null });
    await expectNothingLeft(lab, []);
    await expectNothingLeft(next, []);
  });
});
