/** What a slave's ptp4l says of its offsets: a line about once a second. */

export interface OffsetSummary {
  /** Seconds of CLOCK_MONOTONIC. */
  readonly at: number;
  readonly rmsNs: number;
  /** The largest magnitude. */
  readonly maxNs: number;
}

export function offsetSummaries(lines: readonly string[]): OffsetSummary[] {
  return lines.flatMap((line) => {
    // A second in which every offset was 0 has "max -0".
    const match = /^ptp4l\[(\d+\.\d+)\]: rms\s+(\d+)\s+max\s+-?(\d+)/.exec(line);
    return match === null
      ? []
      : [{ at: Number(match[1]), rmsNs: Number(match[2]), maxNs: Number(match[3]) }];
  });
}
