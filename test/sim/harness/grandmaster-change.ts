/**
 *   gm1 ----.
 *            tc1 ---- tc2 ---- slave
 *   gm2 ----'
 *
 * The first grandmaster goes at 40 s; the second, 20 ppm faster and a minute ahead, comes up later. The slave's own clock
 * keeps the pace of the second.
 */
import { Scenario, type DelayMechanism, type Receiver } from './scenario.js';

export interface GrandmasterChange {
  readonly seed: number;
  readonly delayMechanism: DelayMechanism;
  /** When the second grandmaster comes up. */
  readonly secondFrom: number;
}

export function grandmasterChange({ seed, delayMechanism, secondFrom }: GrandmasterChange): {
  readonly scenario: Scenario;
  readonly slave: Receiver;
} {
  const scenario = new Scenario(seed, delayMechanism);
  const second = { driftPpb: 20_000, offsetNs: 60e9 };
  const overloaded = { residence: { kind: 'uniform', fromNs: 10_000, toNs: 5e6 } } as const;
  const gm1 = scenario.timeSource('gm1');
  const gm2 = scenario.timeSource('gm2', { clock: second });
  const tc1 = scenario.transparentClock('tc1', {
    clock: { driftPpb: -100_000 },
    ports: [{}, {}, overloaded],
  });
  const tc2 = scenario.transparentClock('tc2', {
    clock: { driftPpb: 100_000 },
    ports: [{}, overloaded],
  });
  const slave = scenario.timeReceiver('slave', { clock: { ...second, offsetNs: 0 } });
  const toFirst = scenario.connect(gm1, 0, tc1, 0);
  const toSecond = scenario.connect(gm2, 0, tc1, 1);
  scenario.connect(tc1, 2, tc2, 0);
  scenario.connect(tc2, 1, slave, 0);
  toSecond.setUp(false);
  scenario.at(40, () => toFirst.setUp(false));
  scenario.at(secondFrom, () => toSecond.setUp(true));
  return { scenario, slave };
}
