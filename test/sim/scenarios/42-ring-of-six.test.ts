/**
 *            .---- bc2 ---- bc3 ----.
 *   gm ---- bc1                    bc4
 *            '---- bc6 ---- bc5 ----'
 *
 * Both ways round are equally long for bc4: it takes one and is passive on the other.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('in a ring of six, time goes both ways round and meets at one passive port', () => {
  const scenario = new Scenario(42);
  const gm = scenario.grandmaster('gm');
  const ring = Array.from({ length: 6 }, (_, index) =>
    scenario.boundaryClock(`bc${index + 1}`, {
      ports: index === 0 ? [{}, {}, {}] : [{}, {}],
      clock: { driftPpb: (index - 3) * 3_000 },
    }),
  );
  const at = (index: number) => ring[index % 6] ?? gm;
  for (const index of ring.keys()) scenario.connect(at(index), 0, at(index + 1), 1);
  scenario.connect(gm, 0, at(0), 2);
  const errors = ring.map((clock) => scenario.compare(clock, gm));

  scenario.run(36);

  expect(ring.map((clock) => clock.state().currentDS.stepsRemoved)).toEqual([1, 2, 3, 4, 3, 2]);
  expect(at(0).portStates()).toEqual(['MASTER', 'MASTER', 'SLAVE']);
  // bc3 has the lower identity of bc4's two neighbours.
  expect(at(3).portStates()).toEqual(['PASSIVE', 'SLAVE']);
  const states = ring.flatMap((clock) => clock.portStates());
  expect(states.filter((state) => state === 'PASSIVE')).toHaveLength(1);
  expect(states.filter((state) => state === 'SLAVE')).toHaveLength(6);
  for (const error of errors) expect(errorsOf(error, 34).worstNs).toBeLessThan(150);
});
