/**
 * The time stamping modes that the interfaces had before the switch set its own. They are kept in a file beside the
 * control socket while the switch runs, so that after a switch that was killed the next one still knows them.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { FormerTimestamping, PortInfo } from '../../native/data-plane.js';

export interface TimestampingMemory {
  /** By interface; empty where no file, or no readable one, was left. */
  readonly recall: () => ReadonlyMap<string, FormerTimestamping>;
  /**
   * Replaces what was remembered by the modes that these ports are to be restored to.
   * @throws what the file system throws
   */
  readonly remember: (ports: readonly PortInfo[]) => void;
  /** Removes the file: the modes have been restored. */
  readonly forget: () => void;
}

/** Remembers nothing: for a switch that is not started again after a crash. */
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
    return {}; // usually there is no file; if it cannot be read, the modes of now are what will be restored
  }
}
