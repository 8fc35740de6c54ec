/** A device whose ports end every message in core instances. */
import type { Output } from '../../../src/core/io.js';
import { defaultProfile } from '../../../src/core/profile/default.js';
import type { CoreInstance } from '../../../src/daemon/runtime/attachment.js';
import type { PumpEvent } from '../../../src/daemon/runtime/pump.js';
import { Pump } from '../../../src/daemon/runtime/pump.js';
import type { Device } from '../../../src/native/virtual/virtual-network.js';

/** Carries out what an instance, by its index, wants done without an input from its ports. */
export type CarryOut = (index: number, outputs: readonly Output[]) => void;

/** What the product counts and survives ends a scenario. */
export function failOnFault(event: Pick<PumpEvent, 'kind'> & { readonly message?: string }): void {
  if (event.kind === 'portError' && event.message?.startsWith('a fault of this program') === true) {
    throw new Error(event.message);
  }
}

/** Has the instances speak Ethernet on every port, its latencies as the device is told of them. */
export function runInstances(
  { dataPlane, portOptions }: Device,
  instances: readonly CoreInstance[],
  onEvent: (event: PumpEvent) => void,
): CarryOut {
  dataPlane.program({
    rules: [{ sdoId: 'any', domainNumber: 'any', action: 'terminate' }],
    linkDelays: [],
    rateRatios: [],
  });
  const ports = portOptions.map(() => ({ transport: 'l2' }) as const);
  const attachments = instances.map((instance, index) => ({
    name: `instance ${index}`,
    instance,
    encapsulation: defaultProfile.encapsulation,
    ports,
  }));
  const pump = new Pump({
    dataPlane,
    attachments,
    latencies: portOptions,
    timerClock: dataPlane.timerClock,
    onEvent: (event) => {
      failOnFault(event);
      onEvent(event);
    },
  });
  pump.start();
  return (index, outputs) => {
    const attachment = attachments[index];
    if (attachment !== undefined) pump.carryOut(attachment, outputs);
  };
}
