/** How many management requests from the network are answered: a token bucket (RFC 2697), so that nobody's asking keeps a clock from its Syncs. */
import type { Instant } from '../time/instant.js';
import type { ClockFacts } from './clock-facts.js';
import type { ManagementPermissions } from './management-messages.js';
import { timeInterval, timeIntervalToNs } from '../time/time-interval.js';

/** Requests are saved up for this long: a monitoring system asks for several ids at once. */
const burstSeconds = 1;

export class RequestBudget {
  readonly #perSecond: () => number;
  readonly #now: () => Instant;
  #tokens: number;
  #filledAt: Instant | undefined;

  constructor(perSecond: () => number, now: () => Instant) {
    this.#perSecond = perSecond;
    this.#now = now;
    this.#tokens = perSecond() * burstSeconds;
  }

  /** Whether one more request may be answered now. */
  take(): boolean {
    const now = this.#now();
    const seconds =
      this.#filledAt === undefined ? 0 : timeIntervalToNs(timeInterval(now - this.#filledAt)) / 1e9;
    this.#filledAt = now;
    const perSecond = this.#perSecond();
    const most = perSecond * burstSeconds;
    // Time that went backwards, when it was begun anew, gives nothing.
    this.#tokens = Math.min(most, this.#tokens + Math.max(0, seconds) * perSecond);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

/** The rate may change while it is used: it is asked for anew each time. */
export function budgetOf(
  permissions: ManagementPermissions,
  { now }: ClockFacts,
): RequestBudget | undefined {
  const { requestsPerSecond } = permissions;
  if (requestsPerSecond === undefined) return undefined;
  return new RequestBudget(() => permissions.requestsPerSecond ?? requestsPerSecond, now);
}
