/** Joins stations of the lab without a kernel: every frame reaches every other station, a while later. */
import type { EngineRecord, Policy, SubmitFrame } from '../../../src/native/data-plane.js';
import { OnePortDataPlane } from '../../support/one-port-data-plane.js';

/** From a frame's egress time stamp to its ingress time stamp. */
const cableNs = 1_000n;
const epochNs = 1_000_000_000_000_000_000n;

const nowNs = (): bigint => epochNs + BigInt(Math.round(performance.now() * 1e6));

export class CableHub {
  readonly #planes: HubDataPlane[] = [];
  /** Every frame that was sent. */
  readonly frames: Uint8Array[] = [];

  plug(interfaceName: string, mac: string): HubDataPlane {
    const plane = new HubDataPlane(interfaceName, mac, (frames) => this.#carry(plane, frames));
    this.#planes.push(plane);
    return plane;
  }

  #carry(sender: HubDataPlane, frames: readonly SubmitFrame[]): void {
    const timestampNs = nowNs();
    for (const { frame, context } of frames) {
      this.frames.push(frame);
      if (context !== undefined) {
        sender.deliver({ kind: 'transmitTimestamp', port: 0, context, timestampNs });
      }
      for (const plane of this.#planes) {
        if (plane !== sender) plane.receive(frame, timestampNs + cableNs);
      }
    }
  }
}

export class HubDataPlane extends OnePortDataPlane {
  closed = false;
  #policy: Policy | undefined;
  readonly #send: (frames: readonly SubmitFrame[]) => void;

  constructor(interfaceName: string, mac: string, send: (frames: readonly SubmitFrame[]) => void) {
    super(interfaceName, mac);
    this.#send = send;
  }

  /** As the engine does: what no rule terminates is not handed up. */
  receive(frame: Uint8Array, timestampNs: bigint): void {
    const ptpOffset = frame[12] === 0x88 ? 14 : 42;
    const domainNumber = frame[ptpOffset + 4];
    if (this.#policy?.rules[0]?.domainNumber !== domainNumber) return;
    const ptpLength = frame.length - ptpOffset;
    this.deliver({ kind: 'frame', port: 0, frame, timestampNs, ptpOffset, ptpLength });
  }

  /** Never while the station is still at work on something else. */
  deliver(record: EngineRecord): void {
    this.put(record);
    setTimeout(() => {
      if (!this.closed) this.wake();
    }, 0);
  }

  submit(frames: readonly SubmitFrame[]): void {
    this.#send(frames);
  }

  program(policy: Policy): void {
    this.#policy = policy;
  }

  close(): void {
    this.closed = true;
  }
}
