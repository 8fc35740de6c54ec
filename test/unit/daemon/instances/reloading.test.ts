/** What a reload leaves alone of the running instances, and what it refuses. */
import { expect, test } from 'vitest';
import type { Config, InstanceConfig } from '../../../../src/config/config.js';
import { reloadPlan } from '../../../../src/daemon/reload/reload-plan.js';
import { peerToPeer, setup } from './running-instances.js';

/** The file is another one from now on. */
function reload({ clock, config }: Pick<ReturnType<typeof setup>, 'clock' | 'config'>) {
  let running: Config = config;
  return (instances: readonly InstanceConfig[]): void => {
    const plan = reloadPlan(running, { ...config, instances });
    clock.reload(plan);
    running = plan.config;
  };
}

test('more rules than the engine has are refused, and what runs goes on', () => {
  const running = setup();
  const { dataPlane } = running;
  const apply = reload(running);
  const before = dataPlane.programmed.length;
  const many = Array.from({ length: 257 }, (_, index) => ({
    ...peerToPeer,
    domain: index % 256,
    sdoId: index,
  }));
  expect(() => apply(many)).toThrow(/^instances: 257 rules, .* more than 256; leave out instances/);
  expect(dataPlane.programmed).toHaveLength(before);
  apply([peerToPeer, { type: 'e2e-tc', domain: 3 }]);
  expect(dataPlane.programmed.at(-1)?.rules).toHaveLength(2);
});
