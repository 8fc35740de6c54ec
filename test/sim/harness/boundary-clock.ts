/** A device that is a boundary clock, or an ordinary one: the core's own, on all its ports, speaking Ethernet. */
import type { TimeConfig } from '../../../src/config/config.js';
import { Clock, type ClockSettings } from '../../../src/core/instance/clock.js';
import type { ClockState } from '../../../src/core/instance/clock-state.js';
import type { HoldoverSpecification } from '../../../src/core/instance/holdover.js';
import { defaultProfile } from '../../../src/core/profile/default.js';
import { defaultServoSettings, type ServoKind } from '../../../src/core/servo/servo.js';
import { clockIdentityFromMac, type ClockIdentity } from '../../../src/core/time/identity.js';
import { type DurationNs, type Instant } from '../../../src/core/time/instant.js';
import { timeIntervalFromNs, unitsPerNs } from '../../../src/core/time/time-interval.js';
import { ClockSteering } from '../../../src/daemon/instances/clock-steering.js';
import { noTimeFacts, OwnTimes } from '../../../src/daemon/instances/own-times.js';
import type { PumpEvent } from '../../../src/daemon/runtime/pump.js';
import type { SteeredClockStatus } from '../../../src/daemon/status/clock-status.js';
import { untoldKernelClock, type KernelClock } from '../../../src/native/kernel-clock.js';
import { epochNs } from '../../../src/native/virtual/virtual-clock.js';
import type { ClockModel, Device, PortModel } from '../../../src/native/virtual/virtual-network.js';
import { runInstances } from './host.js';

export interface BoundaryPortModel extends PortModel {
  readonly masterOnly?: boolean;
  /** The instance's unless set. */
  readonly delayMechanism?: 'e2e' | 'p2p';
}

/** What is not set is at the default of the standard, but for the intervals, which are those of a fast profile. */
export interface BoundaryInstanceModel {
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
  /** What it says of its own time, and where it is from; unless set, the raw time, of which nothing is known. */
  readonly time?: Partial<TimeConfig>;
  /** What the device's kernel says of its clock; nothing unless set. */
  readonly kernelClock?: KernelClock;
  /** Called with what the operator is told of the clocks that it steers; an error unless set. */
  readonly onWarning?: (message: string) => void;
  /** Which clocks of the device it steers; none unless set. */
  readonly steers?: 'phc' | 'system';
  /** End to end unless set; Pdelay_Req once a second. */
  readonly delayMechanism?: 'e2e' | 'p2p';
  /** None unless set. */
  readonly holdover?: HoldoverSpecification;
  /** PI unless set. */
  readonly servo?: ServoKind;
  /** By the noise of the offsets unless set. */
  readonly lockThreshold?: DurationNs | 'auto';
}

export interface BoundaryDeviceModel {
  readonly clock?: ClockModel;
  /** Two unless set. */
  readonly ports?: readonly BoundaryPortModel[];
}

export type BoundaryClockModel = BoundaryInstanceModel & BoundaryDeviceModel;

export interface BoundaryNode extends Device {
  readonly identity: ClockIdentity;
  state(): ClockState;
  /** By port. */
  portStates(): readonly string[];
  /** Its own PTP time minus true time, now. */
  aheadNs(): number;
  /** What it steers. */
  steered(): readonly SteeredClockStatus[];
  /** What it has ignored, by reason. */
  readonly discards: ReadonlyMap<string, number>;
}

/** What a scenario lends to its clocks. */
export interface Surroundings {
  /** True time, ns since the start. */
  readonly now: () => number;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
}

/** Starts them on the device, all on every port of it. */
export function runBoundaryClocks(
  device: Device,
  ports: readonly BoundaryPortModel[],
  models: readonly BoundaryInstanceModel[],
  { now, random }: Surroundings,
): readonly BoundaryNode[] {
  const identity = clockIdentityFromMac(device.dataPlane.ports()[0]?.mac ?? '');
  const instances = models.map((model) => ({
    domain: model.domainNumber ?? 0,
    steers: model.steers ?? ('virtual' as const),
    clock: new Clock(settingsOf(device, identity, ports, model, random)),
    model,
    discards: new Map<string, number>(),
  }));
  const interfaces = device.portOptions.map((port) => ({ interface: port.interface }));
  const steering = new ClockSteering({
    dataPlane: device.dataPlane,
    steerers: instances.map(({ clock, steers, domain, model }) => ({
      name: `bc of domain ${domain}`,
      config: { clock: steers, ports: interfaces, time: timeOf(model) },
      clock,
    })),
    systemClock: {
      kernelClock: models.find((model) => model.kernelClock)?.kernelClock ?? untoldKernelClock,
      listIn: () => null,
    },
    timerClock: device.dataPlane.timerClock,
    warn: (port, message) => {
      const onWarning = models.find((model) => model.onWarning)?.onWarning;
      if (onWarning === undefined) throw new Error(`port ${port}: ${message}`);
      onWarning(message);
    },
  });
  const carryOut = runInstances(
    device,
    instances.map(({ clock }) => clock),
    (event: PumpEvent) => {
      if (event.kind !== 'discarded') return;
      const discards = instances.find(({ clock }) => clock === event.attachment.instance)?.discards;
      discards?.set(event.reason, (discards.get(event.reason) ?? 0) + 1);
    },
  );
  for (const [index, { clock, domain, model }] of instances.entries()) {
    if (model.time === undefined) continue;
    const { slaveOnly = false } = model;
    const config = { slaveOnly, time: timeOf(model), ports: interfaces };
    const name = `bc of domain ${domain}`;
    new OwnTimes({
      dataPlane: device.dataPlane,
      timerClock: device.dataPlane.timerClock,
      facts: { ...noTimeFacts, kernelClock: model.kernelClock ?? untoldKernelClock },
      listIn: () => null,
      timed: [{ name, config, clock, carryOut: (outputs) => carryOut(index, outputs) }],
    }).start();
  }
  steering.start();
  return instances.map(({ clock, discards }) => ({
    ...device,
    identity,
    state: () => clock.state(),
    portStates: () => clock.state().ports.map(({ portState }) => portState),
    aheadNs: () => {
      const trueTime = instantAt(now());
      const own = clock.timeAt(instantAt(now() + device.timebase.deviationNs()));
      return Number(own - trueTime) / Number(unitsPerNs);
    },
    steered: () => steering.statusOf(clock),
    discards,
  }));
}

function timeOf({ time }: BoundaryInstanceModel): TimeConfig {
  return {
    ...{ source: 'system', utcOffset: 'kernel', leapSecondsFile: '/none' },
    ...{ timeTraceable: false, frequencyTraceable: false },
    ...time,
  };
}

/** So many nanoseconds after the start. */
function instantAt(ns: number): Instant {
  return (epochNs * unitsPerNs + BigInt(Math.round(ns * Number(unitsPerNs)))) as Instant;
}

function settingsOf(
  { portOptions }: Device,
  clockIdentity: ClockIdentity,
  ports: readonly BoundaryPortModel[],
  model: BoundaryInstanceModel,
  random: () => number,
): ClockSettings {
  const { slaveOnly = false, logSyncInterval = -3 } = model;
  return {
    profile: defaultProfile,
    defaultDS: {
      ...{ clockIdentity, numberPorts: ports.length, slaveOnly },
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
      delayMechanism: ports[port]?.delayMechanism ?? model.delayMechanism ?? 'e2e',
      logMinPdelayReqInterval: 0,
      masterOnly: ports[port]?.masterOnly ?? false,
    })),
    pathTrace: model.pathTrace ?? false,
    ...(model.holdover && { holdover: model.holdover }),
    servo: {
      ...defaultServoSettings,
      kind: model.servo ?? defaultServoSettings.kind,
      lockThreshold: model.lockThreshold ?? defaultServoSettings.lockThreshold,
    },
    random,
  };
}
