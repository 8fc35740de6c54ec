/** An end station: a device whose one port ends every message in core instances. */
import type { CoreInstance, PumpEvent } from '../../../src/daemon/pump.js';
import { Pump } from '../../../src/daemon/pump.js';
import type { Device, PortModel } from '../../../src/native/virtual/virtual-network.js';

/** Has the instances speak Ethernet on port 0. */
export function runHost(
  { dataPlane }: Device,
  { ingressLatencyNs = 0, egressLatencyNs = 0 }: PortModel,
  instances: readonly CoreInstance[],
  onEvent: (event: PumpEvent) => void,
): void {
  dataPlane.program({
    rules: [{ sdoId: 'any', domainNumber: 'any', action: 'terminate' }],
    linkDelays: [],
    rateRatios: [],
  });
  const pump = new Pump({
    dataPlane,
    attachments: instances.map((instance) => ({ instance, ports: [{ transport: 'l2' }] })),
    latencies: [{ ingressLatencyNs, egressLatencyNs }],
    timerClock: dataPlane.timerClock,
    onEvent,
  });
  pump.start();
}
