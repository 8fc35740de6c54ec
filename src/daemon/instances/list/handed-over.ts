/**
 * A clock that is attached anew goes on with the time and the rate of the one that it replaces, and among the same neighbours: those
 * who follow it are to notice as little as can be.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ClockPortConfig } from '../../../config/config.js';
import type { Clock } from '../../../core/instance/clock.js';
import { instantFromNs } from '../../../core/time/instant.js';
import type { DataPlane } from '../../../native/data-plane.js';
import type { AttachedInstance } from '../attached-instance.js';

type AttachedClock = Required<AttachedInstance>['clock'];

/** @returns whether it has the time: only of a clock of the same timescale, that had learned something. */
export function handOver(
  former: AttachedClock,
  successor: AttachedClock,
  dataPlane: Pick<DataPlane, 'readClock'>,
): boolean {
  if (!isSameClock(former.clock, successor.clock)) return false;
  handOverNeighbours(former, successor);
  const state = former.clock.state();
  const knows = state.lockState === 'locked' || state.lockState === 'holdover';
  const now = dataPlane.readClock('system');
  if (!knows || now === null) return false;
  const raw = instantFromNs(now.commonNs);
  const { ptpTimescale, currentUtcOffset } = state.timePropertiesDS;
  successor.clock.begin(raw, {
    rateOffset: state.learnedRateOffset,
    kept: { raw, time: former.clock.timeAt(raw), ptpTimescale, currentUtcOffset },
  });
  return true;
}

/** Of every port that is on the same network still. Whom it may follow may have changed. */
function handOverNeighbours(former: AttachedClock, successor: AttachedClock): void {
  const { acceptableMasters } = successor.config;
  const hearsTheSame = isDeepStrictEqual(former.config.acceptableMasters, acceptableMasters);
  for (const [index, port] of successor.config.ports.entries()) {
    const before = former.config.ports.findIndex((each) => isOnSameNetwork(each, port));
    if (before === -1) continue;
    const { foreignMasters, isMaster } = former.clock.neighboursOf(before + 1);
    successor.clock.beginAmong(index + 1, {
      foreignMasters: hearsTheSame ? foreignMasters : [],
      isMaster,
    });
  }
}

function isOnSameNetwork(a: ClockPortConfig, b: ClockPortConfig): boolean {
  return a.interface === b.interface && a.transport === b.transport && a.vlanId === b.vlanId;
}

function isSameClock(former: Clock, successor: Clock): boolean {
  const [before, after] = [former.state().defaultDS, successor.state().defaultDS];
  return (
    before.clockIdentity === after.clockIdentity &&
    before.domainNumber === after.domainNumber &&
    before.sdoId === after.sdoId
  );
}
