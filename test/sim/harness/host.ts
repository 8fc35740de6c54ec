/** A device whose ports end every message in core instances. */
import { defaultProfile } from '../../../src/core/profile/default.js';
import type { CoreInstance, PumpEvent } from '../../../src/daemon/runtime/pump.js';
import { Pump } from '../../../src/daemon/runtime/pump.js';
import type { Device } from '../../../src/native/virtual/virtual-network.js';

/** Has the instances speak Ethernet on every port, its latencies as the device is told of them. */
export function runInstances(
  { dataPlane, portOptions }: Device,
  instances: readonly CoreInstance[],
  onEvent: (event: PumpEvent) => void,
): void {
  dataPlane.program({
    rules: [{ sdoId: 'any', domainNumber: 'any', action: 'terminate' }],
    linkDelays: [],
    rateRatios: [],
  });
  const ports = portOptions.map(() => ({ transport: 'l2' }) as const);
  const pump = new Pump({
    dataPlane,
    attachments: instances.map((instance, index) => ({
      name: `instance ${index}`,
      instance,
      encapsulation: defaultProfile.encapsulation,
      ports,
    })),
    latencies: portOptions,
    timerClock: dataPlane.timerClock,
    onEvent,
  });
  pump.start();
}
