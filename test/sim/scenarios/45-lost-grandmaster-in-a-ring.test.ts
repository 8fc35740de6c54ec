/**
 *            .---- bc2 ----.
 *   gm ---- bc1           bc3 ---- gm' (not as good)
 *            '---- bc4 ----'
 *
 * At 16 s the grandmaster is gone for good. What it has told may still go round: bc3 hears it from bc4, that announces half
 * as often as the others. The second best is everybody's choice as soon as that has died away, with path trace (16.2) and
 * without.
 */
import { expect, test } from 'vitest';
import { Scenario } from '../harness/scenario.js';

test.each([true, false])(
  'a ring gives up a grandmaster that is gone; path trace: %s',
  (pathTrace) => {
    const scenario = new Scenario(45);
    const gm = scenario.grandmaster('gm', { pathTrace });
    const second = scenario.boundaryClock('second', { priority1: 2, ports: [{}], pathTrace });
    const ring = Array.from({ length: 4 }, (_, index) =>
      scenario.boundaryClock(`bc${index + 1}`, {
        ...{ ports: [{}, {}, {}], pathTrace, logSyncInterval: 0 },
        logAnnounceInterval: index === 3 ? 1 : 0,
      }),
    );
    const at = (index: number) => ring[index % ring.length] ?? gm;
    for (const index of ring.keys()) scenario.connect(at(index), 0, at(index + 1), 1);
    const cable = scenario.connect(gm, 0, at(0), 2);
    scenario.connect(second, 0, at(2), 2);
    const steps = () => ring.map((clock) => clock.state().currentDS.stepsRemoved);
    const follow = ({ identity }: typeof gm) =>
      ring.every((clock) => clock.state().parentDS.grandmasterIdentity === identity);
    scenario.run(16);
    expect(follow(gm)).toBe(true);
    expect(steps()).toEqual([1, 2, 3, 2]);

    cable.setUp(false);
    scenario.run(14);

    expect(follow(second)).toBe(true);
    expect(steps()).toEqual([3, 2, 1, 2]);
    const states = [...ring.flatMap((clock) => clock.portStates()), ...second.portStates()];
    expect(states.filter((state) => state === 'PASSIVE')).toHaveLength(1);
    const parents = () => ring.map((clock) => clock.state().parentDS.parentPortIdentity);
    const settled = parents();
    scenario.run(30);
    expect(parents()).toEqual(settled);
  },
);
