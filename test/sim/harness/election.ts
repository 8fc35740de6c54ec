/** Two clocks that would both be grandmaster, and the boundary clock between them: who is elected, and whether it shows. */
import { expect } from 'vitest';
import type { BoundaryClockModel } from './boundary-clock.js';
import { errorsOf } from './samples.js';
import { Scenario } from './scenario.js';

/** Those members of a data set that an election looks at. */
export type Attributes = Pick<
  BoundaryClockModel,
  'priority1' | 'clockClass' | 'clockAccuracy' | 'offsetScaledLogVariance' | 'priority2'
>;

export interface Election {
  readonly seed: number;
  readonly winner: Attributes;
  readonly loser: Attributes;
  /** Which of the two has the lower clockIdentity. */
  readonly lowerIdentity: 'winner' | 'loser';
}

/** Holds it, and expects the winner's time everywhere, below 50 ns, 30 s after the start. */
export function expectElected({ seed, winner, loser, lowerIdentity }: Election): void {
  const scenario = new Scenario(seed);
  const oscillators = { winner: 3_000, loser: -4_000 } as const;
  const add = (name: 'winner' | 'loser', attributes: Attributes) =>
    scenario.boundaryClock(name, {
      ...attributes,
      ports: [{}],
      clock: { driftPpb: oscillators[name], offsetNs: oscillators[name] * 1e6 },
    });
  // Identities are given out in the order of creation.
  const [a, b] =
    lowerIdentity === 'winner'
      ? [add('winner', winner), add('loser', loser)]
      : [add('loser', loser), add('winner', winner)];
  const [elected, other] = lowerIdentity === 'winner' ? [a, b] : [b, a];
  // Worse than either by priority1, better by all that comes later.
  const bc = scenario.boundaryClock('bc', { priority1: 255, clockClass: 130, priority2: 0 });
  scenario.connect(elected, 0, bc, 0);
  scenario.connect(bc, 1, other, 0);
  const errors = [bc, other].map((clock) => scenario.compare(clock, elected));

  scenario.run(32);

  expect(elected.portStates()).toEqual(['MASTER']);
  expect(bc.portStates()).toEqual(['SLAVE', 'MASTER']);
  expect(other.portStates()).toEqual(['SLAVE']);
  expect(elected.state().currentDS.stepsRemoved).toBe(0);
  for (const [index, clock] of [bc, other].entries()) {
    const { parentDS, currentDS } = clock.state();
    expect(parentDS.grandmasterIdentity).toBe(elected.identity);
    expect(currentDS.stepsRemoved).toBe(index + 1);
    expect(errorsOf(errors[index] ?? [], 30).worstNs).toBeLessThan(50);
  }
}
