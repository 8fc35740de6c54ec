/** Attaches a clock of the core to the data plane for every `bc` and `oc` of the configuration. */
import type {
  ClockConfig,
  ClockPortConfig,
  Config,
  HoldoverConfig,
  PortConfig,
} from '../../config/config.js';
import type { Clock, ClockSettings } from '../../core/instance/clock.js';
import type { HoldoverSpecification } from '../../core/instance/holdover.js';
import { ManagedBoundaryClock } from '../../core/management/managed-boundary-clock.js';
import { defaultServoSettings } from '../../core/servo/servo.js';
import type { ClockIdentity } from '../../core/time/identity.js';
import { durationNs, instantFromNs, type Instant } from '../../core/time/instant.js';
import { timeIntervalFromNs, unitsPerNs } from '../../core/time/time-interval.js';
import type { DataPlane } from '../../native/data-plane.js';
import { clockFactsOf } from './clock-facts.js';
import {
  clockStatusOf,
  type ClockStatus,
  type SteeredClockStatus,
} from '../status/clock-status.js';
import type { InterfaceAddresses } from '../runtime/interface-addresses.js';
import { identityOf, transportAt } from '../runtime/port-transport.js';
import type { Attachment, PortTransport } from '../runtime/pump.js';

export interface AttachedBoundaryClock {
  readonly attachment: Attachment;
  readonly status: (steered: readonly SteeredClockStatus[]) => ClockStatus;
  /** Something came to nothing at a port of the data plane. */
  readonly noteDiscard: (port: number, reason: string) => void;
  readonly instance: ClockConfig;
  readonly clock: ManagedBoundaryClock;
}

export interface BoundaryClockOptions {
  readonly dataPlane: DataPlane;
  readonly config: Config;
  readonly addressesOf: (interfaceName: string) => InterfaceAddresses;
  /** As the pump's. */
  readonly measuredAt: (common: Instant) => Instant;
  /** Uniform from 0 up to but not including 1: when Delay_Req messages are sent. Math.random unless set. */
  readonly random?: () => number;
}

export function attachBoundaryClocks({
  dataPlane,
  config,
  addressesOf,
  measuredAt,
  random = Math.random,
}: BoundaryClockOptions): AttachedBoundaryClock[] {
  const interfaces = config.ports.map((port) => port.interface);
  const identity = identityOf(dataPlane);
  return config.instances.filter(isClock).map((instance) => {
    const settings = settingsOf(instance, identity, config.ports, random);
    const ports: (PortTransport | undefined)[] = interfaces.map((interfaceName, port) => {
      const own = instance.ports.find((candidate) => candidate.interface === interfaceName);
      return own && transportOf(own, port, { dataPlane, addressesOf });
    });
    const clock = new ManagedBoundaryClock(settings, {
      allowSet: config.management?.allowSet ?? false,
      facts: clockFactsOf(
        dataPlane,
        settings.ports.map(({ port }) => ({ port, transport: ports[port] })),
        measuredAt,
      ),
    });
    const discarded: Record<string, number>[] = instance.ports.map(() => ({}));
    return {
      attachment: { instance: clock, ports },
      noteDiscard: (port, reason) => {
        const own = instance.ports.findIndex((each) => each.interface === interfaces[port]);
        const counts = discarded[own];
        if (counts !== undefined) counts[reason] = (counts[reason] ?? 0) + 1;
      },
      status: (steered) =>
        clockStatusOf(
          clock.clock.state(),
          { kind: instance.clock, steered },
          instance.ports.map((port, index) => ({
            interface: port.interface,
            discarded: { ...discarded[index] },
          })),
          aheadOfSystemClockNs(clock.clock, measuredAt),
        ),
      instance,
      clock,
    };
  });
}

function isClock(instance: Config['instances'][number]): instance is ClockConfig {
  return instance.type === 'bc' || instance.type === 'oc';
}

function transportOf(
  config: ClockPortConfig,
  port: number,
  { dataPlane, addressesOf }: Pick<BoundaryClockOptions, 'dataPlane' | 'addressesOf'>,
): PortTransport {
  const { vlanId, sourceAddress } = config;
  return transportAt(config.transport, {
    addresses: () => addressesOf(config.interface),
    mac: () => dataPlane.ports()[port]?.mac ?? '',
    ...(vlanId !== undefined && { vlanId }),
    ...(sourceAddress !== undefined && { sourceAddress }),
  });
}

function settingsOf(
  config: ClockConfig,
  clockIdentity: ClockIdentity,
  switchPorts: readonly PortConfig[],
  random: () => number,
): ClockSettings {
  const { priority1, priority2, clockClass, clockAccuracy, offsetScaledLogVariance } = config;
  const { domain: domainNumber, sdoId, slaveOnly, pathTrace } = config;
  return {
    defaultDS: {
      ...{ clockIdentity, numberPorts: config.ports.length, priority1, priority2 },
      clockQuality: { clockClass, clockAccuracy, offsetScaledLogVariance },
      ...{ domainNumber, sdoId, slaveOnly },
    },
    ports: config.ports.map((port) => {
      const index = switchPorts.findIndex((candidate) => candidate.interface === port.interface);
      return {
        ...port,
        port: index,
        delayAsymmetry: timeIntervalFromNs(switchPorts[index]?.delayAsymmetryNs ?? 0),
      };
    }),
    pathTrace,
    servo: { ...defaultServoSettings, kind: config.servo },
    ...(config.holdover && { holdover: specificationOf(config.holdover) }),
    random,
  };
}

function specificationOf({ seconds, clockClass }: HoldoverConfig): HoldoverSpecification {
  return {
    duration: durationNs(seconds * 1e9),
    ...(clockClass !== undefined && { clockClass }),
  };
}

/** Time stamps of all ports are of CLOCK_REALTIME; that it is read in milliseconds shifts both readings alike. */
function aheadOfSystemClockNs(clock: Clock, measuredAt: (common: Instant) => Instant): number {
  const systemTime = instantFromNs(BigInt(Date.now()) * 1_000_000n);
  return Number(clock.timeAt(measuredAt(systemTime)) - systemTime) / Number(unitsPerNs);
}
