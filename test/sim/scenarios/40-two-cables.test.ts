/**
 *      .--1--.
 *   gm |     | bc ---- slave
 *      '--2--'
 *
 * The same master by two cables: the tie is broken by its port number (9.3.4). At 20 s the first cable is pulled, at 30 s
 * it is plugged in again.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('one of two cables is in use, the other stands by', () => {
  const scenario = new Scenario(40);
  const gm = scenario.boundaryClock('gm', { priority1: 1 });
  const bc = scenario.boundaryClock('bc', { ports: [{}, {}, {}], clock: { driftPpb: -8_000 } });
  const slave = scenario.slave('slave');
  // Crossed: the lower port of the sender counts, not that of the receiver.
  const first = scenario.connect(gm, 0, bc, 1);
  scenario.connect(gm, 1, bc, 0);
  scenario.connect(bc, 2, slave, 0);
  const errors = scenario.compare(bc, gm);
  const ofSlave = scenario.compare(slave, gm);
  scenario.run(20);
  expect(bc.portStates()).toEqual(['PASSIVE', 'SLAVE', 'MASTER']);
  first.setUp(false);
  scenario.run(10);
  expect(bc.portStates()).toEqual(['SLAVE', 'FAULTY', 'MASTER']);
  first.setUp(true);
  scenario.run(10);
  expect(bc.portStates()).toEqual(['PASSIVE', 'SLAVE', 'MASTER']);

  expect(errorsOf(errors, 19).worstNs).toBeLessThan(500);
  expect(errorsOf(ofSlave, 19).worstNs).toBeLessThan(1_000);
  expect(errorsOf(errors, 38).worstNs).toBeLessThan(10);
});
