/** What is looked at of a switch as a whole. */
import type { Summary } from '../summary.js';
import { checkOf, type HealthCheck } from './check.js';

export function switchChecks(summary: Summary): HealthCheck[] {
  return [portsUp(summary), ...timeFlows(summary), programFaults(summary), ...unusable(summary)];
}

function portsUp({ ports }: Summary): HealthCheck {
  const up = ports.filter(({ link }) => link === 'up').length;
  return checkOf(
    'ports-up',
    {},
    {
      level: up === 0 ? 'fail' : 'ok',
      value: `${up} of ${ports.length}`,
      threshold: '1 at least',
      remedy: 'plug a cable in: see show ports, and doctor for what an interface lacks',
    },
  );
}

/** What a transparent clock is for. Nothing is said before it is known. */
function timeFlows({ ports, transparentClocks }: Summary): HealthCheck[] {
  const rates = ports.flatMap(({ syncReceivedPerSecond: rate }) => (rate === null ? [] : [rate]));
  if (transparentClocks.length === 0 || rates.length === 0) return [];
  if (ports.every(({ link }) => link !== 'up')) return [];
  const all = rates.reduce((sum, rate) => sum + rate, 0);
  return [
    checkOf(
      'time-flows',
      {},
      {
        level: all === 0 ? 'fail' : 'ok',
        value:
          all === 0 ? 'no Sync comes in by any port' : `${all.toFixed(1)} Syncs a second come in`,
        threshold: '1 in 10 s',
        remedy:
          'see whether the grandmaster runs and which port its cable is in: stats, show ports',
      },
    ),
  ];
}

function programFaults({ failedRecords }: Summary): HealthCheck {
  return checkOf(
    'program-faults',
    {},
    {
      level: failedRecords > 0 ? 'warn' : 'ok',
      value: failedRecords > 0 ? `${failedRecords} records left out` : 'none',
      threshold: 'none',
      remedy: 'send the log with the fault to whoever makes this program',
    },
  );
}

/** Somebody announces himself and nobody hears him, while a clock follows nobody. */
function unusable({ clocks, unusable: kinds }: Summary): HealthCheck[] {
  const isAlone = clocks.some(({ grandmaster }) => grandmaster.interface === null);
  if (!isAlone) return [];
  return kinds
    .filter(({ announce, reason }) => announce && reason !== 'otherHost')
    .map(({ interface: name, description }) =>
      checkOf(
        'unusable',
        { interface: name },
        {
          level: 'warn',
          value: 'an Announce comes in that no instance takes',
          remedy: description,
        },
      ),
    );
}
