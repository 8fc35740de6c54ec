/** A clock that is attached anew goes on with the time and the rate of the one that it replaces. */
import type { Clock } from '../../../core/instance/clock.js';
import { instantFromNs } from '../../../core/time/instant.js';
import type { DataPlane } from '../../../native/data-plane.js';
import type { AttachedInstance } from '../attached-instance.js';

type AttachedClock = Required<AttachedInstance>['clock'];

/** Whether it did: only of a clock of the same timescale, that had learned something. */
export function handOver(
  former: AttachedClock,
  successor: AttachedClock,
  dataPlane: Pick<DataPlane, 'readClock'>,
): boolean {
  const state = former.clock.state();
  const knows = state.lockState === 'locked' || state.lockState === 'holdover';
  const now = dataPlane.readClock('system');
  if (!knows || now === null || !isSameClock(former.clock, successor.clock)) return false;
  const raw = instantFromNs(now.commonNs);
  const { ptpTimescale, currentUtcOffset } = state.timePropertiesDS;
  successor.clock.begin(raw, {
    rateOffset: state.learnedRateOffset,
    kept: { raw, time: former.clock.timeAt(raw), ptpTimescale, currentUtcOffset },
  });
  return true;
}

function isSameClock(former: Clock, successor: Clock): boolean {
  const [before, after] = [former.state().defaultDS, successor.state().defaultDS];
  return (
    before.clockIdentity === after.clockIdentity &&
    before.domainNumber === after.domainNumber &&
    before.sdoId === after.sdoId
  );
}
