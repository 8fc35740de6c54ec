/**
 * The hardware lab, as seen from outside: a virtual machine whose NICs have hardware clocks and time stamp registers. It
 * is an instrument beside this project, found through the environment variable HWLAB or in ../shared/hwlab.
 *
 * One boot runs one program of guest/ and takes the results that it prints (guest/report.ts).
 */

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { atEnd } from '../support/netns/cleanup.js';
import { RESULT_MARK, type Outcome } from './guest/report.js';

/** A boot and a program of at most four minutes take so long on a machine that is busy with other things. */
export const RUN_TIMEOUT_MS = 1_500_000;
const LOG_LINES_SHOWN = 60;

/** The folder of the lab, where there is one. */
export function findLab(): string | undefined {
  const folder = process.env['HWLAB'] ?? join(process.cwd(), '../shared/hwlab');
  return existsSync(join(folder, 'run')) ? folder : undefined;
}

/** Undefined when there is a lab; otherwise why a suite is skipped, with the remedy. */
export function missingLab(): string | undefined {
  if (findLab() !== undefined) return undefined;
  return 'needs the hardware lab: set HWLAB to its folder';
}

/** What a program in the guest found out, scenario by scenario. */
export class GuestRun {
  readonly #outcomes = new Map<string, Outcome>();
  readonly #log: string[] = [];

  read(line: string): void {
    if (!line.startsWith(RESULT_MARK)) {
      this.#log.push(line);
      return;
    }
    const outcome = JSON.parse(line.slice(RESULT_MARK.length)) as Outcome;
    this.#outcomes.set(outcome.scenario, outcome);
  }

  /** Throws what the scenario threw; or, where it never ended, the last that the guest said. */
  result<T>(scenario: string): T {
    const outcome = this.#outcomes.get(scenario);
    if (outcome === undefined) {
      const log = this.#log.slice(-LOG_LINES_SHOWN).join('\n');
      throw new Error(`the guest ended before "${scenario}" did:\n${log}`);
    }
    if ('error' in outcome) throw new Error(outcome.error);
    return outcome.value as T;
  }
}

/** Boots a guest with `pairs` cables (eth0 to eth1, eth2 to eth3, eth4 to eth5) and runs guest/<program>.ts in it. */
export async function runInGuest(
  program: string,
  args: readonly string[],
  { pairs }: { pairs: number },
): Promise<GuestRun> {
  const lab = findLab();
  if (lab === undefined) throw new Error(missingLab());
  const file = join(process.cwd(), '.setup/hw/test/hw/guest', `${program}.js`);
  const child = spawn(join(lab, 'run'), [process.execPath, file, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PAIRS: String(pairs), TMO: String(RUN_TIMEOUT_MS / 1000) },
    detached: true, // a session of its own, which ends whole
  });
  const forget = atEnd(() => {
    if (child.pid !== undefined) endSession(child.pid);
  });
  const guest = new GuestRun();
  createInterface({ input: child.stdout }).on('line', (line) => guest.read(line));
  createInterface({ input: child.stderr }).on('line', (line) => guest.read(line));
  await new Promise((resolve) => child.once('close', resolve));
  forget();
  return guest;
}

/** Ends every process of a session: the lab's programs are in several groups, the virtual machine in one of its own. */
function endSession(session: number): void {
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      // proc(5): the fields after the name, which is in parentheses, are state, parent, group, session.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ');
      if (Number(fields?.[3]) === session) process.kill(Number(pid), 'SIGTERM');
    } catch {
      // It has just ended.
    }
  }
}
