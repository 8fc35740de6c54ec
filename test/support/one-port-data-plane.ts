/**
 * A data plane of one port whose records wait until they are drained. What a test does with frames is for its subclass;
 * everything that the part under test has no business with throws.
 */
import type {
  DataPlane,
  EngineRecord,
  Policy,
  PortInfo,
  SubmitFrame,
} from '../../src/native/data-plane.js';

export abstract class OnePortDataPlane implements DataPlane {
  info: PortInfo;
  readonly #records: EngineRecord[] = [];
  #readable: () => void = () => undefined;

  constructor(interfaceName: string, mac: string) {
    this.info = {
      interface: interfaceName,
      interfaceIndex: 1,
      mac,
      present: true,
      link: true,
      timestamping: 'software',
      timestampingReason: 'asked for',
      phcIndex: -1,
      formerTimestamping: null,
      offloadsTurnedOff: [],
      clock: null,
    };
  }

  abstract submit(frames: readonly SubmitFrame[]): void;
  abstract program(policy: Policy): void;
  abstract close(): void;

  protected put(...records: readonly EngineRecord[]): void {
    this.#records.push(...records);
  }

  protected wake(): void {
    this.#readable();
  }

  onReadable(callback: () => void): void {
    this.#readable = callback;
  }

  drain(): EngineRecord[] {
    return this.#records.splice(0);
  }

  ports(): readonly PortInfo[] {
    return [this.info];
  }

  counters(): never {
    throw new Error('nobody here reads counters');
  }

  readClock(): never {
    throw new Error('nobody here reads clocks');
  }

  adjustClock(): never {
    throw new Error('nobody here adjusts clocks');
  }

  loseTransmitTimestamps(): never {
    throw new Error('nobody here loses time stamps');
  }

  heartbeat(): never {
    throw new Error('nobody here asks the thread');
  }
}
