/** Joins stations of the lab without a kernel: every frame reaches every other station, a while later. */
import type {
  DataPlane,
  EngineRecord,
  Policy,
  PortInfo,
  SubmitFrame,
} from '../../../src/native/data-plane.js';

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

export class HubDataPlane implements DataPlane {
  closed = false;
  #policy: Policy | undefined;
  #records: EngineRecord[] = [];
  #readable = (): void => undefined;

  constructor(
    readonly interfaceName: string,
    readonly mac: string,
    readonly send: (frames: readonly SubmitFrame[]) => void,
  ) {}

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
    this.#records.push(record);
    setTimeout(() => {
      if (!this.closed) this.#readable();
    }, 0);
  }

  onReadable(callback: () => void): void {
    this.#readable = callback;
  }

  drain(): EngineRecord[] {
    return this.#records.splice(0);
  }

  submit(frames: readonly SubmitFrame[]): void {
    this.send(frames);
  }

  program(policy: Policy): void {
    this.#policy = policy;
  }

  ports(): readonly PortInfo[] {
    return [
      {
        interface: this.interfaceName,
        interfaceIndex: 2,
        mac: this.mac,
        present: true,
        link: true,
        timestamping: 'software',
        timestampingReason: 'asked for',
        phcIndex: -1,
        formerTimestamping: null,
        clock: null,
      },
    ];
  }

  counters(): never {
    throw new Error('a station reads no counters');
  }

  readClock(): never {
    throw new Error('a station reads no clocks');
  }

  adjustClock(): never {
    throw new Error('a station adjusts no clocks');
  }

  loseTransmitTimestamps(): never {
    throw new Error('a station loses no time stamps');
  }

  close(): void {
    this.closed = true;
  }
}
