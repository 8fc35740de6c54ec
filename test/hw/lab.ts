/**
 * The hardware lab, as seen from outside: a virtual machine whose NICs have hardware clocks and time stamp registers. It
 * is an instrument beside this project, found through the environment variable HWLAB or in ../shared/hwlab.
 *
 * One boot runs several programs of guest/, one after the other, and takes the results that they print (guest/report.ts). A
 * boot and the first reading of Node and of the product cost as much as a measurement.
 */

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { atEnd } from '../support/netns/cleanup.js';
import { RESULT_MARK, type Outcome } from './guest/report.js';

/** A boot and its programs, of at most eight minutes, take so long on a machine that is busy with other things. */
export const RUN_TIMEOUT_MS = 1_800_000;
/** Cables: eth0 to eth1, eth2 to eth3, eth4 to eth5. */
const PAIRS = 3;
const LOG_LINES_SHOWN = 60;

/** What runs in the guest, compiled. */
export const GUEST_PROGRAMS = join(process.cwd(), '.setup/hw');

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

/** guest/<name>.ts and its arguments. */
export type GuestProgram = readonly [name: string, ...args: string[]];

const PROGRAM_MARK = '@program ';

/** What each program in the guest found out, scenario by scenario. */
export class GuestRun {
  readonly #outcomes = new Map<string, Outcome>();
  readonly #logs = new Map<string, string[]>();
  /** Of the program that has its turn; empty until one has. */
  #title = '';
  readonly #programs: readonly GuestProgram[];

  constructor(programs: readonly GuestProgram[]) {
    this.#programs = programs;
  }

  /** Boots a guest and runs the programs in it to their end. */
  async run(): Promise<void> {
    const lab = findLab();
    if (lab === undefined) throw new Error(missingLab());
    const child = spawn(join(lab, 'run'), ['sh', '-c', inTurn(this.#programs)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PAIRS: String(PAIRS), TMO: String(RUN_TIMEOUT_MS / 1000) },
      detached: true, // a session of its own, which ends whole
    });
    const forget = atEnd(() => {
      if (child.pid !== undefined) endSession(child.pid);
    });
    createInterface({ input: child.stdout }).on('line', (line) => this.#read(line));
    createInterface({ input: child.stderr }).on('line', (line) => this.#read(line));
    await new Promise((resolve) => child.once('close', resolve));
    forget();
  }

  #read(line: string): void {
    if (line.startsWith(PROGRAM_MARK)) {
      this.#title = line.slice(PROGRAM_MARK.length);
    } else if (line.startsWith(RESULT_MARK)) {
      const outcome = JSON.parse(line.slice(RESULT_MARK.length)) as Outcome;
      this.#outcomes.set(keyOf(this.#title, outcome.scenario), outcome);
    } else {
      this.#logs.set(this.#title, [...(this.#logs.get(this.#title) ?? []), line]);
    }
  }

  /** Throws what the scenario threw; or, where it never ended, the last that the guest said. */
  result<T>(program: GuestProgram, scenario: string): T {
    const title = titleOf(program);
    const outcome = this.#outcomes.get(keyOf(title, scenario));
    if (outcome === undefined) {
      const log = this.#logs.get(title) ?? this.#logs.get(this.#title) ?? [];
      const end = log.slice(-LOG_LINES_SHOWN).join('\n');
      throw new Error(`"${title}" ended before "${scenario}" did:\n${end}`);
    }
    if ('error' in outcome) throw new Error(outcome.error);
    return outcome.value as T;
  }
}

function titleOf(program: GuestProgram): string {
  return program.join(' ');
}

function keyOf(title: string, scenario: string): string {
  return `${title}: ${scenario}`;
}

/** A line of the shell; each program has its turn whatever became of the one before. */
function inTurn(programs: readonly GuestProgram[]): string {
  const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(' ');
  return programs
    .map((program) => {
      const [name, ...args] = program;
      const mark = ['echo', PROGRAM_MARK + titleOf(program)];
      return `${quoted(mark)}; ${quoted([process.execPath, join(GUEST_PROGRAMS, `${name}.js`), ...args])}`;
    })
    .join('; ');
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
