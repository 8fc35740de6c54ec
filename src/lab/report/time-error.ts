/** One sample of a receiver, and the line of text in which its process tells it. All clocks are one: the true offset is 0. */

export interface TimeError {
  /** offsetFromMaster in nanoseconds, every correctionField applied. */
  readonly correctedNs: number;
  /** What it would have been through a switch that corrects nothing. */
  readonly uncorrectedNs: number;
}

export function formatTimeError(error: TimeError): string {
  return JSON.stringify(error);
}

/** Reverse of formatTimeError. Throws SyntaxError for any other text. */
export function parseTimeError(line: string): TimeError {
  return JSON.parse(line) as TimeError;
}
