/**
 *   bc1 ---- bc2
 *    | \    / |
 *    |   \/   |       every one linked with every other
 *    |   /\   |
 *   bc3 ---- bc4
 *
 * bc4 is the best clock. All others are one step from it, and passive towards each other at one end of each link.
 */
import { expect, test } from 'vitest';
import type { BoundaryNode } from '../harness/boundary-clock.js';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('a full mesh is a star, once it has settled', () => {
  const scenario = new Scenario(43);
  const add = (name: string, priority1: number, driftPpb: number): BoundaryNode =>
    scenario.boundaryClock(name, { priority1, clock: { driftPpb }, ports: [{}, {}, {}] });
  const bc1 = add('bc1', 128, 4_000);
  const bc2 = add('bc2', 128, -9_000);
  const bc3 = add('bc3', 128, 1_000);
  const bc4 = add('bc4', 127, -2_000);
  scenario.connect(bc1, 0, bc2, 0);
  scenario.connect(bc1, 1, bc3, 0);
  scenario.connect(bc1, 2, bc4, 0);
  scenario.connect(bc2, 1, bc3, 1);
  scenario.connect(bc2, 2, bc4, 1);
  scenario.connect(bc3, 2, bc4, 2);
  const errors = [bc1, bc2, bc3].map((clock) => scenario.compare(clock, bc4));

  scenario.run(30);

  expect(bc4.portStates()).toEqual(['MASTER', 'MASTER', 'MASTER']);
  expect(bc1.portStates()).toEqual(['MASTER', 'MASTER', 'SLAVE']);
  expect(bc2.portStates()).toEqual(['PASSIVE', 'MASTER', 'SLAVE']);
  expect(bc3.portStates()).toEqual(['PASSIVE', 'PASSIVE', 'SLAVE']);
  for (const error of errors) expect(errorsOf(error, 28).worstNs).toBeLessThan(20);
});
