/**
 * One simulated network: time sources, time receivers and transparent clocks of this project on virtual data planes,
 * with the truth known. Its seed decides everything that is left to chance.
 */
import type { InstanceConfig } from '../../../src/config/config.js';
import type { TimePropertiesDS } from '../../../src/core/datasets/data-sets.js';
import {
  flagsOfTimeProperties,
  initialTimeProperties,
} from '../../../src/core/datasets/time-properties.js';
import { TimeReceiver, type OffsetSample } from '../../../src/lab/stations/time-receiver.js';
import { TimeSource } from '../../../src/lab/stations/time-source.js';
import { PeerDelayLink } from '../../../src/core/port/link.js';
import { defaultProfile } from '../../../src/core/profile/default.js';
import {
  clockIdentityFromMac,
  type ClockIdentity,
  type PortIdentity,
} from '../../../src/core/time/identity.js';
import type { Tlv } from '../../../src/core/wire/tlv.js';
import type { CoreInstance } from '../../../src/daemon/runtime/attachment.js';
import { Instances } from '../../../src/daemon/instances/instances.js';
import type { Counters } from '../../../src/native/data-plane.js';
import type { Cable, CableModel } from '../../../src/native/virtual/cable.js';
import { RandomStream } from '../../../src/native/virtual/random.js';
import {
  VirtualNetwork,
  type ClockModel,
  type Device,
  type PortModel,
} from '../../../src/native/virtual/virtual-network.js';
import { receiverSettings, sourceSettings } from '../../support/ordinary-clocks.js';
import {
  runBoundaryClocks,
  type BoundaryClockModel,
  type BoundaryDeviceModel,
  type BoundaryInstanceModel,
  type BoundaryNode,
} from './boundary-clock.js';
import { failOnFault, runInstances } from './host.js';
import { enterRun, type SimulationRun } from './ledger.js';
import { oneStep } from './one-step.js';
import { PeerToPeerReceiver } from './peer-to-peer-receiver.js';
import type { Sample, TimeError } from './samples.js';

export type DelayMechanism = 'e2e' | 'p2p';

interface HostModel {
  /** Perfect, unless set. */
  readonly clock?: ClockModel;
  readonly port?: PortModel;
  /** 0 unless set. */
  readonly domainNumber?: number;
  /** The scenario's unless set. */
  readonly delayMechanism?: DelayMechanism;
}

export interface SourceModel extends HostModel {
  /** 16 a second unless set. */
  readonly logSyncInterval?: number;
  readonly logAnnounceInterval?: number;
  /** One-step Syncs, without Follow_Up. */
  readonly oneStep?: boolean;
  /** Asked for every Announce: what it says of the time. */
  readonly timeProperties?: () => TimePropertiesDS;
  /** 248 unless set. */
  readonly clockClass?: number;
  /** Of its Announce messages. */
  readonly announceTlvs?: readonly Tlv[];
}

export type ReceiverModel = HostModel;

export interface TransparentClockModel {
  readonly clock?: ClockModel;
  /** Two unless set. */
  readonly ports?: readonly PortModel[];
  /** One for every domain, of the scenario's delay mechanism, unless set; a function is told the names of the ports. */
  readonly instances?:
    readonly InstanceConfig[] | ((interfaces: readonly string[]) => readonly InstanceConfig[]);
}

/** What shows a time. */
export interface Timekeeper {
  /** Its PTP time minus true time, now. */
  aheadNs(): number;
}

export interface Source extends Device, Timekeeper {
  readonly identity: ClockIdentity;
}

export interface Receiver extends Device {
  /** Every measurement so far. */
  readonly samples: Sample[];
}

export interface Switch extends Device {
  readonly transparentClock: Instances;
  /** The sum over its ports. Throws RangeError for a name that there is not. */
  counter(name: string): number;
}

/** 16 a second. */
const profile = defaultProfile;
const defaultLogSyncInterval = -4;
const nsPerSecond = 1e9;
const comparisonIntervalNs = 1e8;

/** Another seed than the scenario's own, to try it with. */
const chosenSeed = process.env['PTP_SWITCH_SIM_SEED'];

export class Scenario {
  readonly network: VirtualNetwork;
  readonly #delayMechanism: DelayMechanism;
  readonly #run: SimulationRun;
  readonly #sources = new Map<ClockIdentity, Source>();

  constructor(seed: number, delayMechanism: DelayMechanism = 'e2e') {
    this.network = new VirtualNetwork(chosenSeed === undefined ? seed : Number(chosenSeed));
    this.#delayMechanism = delayMechanism;
    this.#run = enterRun(this.network.seed);
  }

  timeSource(name: string, model: SourceModel = {}): Source {
    const { clock, port = {}, domainNumber = 0 } = model;
    const timestamping = { ...port.timestamping, oneStep: model.oneStep ?? false };
    const device = this.#addDevice(name, clock, [{ ...port, timestamping }]);
    const portIdentity = portIdentityOf(device);
    const grandmasterIdentity = portIdentity.clockIdentity;
    const { timeProperties = () => initialTimeProperties } = model;
    const { grandmasterClockQuality: quality } = sourceSettings.grandmaster;
    const grandmasterClockQuality = {
      ...quality,
      clockClass: model.clockClass ?? quality.clockClass,
    };
    const instance = new TimeSource({
      ...sourceSettings,
      portIdentity,
      domainNumber,
      logAnnounceInterval: model.logAnnounceInterval ?? sourceSettings.logAnnounceInterval,
      logSyncInterval: model.logSyncInterval ?? defaultLogSyncInterval,
      announceTlvs: model.announceTlvs ?? [],
      get grandmaster() {
        const { currentUtcOffset, timeSource } = timeProperties();
        return {
          ...sourceSettings.grandmaster,
          ...{ grandmasterIdentity, grandmasterClockQuality, currentUtcOffset, timeSource },
        };
      },
      get announceFlags() {
        return flagsOfTimeProperties(timeProperties());
      },
    });
    const instances: CoreInstance[] = [model.oneStep === true ? oneStep(instance) : instance];
    if (this.#mechanismOf(model) === 'p2p') instances.push(peerToPeerPort(portIdentity));
    runInstances(device, instances, () => undefined);
    const aheadNs = () => device.timebase.deviationNs();
    const source = { ...device, identity: grandmasterIdentity, aheadNs };
    this.#sources.set(source.identity, source);
    return source;
  }

  timeReceiver(name: string, model: ReceiverModel = {}): Receiver {
    const { clock, port = {} } = model;
    const device = this.#addDevice(name, clock, [port]);
    const receiver: Receiver = { ...device, samples: [] };
    const onSample = (sample: OffsetSample): void => {
      const source = this.#sources.get(parent() ?? (0n as ClockIdentity));
      if (source !== undefined) receiver.samples.push(this.#sample(sample, receiver, source));
    };
    const { instances, parent } =
      this.#mechanismOf(model) === 'p2p'
        ? peerToPeerReceiver(model, device, onSample)
        : this.#endToEndReceiver(model, device, onSample);
    runInstances(device, instances, () => undefined);
    return receiver;
  }

  transparentClock(name: string, model: TransparentClockModel = {}): Switch {
    const device = this.#addDevice(name, model.clock, model.ports ?? [{}, {}]);
    const { dataPlane } = device;
    const { instances = [defaultInstance(this.#delayMechanism)] } = model;
    const interfaces = device.portOptions.map((port) => port.interface);
    const random = new RandomStream(this.network.seed, `${name}/delay requests`);
    const transparentClock = new Instances({
      dataPlane,
      config: {
        timestamping: 'auto',
        ports: device.portOptions,
        instances: typeof instances === 'function' ? instances(interfaces) : instances,
      },
      timerClock: dataPlane.timerClock,
      addressesOf: () => ({ ipv4: undefined, linkLocalIpv6: undefined }),
      // The hosts of a scenario speak no other.
      transports: ['l2'],
      random: () => random.uniform(),
      onEvent: failOnFault,
    });
    transparentClock.start();
    const counter = (name: string) => counterOf(dataPlane.counters(), name);
    return { ...device, transparentClock, counter };
  }

  /** A boundary clock; with one port an ordinary clock: a grandmaster or a time receiver. */
  boundaryClock(name: string, model: BoundaryClockModel = {}): BoundaryNode {
    const [node] = this.boundaryClocks(name, model, [model]);
    if (node === undefined) throw new Error('one model makes one clock');
    return node;
  }

  /** A clock of one port that no other one in a scenario is better than, unless told otherwise. */
  grandmaster(name: string, model: BoundaryClockModel = {}): BoundaryNode {
    return this.boundaryClock(name, { priority1: 1, ports: [{}], ...model });
  }

  /** A clock of one port that follows, and is a master to nobody. */
  slave(name: string, model: BoundaryClockModel = {}): BoundaryNode {
    return this.boundaryClock(name, { slaveOnly: true, ports: [{}], ...model });
  }

  /** Several on one device, one a domain. */
  boundaryClocks(
    name: string,
    { clock, ports = [{}, {}] }: BoundaryDeviceModel,
    models: readonly BoundaryInstanceModel[],
  ): readonly BoundaryNode[] {
    const device = this.#addDevice(name, clock, ports);
    const random = new RandomStream(this.network.seed, `${name}/delay requests`);
    const { timeline } = this.network;
    return runBoundaryClocks(device, ports, models, {
      now: () => timeline.now,
      random: () => random.uniform(),
    });
  }

  /** Compares the PTP time of `node` with that of `reference`, ten times a second from now on. */
  compare(node: Timekeeper, reference: Timekeeper): readonly TimeError[] {
    const { timeline } = this.network;
    const errors: TimeError[] = [];
    const look = (): void => {
      const errorNs = node.aheadNs() - reference.aheadNs();
      errors.push({ seconds: timeline.now / nsPerSecond, errorNs });
      timeline.after(comparisonIntervalNs, look);
    };
    look();
    return errors;
  }

  connect(a: Device, aPort: number, b: Device, bPort: number, model: CableModel = {}): Cable {
    return this.network.connect({ device: a, port: aPort }, { device: b, port: bPort }, model);
  }

  /**
   * The device shows another time from now on, and nothing in it tells that it was set: as a grandmaster that has no
   * timebase, or is told another time by its satellites.
   */
  shiftTime({ clock, timebase }: Device, ns: number): void {
    for (const shown of [clock, timebase]) shown.shift(ns);
  }

  /** Lets that much time pass. */
  run(seconds: number): void {
    const before = process.cpuUsage();
    this.network.run(seconds);
    const { user, system } = process.cpuUsage(before);
    this.#run.seconds += seconds;
    this.#run.cpuSeconds += (user + system) / 1e6;
  }

  /** Has it happen when that much time has passed since the start. */
  at(seconds: number, action: () => void): void {
    this.network.timeline.at(seconds * nsPerSecond, action);
  }

  #addDevice(name: string, clock: ClockModel | undefined, ports: readonly PortModel[]): Device {
    return this.network.addDevice({ name, ports, ...(clock && { clock }) });
  }

  #mechanismOf({ delayMechanism }: HostModel): DelayMechanism {
    return delayMechanism ?? this.#delayMechanism;
  }

  #endToEndReceiver(
    { domainNumber = 0 }: ReceiverModel,
    device: Device,
    onSample: (sample: OffsetSample) => void,
  ): ReceiverInstances {
    const random = new RandomStream(this.network.seed, `${device.name}/delay requests`);
    const portIdentity = portIdentityOf(device);
    const settings = { ...receiverSettings, portIdentity, domainNumber };
    const clock = new TimeReceiver({ ...settings, random: () => random.uniform() }, onSample);
    return { instances: [clock], parent: () => clock.master?.clockIdentity };
  }

  #sample({ corrected, uncorrected }: OffsetSample, receiver: Receiver, source: Source): Sample {
    const truthNs = receiver.timebase.deviationNs() - source.timebase.deviationNs();
    return {
      seconds: this.network.timeline.now / nsPerSecond,
      source: source.name,
      errorNs: corrected.offsetNs - truthNs,
      uncorrectedErrorNs: uncorrected.offsetNs - truthNs,
      meanPathDelayNs: corrected.meanPathDelayNs,
    };
  }
}

interface ReceiverInstances {
  readonly instances: readonly CoreInstance[];
  readonly parent: () => ClockIdentity | undefined;
}

function peerToPeerReceiver(
  { domainNumber = 0 }: ReceiverModel,
  device: Device,
  onSample: (sample: OffsetSample) => void,
): ReceiverInstances {
  const portIdentity = portIdentityOf(device);
  const link = peerToPeerPort(portIdentity);
  const settings = { port: 0, portIdentity, domainNumber, sdoId: 0, profile };
  const receiver = new PeerToPeerReceiver(settings, link, onSample);
  return { instances: [link, receiver], parent: () => receiver.parent };
}

function peerToPeerPort(portIdentity: PortIdentity): PeerDelayLink {
  return new PeerDelayLink({
    profile,
    ...{ port: 0, transport: 'l2', portIdentity, domainNumber: 0, sdoId: 0 },
    logMinPdelayReqInterval: 0,
  });
}

function defaultInstance(mechanism: DelayMechanism): InstanceConfig {
  return mechanism === 'e2e'
    ? { type: 'e2e-tc', domain: 'any' }
    : { type: 'p2p-tc', domain: 'any', logMinPdelayReqInterval: 0 };
}

function counterOf({ layout, values }: Counters, name: string): number {
  const index = layout.names.indexOf(name);
  if (index === -1) throw new RangeError(`no counter ${name}`);
  let sum = 0n;
  for (let at = index; at < values.length; at += layout.stride) sum += values[at] ?? 0n;
  return Number(sum);
}

function portIdentityOf({ dataPlane }: Device): PortIdentity {
  const mac = dataPlane.ports()[0]?.mac ?? '';
  return { clockIdentity: clockIdentityFromMac(mac), portNumber: 1 };
}
