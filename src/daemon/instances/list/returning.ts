/**
 * Tells when a clock that a reload has attached anew is back: every port of it that has its link knows what it is. It should be
 * before those who follow it look for another master.
 */
import type { PortState } from '../../../core/datasets/data-sets.js';
import { durationNs, durationOfLogInterval, type DurationNs } from '../../../core/time/instant.js';
import type { TimerClock } from '../../runtime/timers.js';

export interface ReturningPort {
  readonly interface: string;
  readonly portState: PortState;
  readonly logAnnounceInterval: number;
  readonly announceReceiptTimeout: number;
}

export interface Returning {
  readonly name: string;
  /** As they are now; undefined: the clock is there no more. */
  readonly ports: () => readonly ReturningPort[] | undefined;
}

const lookEvery = durationNs(20e6);
const nsPerSecond = 1e9;
/** What a port is on its way: it does not know yet whom there is to hear. */
const onTheWay: readonly PortState[] = ['INITIALIZING', 'LISTENING', 'PRE_MASTER'];

/** Looks until it is back, or an announceReceiptTimeout is over, and then says how it is. */
export function tellReturn(
  { name, ports }: Returning,
  timerClock: TimerClock,
  info: (line: string) => void,
): void {
  const begun = timerClock.now();
  const seconds = (time: number): string => (time / nsPerSecond).toFixed(2);
  const look = (): void => {
    const current = ports();
    if (current === undefined) return;
    const timeout = Math.max(...current.map(receiptTimeoutOf));
    const isBack = !current.some(({ portState }) => onTheWay.includes(portState));
    const after = timerClock.now() - begun;
    if (!isBack && after <= timeout) {
      timerClock.wakeAfter(lookEvery, look);
      return;
    }
    const roles = current.map((port) => `${port.interface} ${port.portState}`).join(', ');
    const how = isBack
      ? `is back after ${seconds(after)} s`
      : `is not back after its announceReceiptTimeout of ${seconds(timeout)} s`;
    info(`${name}: ${how}: ${roles}`);
  };
  timerClock.wakeAfter(lookEvery, look);
}

function receiptTimeoutOf({
  logAnnounceInterval,
  announceReceiptTimeout,
}: ReturningPort): DurationNs {
  return durationNs(announceReceiptTimeout * durationOfLogInterval(logAnnounceInterval));
}
