/**
 * The time stamping modes that were on the interfaces before the switch set its own, for as long as it runs: in a file
 * beside the control socket, so that a switch that was killed does not hide them from the next one.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { FormerTimestamping, PortInfo } from '../../native/data-plane.js';

export interface TimestampingMemory {
  /** By interface; empty where nothing, or nothing readable, was left. */
  readonly recall: () => ReadonlyMap<string, FormerTimestamping>;
  /**
   * Puts what these ports are to be restored to in place of what was remembered.
   * @throws what the file system throws
   */
  readonly remember: (ports: readonly PortInfo[]) => void;
  /** It has been restored. */
  readonly forget: () => void;
}

/** Of a switch that nobody would take up again. */
export const noMemory: TimestampingMemory = {
  recall: () => new Map(),
  remember: () => undefined,
  forget: () => undefined,
};

const number = z.number().int().nonnegative();
const format = z.record(
  z.string(),
  z.object({ interfaceIndex: number, transmitType: number, receiveFilter: number }),
);

export function timestampingMemory(socketPath: string): TimestampingMemory {
  const path = `${socketPath}.timestamping`;
  return {
    recall: () => new Map(Object.entries(read(path))),
    remember: (ports) => {
      const modes = ports.flatMap(({ interface: name, formerTimestamping: former }) =>
        former === null ? [] : [[name, former] as const],
      );
      if (modes.length === 0) rmSync(path, { force: true });
      else writeFileSync(path, JSON.stringify(Object.fromEntries(modes)), { mode: 0o600 });
    },
    forget: () => rmSync(path, { force: true }),
  };
}

function read(path: string): z.infer<typeof format> {
  try {
    return format.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return {}; // none, as a rule; else what is there now is restored
  }
}
