/** A data plane of one port for tests of the pump: it keeps what is submitted and hands over the records that it is given. */
import type {
  DataPlane,
  EngineRecord,
  PortInfo,
  SubmitFrame,
} from '../../../../src/native/data-plane.js';

export class FakeDataPlane implements DataPlane {
  readonly submitted: (readonly SubmitFrame[])[] = [];
  info: PortInfo;
  #records: EngineRecord[] = [];
  #readable: () => void = () => undefined;

  constructor(mac: string) {
    this.info = {
      interface: 'eth0',
      interfaceIndex: 1,
      mac,
      present: true,
      link: true,
      timestamping: 'software',
      timestampingReason: 'asked for',
      phcIndex: -1,
      formerTimestamping: null,
      clock: null,
    };
  }

  /** As the engine would: records wait, one wake-up. */
  deliver(...records: readonly EngineRecord[]): void {
    this.#records.push(...records);
    this.#readable();
  }

  onReadable(callback: () => void): void {
    this.#readable = callback;
  }

  drain(): EngineRecord[] {
    return this.#records.splice(0);
  }

  submit(frames: readonly SubmitFrame[]): void {
    this.submitted.push(frames);
  }

  ports(): readonly PortInfo[] {
    return [this.info];
  }

  program(): never {
    throw new Error('the pump makes no policy');
  }

  counters(): never {
    throw new Error('the pump reads no counters');
  }

  readClock(): never {
    throw new Error('the pump reads no clocks');
  }

  adjustClock(): never {
    throw new Error('the pump adjusts no clocks');
  }

  loseTransmitTimestamps(): never {
    throw new Error('the pump loses no time stamps');
  }

  close(): never {
    throw new Error('the data plane is not the pump’s to close');
  }
}
