/**
 * The shapes of the JSON that the control socket and the command line answer with. docs/schema/ is generated from them
 * (scripts/json-schemas.mjs); what scripts may rely on: docs/json.md.
 */
import type { ClockStatus } from '../daemon/status/clock-status.js';
import type { ManagementAnswer } from '../daemon/status/management.js';
import type { PortStatus, Stats, TransparentClockStatus } from '../daemon/status/status.js';
import type { ReloadReport } from '../daemon/reload/reload-report.js';

/** Another number: scripts have to be changed. Members that are added leave it as it is. */
export const schemaVersion = 1;

/** What every answer of a running switch begins with. */
export interface AnswerHead {
  /** Of the shape of this answer. */
  readonly schema: typeof schemaVersion;
  /** When it was made: UTC by this machine's clock (ISO 8601). */
  readonly at: string;
  /** Since when the switch has been running and counting: UTC by this machine's clock (ISO 8601). */
  readonly since: string;
  /** From `since` to `at` by a clock that nobody sets: rates are made of its differences. */
  readonly uptimeSeconds: number;
}

export interface StatsAnswer extends AnswerHead, Stats {}

export interface PortsAnswer extends AnswerHead {
  readonly ports: readonly PortStatus[];
}

/** Of every instance. */
export interface ClocksAnswer extends AnswerHead {
  /** The boundary and ordinary clocks. */
  readonly clocks: readonly ClockStatus[];
  readonly transparentClocks: readonly TransparentClockStatus[];
}

/** Which clock it is. */
export interface ClockName {
  /** No two of a switch have the same name. */
  readonly instance: string;
  readonly clockIdentity: string;
  readonly sdoId: number;
  readonly domainNumber: number;
}

/** Of boundary and ordinary clocks: whom each follows. */
export interface ParentAnswer extends AnswerHead {
  readonly clocks: readonly (ClockName & Pick<ClockStatus, 'parent'>)[];
}

/** Of boundary and ordinary clocks: what the grandmaster says of its time. */
export interface TimeAnswer extends AnswerHead {
  readonly clocks: readonly (ClockName & Pick<ClockStatus, 'time'>)[];
}

/** Of boundary and ordinary clocks: who announces himself, the best first. */
export interface ForeignMastersAnswer extends AnswerHead {
  readonly clocks: readonly (ClockName & Pick<ClockStatus, 'foreignMasters'>)[];
}

export interface StatusAnswer extends AnswerHead {
  readonly version: string;
  readonly pid: number;
  /** Connections to the control socket that could not be accepted. */
  readonly acceptErrors: number;
}

export interface ManagementAnswers extends AnswerHead {
  readonly answers: readonly ManagementAnswer[];
}

export interface ReloadAnswer extends AnswerHead, ReloadReport {}

/** By the path of the question. */
export interface AnswersByPath {
  readonly '/stats': StatsAnswer;
  readonly '/ports': PortsAnswer;
  readonly '/clocks': ClocksAnswer;
  readonly '/clocks/parent': ParentAnswer;
  readonly '/clocks/time': TimeAnswer;
  readonly '/clocks/foreign-masters': ForeignMastersAnswer;
  readonly '/status': StatusAnswer;
}

/** An answer without its head. */
export type Body<Path extends keyof AnswersByPath> = Omit<AnswersByPath[Path], keyof AnswerHead>;

/** The dates move only when the machine's clock has been set by more than that. */
const clockSetMs = 1000;

/** Makes the heads of the answers of this process. */
export class AnswerHeads {
  #sinceMs = NaN;

  head(nowMs = Date.now(), uptimeSeconds = process.uptime()): AnswerHead {
    const sinceMs = nowMs - uptimeSeconds * 1000;
    // The machine's clock may have been set since the start: then its date of the start is another one, too.
    if (!(Math.abs(sinceMs - this.#sinceMs) <= clockSetMs)) this.#sinceMs = sinceMs;
    return {
      schema: schemaVersion,
      at: new Date(nowMs).toISOString(),
      since: new Date(this.#sinceMs).toISOString(),
      uptimeSeconds,
    };
  }
}

/** One part of each clock, with its name. */
export function partOfClocks<Part extends 'parent' | 'time' | 'foreignMasters'>(
  clocks: readonly ClockStatus[],
  part: Part,
): (ClockName & Pick<ClockStatus, Part>)[] {
  return clocks.map((status) => {
    const { instance, clockIdentity, sdoId, domainNumber } = status.clock;
    return { instance, clockIdentity, sdoId, domainNumber, ...pick(status, part) };
  });
}

function pick<Part extends keyof ClockStatus>(
  status: ClockStatus,
  part: Part,
): Pick<ClockStatus, Part> {
  return { [part]: status[part] } as Pick<ClockStatus, Part>;
}
