/**
 * What the switch has changed of its interfaces: the time stamping modes that they had, and what of receiving it has turned
 * off. It is kept in a file beside the control socket while the switch runs, so that after a switch that was killed the
 * next one still knows it.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { PortInfo, PortOptions } from '../../native/data-plane.js';

/** What is to be restored of an interface, as the data plane takes it. */
export type FormerSettings = Pick<PortOptions, 'formerTimestamping' | 'formerOffloads'>;

export interface InterfaceMemory {
  /** By interface; empty where no file, or no readable one, was left. */
  readonly recall: () => ReadonlyMap<string, FormerSettings>;
  /**
   * Replaces what was remembered by what these ports are to be restored to.
   * @throws what the file system throws
   */
  readonly remember: (ports: readonly PortInfo[]) => void;
  /** Removes the file: the interfaces have been restored. */
  readonly forget: () => void;
}

/** Remembers nothing: for a switch that is not started again after a crash. */
export const noMemory: InterfaceMemory = {
  recall: () => new Map(),
  remember: () => undefined,
  forget: () => undefined,
};

const number = z.number().int().nonnegative();
const format = z.record(
  z.string(),
  z.object({
    interfaceIndex: number,
    // Both or none: there is no mode without hardware time stamps.
    transmitType: number.exactOptional(),
    receiveFilter: number.exactOptional(),
    offloadsTurnedOff: z.array(z.string()).default([]),
  }),
);

export function interfaceMemory(socketPath: string): InterfaceMemory {
  const path = `${socketPath}.timestamping`;
  return {
    recall: () => new Map(Object.entries(read(path)).map(([name, entry]) => [name, former(entry)])),
    remember: (ports) => {
      const changed = ports.filter(
        ({ formerTimestamping, offloadsTurnedOff }) =>
          formerTimestamping !== null || offloadsTurnedOff.length > 0,
      );
      const entries = changed.map((port) => [port.interface, entryOf(port)] as const);
      if (entries.length === 0) rmSync(path, { force: true });
      else writeFileSync(path, JSON.stringify(Object.fromEntries(entries)), { mode: 0o600 });
    },
    forget: () => rmSync(path, { force: true }),
  };
}

type Entry = z.infer<typeof format>[string];

function entryOf({ interfaceIndex, formerTimestamping, offloadsTurnedOff }: PortInfo): Entry {
  return { interfaceIndex, ...formerTimestamping, offloadsTurnedOff: [...offloadsTurnedOff] };
}

function former(entry: Entry): FormerSettings {
  const { interfaceIndex, transmitType, receiveFilter, offloadsTurnedOff } = entry;
  return {
    ...(transmitType !== undefined &&
      receiveFilter !== undefined && {
        formerTimestamping: { interfaceIndex, transmitType, receiveFilter },
      }),
    ...(offloadsTurnedOff.length > 0 && {
      formerOffloads: { interfaceIndex, features: offloadsTurnedOff },
    }),
  };
}

function read(path: string): z.infer<typeof format> {
  try {
    return format.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return {}; // usually there is no file; if it cannot be read, the settings of now are what will be restored
  }
}
