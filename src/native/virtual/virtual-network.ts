/** Devices and cables under one virtual time and one seed. */
import type { PortOptions } from '../data-plane.js';
import { Cable, type CableModel } from './cable.js';
import type { ClockReadingModel } from './clock-reader.js';
import { Oscillator, type OscillatorModel } from './oscillator.js';
import { RandomStream } from './random.js';
import type { Spread } from './spread.js';
import { Timeline } from './timeline.js';
import type { TimestampingModel } from './timestamper.js';
import { VirtualClock } from './virtual-clock.js';
import { VirtualDataPlane, type VirtualPortOptions } from './virtual-data-plane.js';

/** A clock and the oscillator that drives it. */
export interface ClockModel extends OscillatorModel {
  /** How far ahead at the start, ns; 0 unless set. */
  readonly offsetNs?: number;
}

/** A clock that the device reads as `readings` says. */
export interface HardwareClockModel extends ClockModel {
  readonly readings?: ClockReadingModel;
}

/** The clock of a port before this one, as the ports of one network card may share theirs. */
export interface SharedClockModel {
  readonly ofPort: number;
}

export interface PortModel {
  /** A hardware clock of this port's own, or that of another port; without it the device's clock serves. */
  readonly hardwareClock?: HardwareClockModel | SharedClockModel;
  readonly timestamping?: TimestampingModel;
  /** How long a frame waits before it leaves by this port; 5 us unless set. */
  readonly residence?: Spread;
  /** What the device's configuration says of the port, ns, right or wrong (7.3.4, 11.6); 0 unless set. */
  readonly ingressLatencyNs?: number;
  readonly egressLatencyNs?: number;
  readonly delayAsymmetryNs?: number;
}

export interface DeviceModel {
  readonly name: string;
  /** One for each interface. */
  readonly ports: readonly PortModel[];
  /** Its oscillator and its system clock; perfect unless set. */
  readonly clock?: ClockModel;
}

export interface Device {
  readonly name: string;
  readonly dataPlane: VirtualDataPlane;
  /** The system clock, which software time stamps are of. */
  readonly clock: VirtualClock;
  /** The common timebase of its ports. */
  readonly timebase: VirtualClock;
  /** What its configuration says of its ports. */
  readonly portOptions: readonly PortOptions[];
}

export interface Jack {
  readonly device: Device;
  readonly port: number;
}

type PortHardwareClock = Pick<VirtualPortOptions, 'hardwareClock' | 'clockReadings'>;

const defaultResidenceNs = 5_000;
const nsPerSecond = 1e9;

export class VirtualNetwork {
  readonly timeline = new Timeline();
  readonly seed: number;
  #devices = 0;
  #cables = 0;

  /** 0 to 2^32-1: the same seed and the same calls give the same run. */
  constructor(seed: number) {
    this.seed = seed;
  }

  addDevice(model: DeviceModel): Device {
    const { name, ports } = model;
    const number = ++this.#devices;
    const random = (purpose: string) => new RandomStream(this.seed, `${name}/${purpose}`);
    const clock = this.#clock(model.clock ?? {}, random('clock'));
    const timebase = new VirtualClock(this.timeline, clock.oscillator, model.clock?.offsetNs ?? 0);
    const hardwareClocks = this.#hardwareClocks(ports, (port) => random(`${port}/clock`));
    const dataPlane = new VirtualDataPlane({
      timeline: this.timeline,
      ...{ clock, timebase },
      seed: this.seed,
      random: (port, purpose) => random(`${port}/${purpose}`),
      ports: ports.map((port, index) => ({
        ...configuredAs(port, `${name}-${index}`),
        mac: macOf(number, index + 1),
        timestamping: port.timestamping ?? {},
        residence: port.residence ?? defaultResidenceNs,
        ...hardwareClocks[index],
      })),
    });
    const portOptions = ports.map((port, index) => configuredAs(port, `${name}-${index}`));
    return { name, dataPlane, clock, timebase, portOptions };
  }

  /** A cable between two free ports. Throws RangeError for a port that has a cable already or does not exist. */
  connect(first: Jack, second: Jack, model: CableModel = {}): Cable {
    const name = `cable ${++this.#cables}`;
    const random = (way: string) => new RandomStream(this.seed, `${name}/${way}`);
    const a = first.device.dataPlane.port(first.port);
    const b = second.device.dataPlane.port(second.port);
    const cable = new Cable(this.timeline, random, model, a, b);
    a.plugIn(cable.forth);
    b.plugIn(cable.back);
    cable.setUp(true);
    return cable;
  }

  /** Lets that much time pass. */
  run(seconds: number): void {
    this.timeline.runUntil(this.timeline.now + seconds * nsPerSecond);
  }

  /** Those of a device: one element a port. */
  #hardwareClocks(ports: readonly PortModel[], random: (port: number) => RandomStream) {
    const clocks: PortHardwareClock[] = [];
    for (const [index, { hardwareClock: model }] of ports.entries()) {
      clocks.push(
        model === undefined
          ? {}
          : 'ofPort' in model
            ? (clocks[model.ofPort] ?? {})
            : {
                hardwareClock: this.#clock(model, random(index)),
                clockReadings: model.readings ?? {},
              },
      );
    }
    return clocks;
  }

  #clock(model: ClockModel, random: RandomStream): VirtualClock {
    const oscillator = new Oscillator(this.timeline, model, random);
    return new VirtualClock(this.timeline, oscillator, model.offsetNs ?? 0);
  }
}

function configuredAs(port: PortModel, interfaceName: string): PortOptions {
  const { ingressLatencyNs = 0, egressLatencyNs = 0, delayAsymmetryNs = 0 } = port;
  return { interface: interfaceName, ingressLatencyNs, egressLatencyNs, delayAsymmetryNs };
}

/** 02:...: locally administered (IEEE 802, 8.2). */
function macOf(device: number, port: number): string {
  const octet = (value: number) => value.toString(16).padStart(2, '0');
  return `02:00:00:${octet(device >> 8)}:${octet(device & 0xff)}:${octet(port)}`;
}
