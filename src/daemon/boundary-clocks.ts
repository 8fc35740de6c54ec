/** Attaches a boundary clock of the core to the data plane for every `bc` of the configuration. */
import type { BoundaryClockConfig, Config } from '../config/config.js';
import {
  unknownClockAccuracy,
  unknownOffsetScaledLogVariance,
} from '../core/datasets/data-sets.js';
import { BoundaryClock } from '../core/instance/boundary-clock.js';
import { defaultServoSettings } from '../core/servo/pi-servo.js';
import type { ClockIdentity } from '../core/time/identity.js';
import { timeIntervalFromNs } from '../core/time/time-interval.js';
import type { DataPlane } from '../native/data-plane.js';
import { clockStatusOf, type ClockStatus } from './clock-status.js';
import type { InterfaceAddresses } from './host.js';
import { boundaryClockSdoId } from './policy.js';
import { identityOf, transportAt } from './port-transport.js';
import type { Attachment } from './pump.js';

export interface AttachedBoundaryClock {
  readonly attachment: Attachment;
  readonly status: () => ClockStatus;
}

export interface BoundaryClockOptions {
  readonly dataPlane: DataPlane;
  readonly config: Config;
  readonly addressesOf: (interfaceName: string) => InterfaceAddresses;
}

export function attachBoundaryClocks({
  dataPlane,
  config,
  addressesOf,
}: BoundaryClockOptions): AttachedBoundaryClock[] {
  const interfaces = config.ports.map((port) => port.interface);
  const identity = identityOf(dataPlane);
  return config.instances.filter(isBoundaryClock).map((instance) => {
    const clock = boundaryClock(instance, identity, config.ports);
    const ports = interfaces.map((interfaceName, port) =>
      transportAt(instance.transport, {
        addresses: () => addressesOf(interfaceName),
        mac: () => dataPlane.ports()[port]?.mac ?? '',
      }),
    );
    return {
      attachment: { instance: clock, ports },
      status: () => clockStatusOf(clock.state(), interfaces),
    };
  });
}

function isBoundaryClock(instance: Config['instances'][number]): instance is BoundaryClockConfig {
  return instance.type === 'bc';
}

function boundaryClock(
  config: BoundaryClockConfig,
  clockIdentity: ClockIdentity,
  ports: Config['ports'],
): BoundaryClock {
  const { priority1, priority2, clockClass, domain, pathTrace } = config;
  const { logAnnounceInterval, announceReceiptTimeout } = config;
  const { logSyncInterval, logMinDelayReqInterval } = config;
  return new BoundaryClock({
    defaultDS: {
      ...{ clockIdentity, numberPorts: ports.length, priority1, priority2 },
      clockQuality: {
        clockClass,
        clockAccuracy: unknownClockAccuracy,
        offsetScaledLogVariance: unknownOffsetScaledLogVariance,
      },
      domainNumber: domain,
      sdoId: boundaryClockSdoId,
      slaveOnly: false,
    },
    ports: ports.map(({ delayAsymmetryNs }, port) => ({
      port,
      delayAsymmetry: timeIntervalFromNs(delayAsymmetryNs),
      ...{ logAnnounceInterval, announceReceiptTimeout },
      ...{ logSyncInterval, logMinDelayReqInterval },
      masterOnly: false,
    })),
    pathTrace,
    servo: defaultServoSettings,
    random: Math.random,
  });
}
