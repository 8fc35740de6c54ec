/** Where the counters of a port are that are added up every second: found once, by their names. */
import { dropClasses, dropClassOf, type DropClass, type Dropped } from './drop-classes.js';
import type { CounterSnapshot } from './snapshot.js';

export class CounterGroups {
  readonly #received: readonly number[];
  readonly #sent: readonly number[];
  readonly #dropped: Readonly<Record<DropClass, readonly number[]>>;

  constructor({ indexOf }: Pick<CounterSnapshot, 'indexOf'>) {
    const within = (group: string, isWanted: (name: string) => boolean = () => true) =>
      [...indexOf].flatMap(([name, index]) =>
        name.startsWith(`${group}.`) && isWanted(name.slice(group.length + 1)) ? [index] : [],
      );
    this.#received = within('rx');
    this.#sent = within('tx');
    const [lost, discarded, malformed] = dropClasses.map((dropClass) =>
      within('drop', (reason) => dropClassOf(reason) === dropClass),
    );
    this.#dropped = { lost: lost ?? [], discarded: discarded ?? [], malformed: malformed ?? [] };
  }

  received(counters: CounterSnapshot, port: number): number {
    return sumOf(counters, port, this.#received);
  }

  sent(counters: CounterSnapshot, port: number): number {
    return sumOf(counters, port, this.#sent);
  }

  dropped(counters: CounterSnapshot, port: number): Dropped {
    return {
      lost: sumOf(counters, port, this.#dropped.lost),
      discarded: sumOf(counters, port, this.#dropped.discarded),
      malformed: sumOf(counters, port, this.#dropped.malformed),
    };
  }
}

function sumOf(
  { stride, values }: CounterSnapshot,
  port: number,
  indices: readonly number[],
): number {
  let sum = 0;
  for (const index of indices) sum += values[port * stride + index] ?? 0;
  return sum;
}
