/**
 * The file in which it is kept over a restart what clocks have learned of their oscillators. It is
 * replaced as a whole (text-file.ts).
 */
import { z } from 'zod';
import { readIfThere, replaceText } from './text-file.js';

/** What one clock had learned. */
export interface Drift {
  /** As text. */
  readonly clockIdentity: string;
  /** Seconds of PTP time per second of the timebase, minus 1. */
  readonly rateOffset: number;
  /** By the system clock, milliseconds since 1970. */
  readonly writtenAt: number;
  /** A hardware clock that was kept at PTP time. */
  readonly kept?: KeptTime;
}

export interface KeptTime {
  readonly interface: string;
  /** What it showed, and CLOCK_MONOTONIC at that moment: the timebase begins anew with each start. */
  readonly clockNs: bigint;
  readonly monotonicNs: bigint;
  readonly ptpTimescale: boolean;
  readonly currentUtcOffset: number;
}

export interface Drifts {
  /** What the rates are measured against. */
  readonly timebase: string;
  /** Of the boot since which hardware clocks have been left alone. */
  readonly bootId: string;
  /** By domain and sdoId, and beside another clock of both by name. */
  readonly clocks: Readonly<Record<string, Drift>>;
}

export interface DriftFile {
  readonly path: string;
  /**
   * Undefined where there is no file yet.
   * @throws Error that says why it cannot be read
   */
  readonly read: () => Drifts | undefined;
  /** @throws what the file system throws */
  readonly write: (drifts: Drifts) => void;
}

const nanoseconds = z
  .string()
  .regex(/^-?\d{1,20}$/)
  .transform(BigInt);
/** As it goes over the wire. */
const integer16 = z.number().int().min(-0x8000).max(0x7fff);
const format = z.object({
  timebase: z.string(),
  bootId: z.string(),
  clocks: z.record(
    z.string(),
    z.object({
      clockIdentity: z.string(),
      rateOffset: z.number(),
      writtenAt: z.number(),
      kept: z
        .object({
          interface: z.string(),
          ...{ clockNs: nanoseconds, monotonicNs: nanoseconds },
          ...{ ptpTimescale: z.boolean(), currentUtcOffset: integer16 },
        })
        .exactOptional(),
    }),
  ),
});

export function driftFile(path: string): DriftFile {
  return {
    path,
    read: () => {
      const text = readIfThere(path);
      return text === undefined ? undefined : parse(text);
    },
    write: (drifts) => {
      const text = JSON.stringify(
        drifts,
        (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
        2,
      );
      replaceText(path, `${text}\n`);
    },
  };
}

/** @throws Error whose message is one line */
function parse(text: string): Drifts {
  const { data, error } = format.safeParse(JSON.parse(text));
  if (data !== undefined) return data;
  const [issue] = error.issues;
  const where = issue?.path.length ? `${issue.path.join('.')}: ` : '';
  throw new Error(`${where}${issue?.message ?? 'not what was written'}`);
}

/** In systemd's state directory (systemd.exec(5)) unless the configuration says where; undefined: nowhere. */
export function driftFilePath(
  configured: string | undefined,
  variables: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const directory = variables['STATE_DIRECTORY']?.split(':')[0];
  return configured ?? (directory ? `${directory}/drift.json` : undefined);
}
