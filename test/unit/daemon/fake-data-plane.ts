/** A data plane without an engine: the tests set what it reports and see what it was told. */
import type {
  AdjustableClock,
  ClockAdjustment,
  AdjustableClockReading,
  Counters,
  DataPlane,
  EngineRecord,
  OpenOptions,
  Policy,
  PortInfo,
  SubmitFrame,
} from '../../../src/native/data-plane.js';

const names = [
  'rx.Sync',
  'tx.Sync',
  'drop.noPolicy',
  'drop.badVersion',
  'drop.otherDelayMechanism',
  'drop.linkDelayUnknown',
  'held.total',
];
const residenceNames = ['count', 'sumNs', 'minNs', 'maxNs'].map((name) => `residence.${name}`);
export const upperBoundsNs = [9, 99, 999, 9999];

export class FakeDataPlane implements DataPlane {
  readonly programmed: Policy[] = [];
  heartbeats = 0;
  readonly lost: [port: number, count: number][] = [];
  readonly submitted: SubmitFrame[] = [];
  readonly readings = new Map<AdjustableClock, AdjustableClockReading>([
    ['system', { clockNs: 0n, commonNs: 0n, rateOffset: 0 }],
  ]);
  readonly adjusted: [clock: AdjustableClock, adjustment: ClockAdjustment][] = [];
  /** Of every adjustment. */
  refusal: Error | undefined;
  refused = 0;
  closed = false;
  infos: PortInfo[];
  readonly #counters: Counters;
  readonly #records: EngineRecord[] = [];
  #callback = (): void => undefined;

  constructor(readonly options: OpenOptions) {
    this.infos = options.ports.map(({ interface: name }, index) => ({
      interface: name,
      interfaceIndex: index + 2,
      mac: `02:00:00:00:00:0${index + 1}`,
      present: true,
      link: true,
      timestamping: 'software',
      timestampingReason: 'no hardware clock',
      phcIndex: -1,
      formerTimestamping: null,
      offloadsTurnedOff: [],
      clock: null,
    }));
    const allNames = [...names, ...residenceNames];
    const stride = allNames.length + upperBoundsNs.length;
    this.#counters = {
      layout: { stride, names: allNames, residence: { offset: allNames.length, upperBoundsNs } },
      values: new BigUint64Array(stride * options.ports.length),
    };
  }

  setCounter(port: number, name: string, value: number): void {
    const { layout, values } = this.#counters;
    values[port * layout.stride + layout.names.indexOf(name)] = BigInt(value);
  }

  /** Residence times of a port, counted as the engine counts them. */
  setResidences(port: number, residencesNs: readonly number[]): void {
    const { layout, values } = this.#counters;
    this.setCounter(port, 'residence.count', residencesNs.length);
    this.setCounter(
      port,
      'residence.sumNs',
      residencesNs.reduce((sum, ns) => sum + ns, 0),
    );
    this.setCounter(port, 'residence.minNs', Math.min(...residencesNs));
    this.setCounter(port, 'residence.maxNs', Math.max(...residencesNs));
    for (const ns of residencesNs) {
      const bucket = upperBoundsNs.findIndex((bound) => ns <= bound);
      const index = port * layout.stride + layout.residence.offset + bucket;
      values[index] = (values[index] ?? 0n) + 1n;
    }
  }

  /** Hands records up, as the engine would. */
  report(...records: EngineRecord[]): void {
    this.#records.push(...records);
    this.#callback();
  }

  program(policy: Policy): void {
    this.programmed.push(policy);
  }
  onReadable(callback: () => void): void {
    this.#callback = callback;
  }
  drain(): EngineRecord[] {
    return this.#records.splice(0);
  }
  submit(frames: readonly SubmitFrame[]): void {
    this.submitted.push(...frames);
  }
  ports(): readonly PortInfo[] {
    return this.infos;
  }
  counters(): Counters {
    return this.#counters;
  }
  readClock(clock: AdjustableClock): AdjustableClockReading | null {
    return this.readings.get(clock) ?? null;
  }
  adjustClock(clock: AdjustableClock, adjustment: ClockAdjustment): void {
    if (this.refusal !== undefined) {
      this.refused += 1;
      throw this.refusal;
    }
    this.adjusted.push([clock, adjustment]);
  }
  loseTransmitTimestamps(port: number, count: number): void {
    this.lost.push([port, count]);
  }
  heartbeat(): number {
    this.heartbeats += 1;
    return this.heartbeats;
  }
  close(): void {
    this.closed = true;
  }
}
