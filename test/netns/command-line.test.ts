/** What an operator meets when a switch cannot start or is told to end: exit codes, and one line that says why. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Child } from '../support/netns/child.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Star } from '../support/netns/star.js';
import { COMMAND_LINE } from '../support/netns/switch.js';

const FAILURE = 1;
const USAGE = 2;

const missing = missingPrerequisite();
if (missing !== undefined) console.warn(`command line: skipped, ${missing}`);

describe.skipIf(missing !== undefined)('ptp-switch run', () => {
  let star: Star;

  beforeAll(() => {
    star = new Star({ slaves: 1 });
  });

  afterAll(() => star.close());

  function runSwitch(...args: string[]): Child {
    const socket = join(star.network.directory, 'command-line.sock');
    return star.switchPlaces[0]!.namespace.spawn(process.execPath, [
      COMMAND_LINE,
      ...['run', '--socket', socket, ...args],
    ]);
  }

  /** The one line of a failed start. */
  async function failure(child: Child, code: number): Promise<string> {
    const exit = await child.exited;
    expect(exit, child.output).toEqual({ code, signal: null });
    expect(child.lines.filter((line) => /^\s+at /.test(line))).toEqual([]);
    return child.lines.at(-1) ?? '';
  }

  test('ends with 1 and names an interface that takes no hardware time stamps', async () => {
    const child = runSwitch('-i', 'eth1', '-i', 'eth2', '--timestamping', 'hardware');
    expect(await failure(child, FAILURE)).toMatch(/eth1.*software/);
  });

  test('ends with 1 and names an interface that does not exist', async () => {
    const child = runSwitch('-i', 'eth1', '-i', 'nonesuch');
    expect(await failure(child, FAILURE)).toContain('nonesuch');
  });

  test('ends with 2 and names file, line and key of a configuration it does not know', async () => {
    const file = join(star.network.directory, 'wrong.yaml');
    writeFileSync(file, 'ports: [eth1, eth2]\ninstances:\n  - type: e2e-tc\n    colour: blue\n');
    expect(await failure(runSwitch('-c', file), USAGE)).toMatch(/wrong\.yaml:4.*colour/);
  });

  test('ends with 2 on an option it does not know', async () => {
    const line = await failure(runSwitch('-i', 'eth1', '-i', 'eth2', '--nonesuch'), USAGE);
    expect(line).toContain('nonesuch');
  });

  test('ends with 1 and names an interface that another switch has', async () => {
    const [instance] = await star.startSwitches();
    onTestFinished(async () => void (await instance!.child.stop()));
    const line = await failure(runSwitch('-i', 'eth1', '-i', 'eth2'), FAILURE);
    expect(line).toMatch(/eth1.*another/);
  });

  test.for(['SIGTERM', 'SIGINT'] as const)('ends with 0 on %s', async (signal) => {
    const [instance] = await star.startSwitches();
    expect(await instance!.child.stop(signal)).toEqual({ code: 0, signal: null });
  });
});
