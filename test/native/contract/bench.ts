/**
 * What the contract of the data plane is tried on: one with two ports, and at the far end of each port's cable the port
 * of the same number of a second one, which plays the network around it.
 */
import type {
  DataPlane,
  EngineRecord,
  Policy,
  PolicyAction,
} from '../../../src/native/data-plane.js';

export interface Bench {
  readonly dataPlane: DataPlane;
  /** The far ends. */
  readonly peers: DataPlane;
  /** Lets that much of the data planes' time pass. */
  pass(milliseconds: number): Promise<void>;
  /** Pulls the cable of that port, or plugs it in. */
  setLink(port: number, up: boolean): void;
  /** Closes what is still open and removes the rest. */
  close(): void;
}

/** One action for every domain and port. */
export function policyOf(action: PolicyAction): Policy {
  return {
    rules: [{ sdoId: 'any', domainNumber: 'any', action }],
    linkDelays: [],
    rateRatios: [],
  };
}

/** Every record that a data plane hands up, in order. */
export class RecordLog {
  readonly records: EngineRecord[] = [];

  constructor(dataPlane: DataPlane) {
    dataPlane.onReadable(() => {
      this.records.push(...dataPlane.drain());
    });
  }

  of<Kind extends EngineRecord['kind']>(kind: Kind): Extract<EngineRecord, { kind: Kind }>[] {
    return this.records.filter(
      (record): record is Extract<EngineRecord, { kind: Kind }> => record.kind === kind,
    );
  }
}

const stepMs = 10;
/** Far beyond what a loaded machine needs, and beyond every time-out of the data plane. */
const patienceMs = 5_000;

/** Lets time pass until there is something; throws an Error that names `what` when nothing comes. */
export async function eventually<T>(
  bench: Bench,
  what: string,
  probe: () => T | undefined,
): Promise<T> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += stepMs) {
    const value = probe();
    if (value !== undefined) return value;
    await bench.pass(stepMs);
  }
  throw new Error(`waited ${patienceMs} ms in vain for ${what}`);
}

/** The value of one counter of one port. */
export function counter({ dataPlane }: Bench, port: number, name: string): number {
  const { layout, values } = dataPlane.counters();
  const index = layout.names.indexOf(name);
  if (index === -1) throw new RangeError(`no counter ${name}`);
  return Number(values[port * layout.stride + index]);
}
