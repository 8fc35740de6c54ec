/**
 * Pairs of veth interfaces in this process's own network namespace, for what has to run in this process. Their names
 * hold its pid, so that a later run can tell left-overs from those in use: `ptpsw<pid>a0` and `ptpsw<pid>b0`.
 */
import { existsSync } from 'node:fs';
import { atEnd } from './cleanup.js';
import { ipBatch, run } from './command.js';

const prefix = 'ptpsw';

export class VethPairs {
  /** The two ends of each pair, by its number. */
  readonly near: readonly string[];
  readonly far: readonly string[];
  readonly #forget: () => void;
  #removed = false;

  /** Makes them and brings them up. */
  constructor(count: number) {
    sweepLeftovers();
    const names = (end: string) =>
      Array.from({ length: count }, (_, pair) => `${prefix}${process.pid}${end}${pair}`);
    [this.near, this.far] = [names('a'), names('b')];
    this.#forget = atEnd(() => {
      this.#remove();
    });
    ipBatch([
      ...this.near.map((near, pair) => `link add ${near} type veth peer name ${this.far[pair]}`),
      ...[...this.near, ...this.far].map((name) => `link set ${name} up`),
    ]);
  }

  /** Takes the far end down, or brings it up: the near end loses or gets its carrier. */
  setLink(pair: number, up: boolean): void {
    ipBatch([`link set ${this.far[pair]} ${up ? 'up' : 'down'}`]);
  }

  remove(): void {
    this.#forget();
    this.#remove();
  }

  #remove(): void {
    if (this.#removed) return;
    this.#removed = true;
    ipBatch(this.near.map((name) => `link del ${name}`));
  }
}

/** Removes the interfaces of test processes that were killed before they could. */
function sweepLeftovers(): void {
  const links = run('ip', ['-o', 'link', 'show', 'type', 'veth']);
  const leftovers = [...links.matchAll(new RegExp(`^\\d+: (${prefix}(\\d+)a\\d+)@`, 'gm'))]
    .filter(([, , pid]) => !existsSync(`/proc/${pid}`))
    .map(([, name]) => `link del ${name}`);
  if (leftovers.length > 0) ipBatch(leftovers);
}
