/**
 *              .---- slave1
 *   gm ---- bc +---- slave2   from 15 s on
 *              '---- slave3   from 25 s on, its clock a year behind
 *
 * Whoever comes late has the time at once, and nobody else notices.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('receivers that join late', () => {
  const scenario = new Scenario(55);
  const gm = scenario.grandmaster('gm');
  const bc = scenario.boundaryClock('bc', { ports: [{}, {}, {}, {}] });
  const slave = (name: string, offsetNs: number) =>
    scenario.slave(name, {
      clock: { driftPpb: 4_000, offsetNs },
    });
  const slaves = [slave('slave1', 0), slave('slave2', 50e6), slave('slave3', -31_536_000e9)];
  const errors = slaves.map((clock) => scenario.compare(clock, gm));
  scenario.connect(gm, 0, bc, 0);
  for (const [index, clock] of slaves.entries()) {
    const cable = scenario.connect(bc, index + 1, clock, 0);
    if (index === 0) continue;
    cable.setUp(false);
    scenario.at(5 + index * 10, () => cable.setUp(true));
  }

  scenario.run(45);

  expect(slaves.map((clock) => clock.portStates()[0])).toEqual(['SLAVE', 'SLAVE', 'SLAVE']);
  expect(errorsOf(errors[0] ?? [], 24).worstNs).toBeLessThan(100);
  // Ten seconds after the cable was plugged in.
  expect(errorsOf(errors[1] ?? [], 25).worstNs).toBeLessThan(1_500);
  expect(errorsOf(errors[2] ?? [], 35).worstNs).toBeLessThan(1_500);
  for (const error of errors) expect(errorsOf(error, 44).worstNs).toBeLessThan(100);
});
