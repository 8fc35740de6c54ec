/**
 * Faults at random, one after the other, and what must hold throughout: forwarding resumes soon after each, nothing is lost
 * where there is no fault, nothing leaks, and no Follow_Up ever leaves with another correction than the true one.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../test/support/netns/wait.js';
import { seededRandom } from '../../test/support/random.js';
import { Bed, type Resources } from './bed.js';
import { draw, type Fault } from './faults.js';
import { Pairs, type WrongCorrection } from './pairs.js';
import {
  grownCounters,
  lostPairText,
  RESUME_LIMIT_MS,
  type SoakReport,
  type Struck,
  type Violation,
  wrongCorrectionText,
} from './report.js';
import { Standings } from './standings.js';
import { stealMs } from './steal.js';

/** Longer than the limit, to know how much longer it takes. */
const RESUME_TIMEOUT_MS = 10_000;
const START_TIMEOUT_MS = 10_000;
/** Without a fault after each: what is sent then must arrive. */
const CALM_MS = 400;
/** Until a pair that was sent has certainly arrived. */
const UNDER_WAY_MS = 150;
/**
 * The switch gives up what lay in a ring for 50 ms, and can do nothing about a processor that stands still for nearly as
 * long: what is lost then it is not blamed for.
 */
const STANDING_LIMIT_NS = 40e6;
/** What a process may hold more than at its start: what Node opens as it goes along. */
const GROWTH_LIMIT: Resources = { descriptors: 4, threads: 4, residentMegabytes: 40 };

export interface SoakOptions {
  readonly seed: number;
  /** All of them, by chance, for so long; or these in turn, however long they take. */
  readonly faults: { readonly forSeconds: number } | readonly Fault[];
  /** Told of each fault that is over. */
  readonly onStruck?: (struck: Struck) => void;
  readonly onViolation?: (violation: Violation) => void;
}

export async function soak(options: SoakOptions): Promise<SoakReport> {
  const bed = new Bed();
  try {
    return await new Soak(bed, options).run();
  } finally {
    await bed.close();
  }
}

class Soak {
  readonly #bed: Bed;
  readonly #options: SoakOptions;
  readonly #random: () => number;
  readonly #pairs: Pairs;
  readonly #struck: Struck[] = [];
  readonly #violations: Violation[] = [];
  readonly #standings = new Standings();
  #lostWhileStanding = 0;
  readonly #stealAtStartMs = stealMs();
  /** Of the first fault: what the bed and the switch take to get ready is none of it. */
  #start = performance.now();
  #fault = 'none yet';
  /** Of the switch that runs. */
  #atStart: Resources | undefined;
  #grown: Resources = { descriptors: 0, threads: 0, residentMegabytes: 0 };

  constructor(bed: Bed, options: SoakOptions) {
    this.#bed = bed;
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#pairs = new Pairs(bed.ports.filter(({ sink }) => sink !== undefined).length, (wrong) =>
      this.#tellWrong(wrong),
    );
  }

  async run(): Promise<SoakReport> {
    const { seed } = this.#options;
    this.#bed.startSwitch();
    await this.#bed.startPairs(this.#pairs);
    await this.#bed.watchStandings(this.#standings);
    const startNs = this.#bed.nowNs();
    await until(
      'the switch to forward',
      () => this.#pairs.resumedAfterNs(startNs) !== undefined,
      START_TIMEOUT_MS,
      () => this.#bed.instance.child.output,
    );
    await this.#calm();
    this.#start = performance.now();
    for (const fault of this.#faults()) await this.#strike(fault);
    return {
      seed,
      seconds: this.#seconds(),
      struck: this.#struck,
      compared: this.#pairs.compared,
      delayed: this.#pairs.delayed,
      largestResidualMs: this.#pairs.largestResidualNs / 1e6,
      bracketed: this.#pairs.bracketed,
      largestOffMs: this.#pairs.largestOffNs / 1e6,
      host: {
        heldUpOnCables: this.#pairs.heldUpOnCables,
        longestOnCablesMs: this.#pairs.longestOnCablesNs / 1e6,
        overtaken: this.#pairs.overtaken,
        standings: this.#standings.count,
        longestStandingMs: this.#standings.longestNs / 1e6,
        lostWhileStanding: this.#lostWhileStanding,
        stealMs: stealMs() - this.#stealAtStartMs,
      },
      grown: this.#grown,
      violations: this.#violations,
    };
  }

  *#faults(): Iterable<Fault> {
    const { faults } = this.#options;
    if ('forSeconds' in faults) {
      while (this.#seconds() < faults.forSeconds) yield draw(this.#random);
    } else {
      yield* faults;
    }
  }

  #seconds(): number {
    return (performance.now() - this.#start) / 1_000;
  }

  async #strike(fault: Fault): Promise<void> {
    const bed = this.#bed;
    const instance = bed.instance;
    const atSeconds = this.#seconds();
    const fromNs = bed.nowNs();
    this.#fault = fault.name;
    const what = await fault.strike(bed, this.#random);
    const endNs = bed.nowNs();
    if (bed.instance !== instance) this.#atStart = undefined;
    const resumedMs = await this.#resumedMs(endNs);
    await delay(UNDER_WAY_MS);
    const lost = this.#pairs.missing(fromNs, endNs).length;
    const struck = { name: fault.name, atSeconds, what, resumedMs, lost };
    this.#struck.push(struck);
    this.#options.onStruck?.(struck);
    const stoodMs = this.#standings.between(endNs, endNs + (resumedMs ?? 0) * 1e6) / 1e6;
    if (resumedMs === undefined || resumedMs - stoodMs > RESUME_LIMIT_MS) {
      const after = resumedMs === undefined ? 'not at all' : `after ${resumedMs.toFixed(0)} ms`;
      this.#violate('late resumption', `${fault.name}: ${what}: ${after}`);
    }
    if (fault.interruptsNothing === true && lost > 0) {
      this.#violate('interrupted', `${fault.name}: ${lost} pairs lost`);
    }
    if (!bed.instance.child.running) {
      this.#violate('ended', `${bed.instance.child.state}:\n${bed.instance.child.output}`);
    }
    // A switch that has not come back would hide what comes after.
    if (resumedMs === undefined) await this.#startAnew();
    await this.#calm();
  }

  async #resumedMs(endNs: number): Promise<number | undefined> {
    const deadline = performance.now() + RESUME_TIMEOUT_MS;
    while (performance.now() < deadline) {
      const resumedNs = this.#pairs.resumedAfterNs(endNs);
      if (resumedNs !== undefined) return resumedNs / 1e6;
      await delay(5);
    }
    return undefined;
  }

  async #startAnew(): Promise<void> {
    await this.#bed.instance.child.stop('SIGKILL');
    this.#bed.startSwitch();
    this.#atStart = undefined;
    await this.#resumedMs(this.#bed.nowNs());
  }

  /** For a while nothing happens and nothing may be lost; then nothing may have grown. */
  async #calm(): Promise<void> {
    const before = await this.#bed.counters();
    const fromNs = this.#bed.nowNs();
    await delay(CALM_MS);
    const toNs = this.#bed.nowNs();
    await delay(UNDER_WAY_MS);
    if (!this.#bed.instance.child.running) return;
    const missing = this.#pairs.missing(fromNs, toNs);
    const lost = missing.filter(({ sentNs }) => {
      const stoodNs = this.#standings.between(sentNs, sentNs + UNDER_WAY_MS * 1e6);
      return stoodNs < STANDING_LIMIT_NS;
    });
    this.#lostWhileStanding += missing.length - lost.length;
    if (lost.length > 0) {
      const what = lost.map((each) => lostPairText(each, fromNs)).join('; ');
      const counted = grownCounters(before, await this.#bed.counters());
      const text = `${what}; after: ${this.#fault}; counted meanwhile: ${counted}`;
      this.#violate('lost without a fault', text);
    }
    const now = this.#bed.resources();
    this.#atStart ??= now;
    const grown = difference(now, this.#atStart);
    const limits = difference(GROWTH_LIMIT, grown);
    if (Math.min(limits.descriptors, limits.threads, limits.residentMegabytes) < 0) {
      const from = JSON.stringify(this.#atStart);
      this.#violate('leak', `${from} has become ${JSON.stringify(now)}, after: ${this.#fault}`);
      this.#atStart = now;
    }
    this.#grown = largest(this.#grown, grown);
  }

  #tellWrong(wrong: WrongCorrection): void {
    this.#violate(
      'wrong correction',
      `${wrongCorrectionText(wrong)}; during or after: ${this.#fault}`,
    );
  }

  #violate(kind: Violation['kind'], text: string): void {
    const violation = { kind, atSeconds: this.#seconds(), text };
    this.#violations.push(violation);
    this.#options.onViolation?.(violation);
  }
}

function difference(minuend: Resources, subtrahend: Resources): Resources {
  return {
    descriptors: minuend.descriptors - subtrahend.descriptors,
    threads: minuend.threads - subtrahend.threads,
    residentMegabytes: minuend.residentMegabytes - subtrahend.residentMegabytes,
  };
}

function largest(one: Resources, other: Resources): Resources {
  return {
    descriptors: Math.max(one.descriptors, other.descriptors),
    threads: Math.max(one.threads, other.threads),
    residentMegabytes: Math.max(one.residentMegabytes, other.residentMegabytes),
  };
}
