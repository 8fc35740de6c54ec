/** What is looked at of a boundary or ordinary clock. */
import { inWords } from '../events/nanoseconds.js';
import type { ClockSummary } from '../summary.js';
import type { Thresholds } from '../thresholds.js';
import { checkOf, type CheckName, type Found, type HealthCheck } from './check.js';

/** More changes of the grandmaster within 15 minutes are no change, but two that are not told apart. */
const calmChanges = 3;

export function clockChecks(clock: ClockSummary, thresholds: Thresholds): HealthCheck[] {
  const check = (what: CheckName, finding: Found | undefined): HealthCheck[] =>
    finding === undefined ? [] : [checkOf(what, { instance: clock.name }, finding)];
  return [
    ...check('lock', lock(clock)),
    ...check('master-messages', masterMessages(clock)),
    ...check('offset', offset(clock, thresholds)),
    ...check('delay', delay(clock, thresholds)),
    ...check('grandmaster', grandmaster(clock, thresholds)),
    ...check('other-masters', otherMasters(clock, thresholds)),
  ];
}

function follows({ grandmaster: { interface: by } }: ClockSummary): boolean {
  return by !== null;
}

function lock(clock: ClockSummary): Found {
  const { lockState, holdover, lock: since, slaveOnly } = clock;
  const threshold = 'locked';
  if (lockState === 'unlocked' && !follows(clock) && !slaveOnly) {
    return { level: 'ok', value: 'it follows nobody: it is the grandmaster itself', threshold };
  }
  const kind = lockState === 'holdover' && holdover !== 'unspecified' ? ` ${holdover}` : '';
  const isWaiting =
    lockState === 'acquiring' || (lockState === 'holdover' && holdover === 'withinSpecification');
  return {
    level: lockState === 'locked' ? 'ok' : isWaiting ? 'warn' : 'fail',
    value: `${lockState}${kind} since ${since.since}`,
    ...{ threshold, remedy: 'see show clock for why, and show foreign-masters for who is heard' },
  };
}

function masterMessages(clock: ClockSummary): Found | undefined {
  const { missing, latestSyncAgeNs: age } = clock;
  if (missing.length > 0) {
    const lacking = missing.map(({ messageType, how }) => `${messageType} (${how})`).join(', ');
    return {
      ...{ level: 'fail', value: `missing: ${lacking}`, threshold: 'none missing' },
      remedy: 'see whether the master sends them, and what is discarded at the port: show clock',
    };
  }
  if (!follows(clock) || age === null) return undefined;
  return { level: 'ok', value: `the last Sync ${inWords(age)} ago`, threshold: 'none missing' };
}

function offset(clock: ClockSummary, { offsetNs: limit }: Thresholds): Found | undefined {
  const { rmsNs, maxNs } = clock.offsets.lastMinute;
  if (rmsNs === null || maxNs === null) return undefined;
  const isBeyond = (ns: number) => limit !== undefined && ns > limit;
  return {
    level: isBeyond(rmsNs) ? 'fail' : isBeyond(maxNs) ? 'warn' : 'ok',
    value: `${inWords(rmsNs)} rms, ${inWords(maxNs)} at most in the last minute`,
    threshold: limit === undefined ? null : `at most ${inWords(limit)}`,
    remedy:
      'see whether there is a device without PTP in the path; monitor: {offset} is the threshold',
  };
}

function delay(clock: ClockSummary, { delayNs: limit }: Thresholds): Found | undefined {
  const { meanDelayNs } = clock;
  if (limit === undefined || meanDelayNs === null || !follows(clock)) return undefined;
  return {
    level: meanDelayNs > limit ? 'fail' : 'ok',
    ...{ value: inWords(meanDelayNs), threshold: `at most ${inWords(limit)}` },
    remedy:
      'see whether there is a device without PTP in the path; monitor: {delay} is the threshold',
  };
}

function grandmaster(clock: ClockSummary, { expectedGrandmasters }: Thresholds): Found {
  const { grandmasterIdentity: identity, clockClass, changesLast15Minutes } = clock.grandmaster;
  const { interface: by } = clock.grandmaster;
  const where = by === null ? 'itself' : `by ${by}`;
  const value = `${identity}, class ${clockClass}, ${where}`;
  if (by !== null && expectedGrandmasters !== undefined) {
    if (!expectedGrandmasters.includes(identity)) {
      return {
        ...{ level: 'fail', value, threshold: `one of ${expectedGrandmasters.join(', ')}` },
        remedy: `find it by the port ${by}; acceptableMasters keeps a clock from following others`,
      };
    }
  }
  const changes = `at most ${calmChanges} changes in 15 minutes`;
  if (changesLast15Minutes <= calmChanges) return { level: 'ok', value, threshold: changes };
  return {
    ...{ level: 'warn', value: `${changesLast15Minutes} changes in the last 15 minutes` },
    threshold: changes,
    remedy: 'see events and show foreign-masters for who comes and goes',
  };
}

/** Who announces himself, is not followed, and is not expected. */
function otherMasters(clock: ClockSummary, thresholds: Thresholds): Found | undefined {
  const expected = thresholds.expectedGrandmasters;
  if (expected === undefined) return undefined;
  const strange = clock.others.filter(
    ({ grandmasterIdentity: identity }) =>
      identity !== clock.clockIdentity && !expected.includes(identity),
  );
  const threshold = 'none but the expected ones';
  const [first] = strange;
  if (first === undefined) return { level: 'ok', value: 'none', threshold };
  const { grandmasterIdentity: identity, portIdentity, interface: name } = first;
  const more = strange.length > 1 ? `, and ${strange.length - 1} more` : '';
  return {
    ...{ level: 'fail', threshold },
    value: `${portIdentity} announces ${identity} at ${name}${more}`,
    remedy: 'find it by the port, or add it to monitor: {expectedGrandmasters}',
  };
}
