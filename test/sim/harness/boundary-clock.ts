/** A device that is a boundary clock, or an ordinary one: the core's own, on all its ports, speaking Ethernet. */
import {
  BoundaryClock,
  type BoundaryClockState,
} from '../../../src/core/instance/boundary-clock.js';
import { defaultServoSettings } from '../../../src/core/servo/pi-servo.js';
import { clockIdentityFromMac, type ClockIdentity } from '../../../src/core/time/identity.js';
import type { Instant } from '../../../src/core/time/instant.js';
import { timeIntervalFromNs, unitsPerNs } from '../../../src/core/time/time-interval.js';
import type { CoreInstance, PumpEvent } from '../../../src/daemon/pump.js';
import { epochNs } from '../../../src/native/virtual/virtual-clock.js';
import type { ClockModel, Device, PortModel } from '../../../src/native/virtual/virtual-network.js';
import { runInstances } from './host.js';

export interface BoundaryPortModel extends PortModel {
  readonly masterOnly?: boolean;
}

/** What is not set is at the default of the standard, but for the intervals, which are those of a fast profile. */
export interface BoundaryClockModel {
  readonly clock?: ClockModel;
  /** Two unless set. */
  readonly ports?: readonly BoundaryPortModel[];
  readonly domainNumber?: number;
  readonly priority1?: number;
  readonly clockClass?: number;
  readonly clockAccuracy?: number;
  readonly offsetScaledLogVariance?: number;
  readonly priority2?: number;
  readonly slaveOnly?: boolean;
  readonly pathTrace?: boolean;
  /** Once a second unless set. */
  readonly logAnnounceInterval?: number;
  /** 8 a second unless set; Delay_Req as often. */
  readonly logSyncInterval?: number;
  readonly announceReceiptTimeout?: number;
  /** What else runs on its ports, beside it. */
  readonly beside?: readonly CoreInstance[];
}

export interface BoundaryNode extends Device {
  readonly identity: ClockIdentity;
  state(): BoundaryClockState;
  /** By port. */
  portStates(): readonly string[];
  /** Its own PTP time minus true time, now. */
  aheadNs(): number;
  /** What it has ignored, by reason. */
  readonly discards: ReadonlyMap<string, number>;
}

/** Starts it on the device. `random`: from 0 up to but not including 1. */
export function runBoundaryClock(
  device: Device,
  model: BoundaryClockModel,
  now: () => number,
  random: () => number,
): BoundaryNode {
  const identity = clockIdentityFromMac(device.dataPlane.ports()[0]?.mac ?? '');
  const clock = coreClock(device, identity, model, random);
  const discards = new Map<string, number>();
  const count = (event: PumpEvent) => {
    if (event.kind !== 'discarded') return;
    discards.set(event.reason, (discards.get(event.reason) ?? 0) + 1);
  };
  runInstances(device, [clock, ...(model.beside ?? [])], count);
  return {
    ...device,
    identity,
    state: () => clock.state(),
    portStates: () => clock.state().ports.map(({ portState }) => portState),
    aheadNs: () => {
      const trueTime = instantAt(now());
      const own = clock.timeAt(instantAt(now() + device.clock.deviationNs()));
      return Number(own - trueTime) / Number(unitsPerNs);
    },
    discards,
  };
}

/** So many nanoseconds after the start. */
function instantAt(ns: number): Instant {
  return (epochNs * unitsPerNs + BigInt(Math.round(ns * Number(unitsPerNs)))) as Instant;
}

function coreClock(
  { dataPlane, portOptions }: Device,
  clockIdentity: ClockIdentity,
  model: BoundaryClockModel,
  random: () => number,
): BoundaryClock {
  const { slaveOnly = false, logSyncInterval = -3 } = model;
  const numberPorts = dataPlane.ports().length;
  return new BoundaryClock({
    defaultDS: {
      ...{ clockIdentity, numberPorts, slaveOnly },
      clockQuality: {
        clockClass: model.clockClass ?? (slaveOnly ? 255 : 248),
        clockAccuracy: model.clockAccuracy ?? 0xfe,
        offsetScaledLogVariance: model.offsetScaledLogVariance ?? 0xffff,
      },
      priority1: model.priority1 ?? 128,
      priority2: model.priority2 ?? 128,
      domainNumber: model.domainNumber ?? 0,
      sdoId: 0,
    },
    ports: portOptions.map(({ delayAsymmetryNs }, port) => ({
      port,
      delayAsymmetry: timeIntervalFromNs(delayAsymmetryNs),
      logAnnounceInterval: model.logAnnounceInterval ?? 0,
      announceReceiptTimeout: model.announceReceiptTimeout ?? 3,
      logSyncInterval,
      logMinDelayReqInterval: logSyncInterval,
      transport: 'l2',
      delayMechanism: 'e2e',
      logMinPdelayReqInterval: 0,
      masterOnly: model.ports?.[port]?.masterOnly ?? false,
    })),
    pathTrace: model.pathTrace ?? false,
    servo: defaultServoSettings,
    random,
  });
}
