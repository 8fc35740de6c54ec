/**
 * Whether a switch is well: what is looked at, how it is, beyond what it would not do, and what to do then. `fail` is wrong now; `warn`
 * has been wrong a short time ago, or is not yet as it should be.
 */
import { clockChecks } from './health/clock-checks.js';
import { portChecks } from './health/port-checks.js';
import { switchChecks } from './health/switch-checks.js';
import type { HealthCheck } from './health/check.js';
import type { AlarmSummary, Summary } from './summary.js';
import type { Thresholds } from './thresholds.js';

export interface Health {
  /** Nothing fails. */
  readonly healthy: boolean;
  readonly checks: readonly HealthCheck[];
}

/** Alarms that tell of what a check looks at: they are not told twice. */
const coveredAlarms: Readonly<Record<string, HealthCheck['check']>> = {
  'lock-changed': 'lock',
  holdover: 'lock',
  'holdover-exceeded': 'lock',
  'messages-missing': 'master-messages',
  'offset-beyond-threshold': 'offset',
  'delay-beyond-threshold': 'delay',
  'unexpected-grandmaster': 'other-masters',
  'heard-but-unusable': 'unusable',
  'several-answers': 'link-delay',
  'link-changed': 'link',
  'interface-absent': 'link',
  'transmit-timestamps-missing': 'timestamps',
  'receive-timestamps-missing': 'timestamps',
  'loop-found': 'loop',
  'residence-beyond-threshold': 'residence',
  'records-lost': 'program-faults',
};

export function healthOf(summary: Summary, thresholds: Thresholds): Health {
  const checks = [
    ...switchChecks(summary),
    ...summary.ports.flatMap((port) => portChecks(port, thresholds)),
    ...summary.clocks.flatMap((clock) => clockChecks(clock, thresholds)),
    ...summary.alarms.flatMap(alarmCheck),
  ];
  return { healthy: checks.every(({ level }) => level !== 'fail'), checks };
}

function alarmCheck(alarm: AlarmSummary): HealthCheck[] {
  const { kind, severity, interface: name, instance, text, remedy } = alarm;
  const level = { warning: 'warn', error: 'fail' }[severity] as 'warn' | 'fail' | undefined;
  if (level === undefined || kind in coveredAlarms) return [];
  return [
    {
      ...{ check: 'alarm', level, interface: name, instance },
      ...{ value: text, threshold: null, remedy: remedy ?? `see ptp-switch events: ${kind}` },
    },
  ];
}
