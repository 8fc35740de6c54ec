/** One thing that was looked at. */

export type HealthLevel = 'ok' | 'warn' | 'fail';

/** Names are stable: scripts go by them. */
export type CheckName = (typeof checkNames)[number];

export const checkNames = [
  ...['ports-up', 'time-flows', 'program-faults', 'unusable'],
  ...['link', 'loop', 'timestamps', 'lost-messages', 'residence', 'hardware-clock', 'link-delay'],
  ...['lock', 'master-messages', 'offset', 'delay', 'grandmaster', 'other-masters'],
  'alarm',
] as const satisfies readonly string[];

export interface HealthCheck {
  readonly check: CheckName;
  readonly level: HealthLevel;
  /** What was looked at; null where that is the switch as a whole, or does not apply. */
  readonly interface: string | null;
  readonly instance: string | null;
  /** How it is, in words. */
  readonly value: string;
  /** What it should be, in words; null where nothing is set. */
  readonly threshold: string | null;
  /** What to do about it; null of what is well. */
  readonly remedy: string | null;
}

/** What was found of something; the remedy of what is well is left out. */
export interface Found {
  readonly level: HealthLevel;
  readonly value: string;
  readonly threshold?: string | null;
  readonly remedy?: string;
}

/** @param subject the interface, or the name of the instance */
export function checkOf(
  check: CheckName,
  subject: { readonly interface?: string; readonly instance?: string },
  { level, value, threshold = null, remedy = '' }: Found,
): HealthCheck {
  return {
    ...{ check, level },
    ...{ interface: subject.interface ?? null, instance: subject.instance ?? null },
    ...{ value, threshold, remedy: level === 'ok' ? null : remedy },
  };
}
