/** The data plane for tests of the pump: it keeps what is submitted and hands over the records that it is given. */
import type { EngineRecord, SubmitFrame } from '../../../../src/native/data-plane.js';
import { OnePortDataPlane } from '../../../support/one-port-data-plane.js';

export class FakeDataPlane extends OnePortDataPlane {
  readonly submitted: (readonly SubmitFrame[])[] = [];

  constructor(mac: string) {
    super('eth0', mac);
  }

  /** As the engine would: records wait, one wake-up. */
  deliver(...records: readonly EngineRecord[]): void {
    this.put(...records);
    this.wake();
  }

  submit(frames: readonly SubmitFrame[]): void {
    this.submitted.push(frames);
  }

  program(): never {
    throw new Error('the pump makes no policy');
  }

  close(): never {
    throw new Error('the data plane is not the pump’s to close');
  }
}
