/**
 * Keeps the engine's policy up to date with the link delays and rate ratios that the instances measure. A policy is
 * replaced as a whole, so small changes are left out, and changes that come close together are programmed together.
 */
import type { LinkDelay, Syntonisation, Transport } from '../../core/io.js';
import { durationNs } from '../../core/time/instant.js';
import { rateOffsetOf } from '../../core/time/rate-ratio.js';
import { timeIntervalFromNs } from '../../core/time/time-interval.js';
import type {
  BridgePolicy,
  DataPlane,
  Policy,
  PolicyLinkDelay,
  PolicyRateRatio,
} from '../../native/data-plane.js';
import { Timers, type TimerClock } from '../runtime/timers.js';

/** A change of a link's delay below this is the noise of its median, and not programmed. */
export const linkDelayStep = timeIntervalFromNs(0.25);

/** A change of a rate below this is not programmed: one part in 10^9 of a residence of 10 ms is 0.01 ns. */
export const rateOffsetStep = 1e-9;

/**
 * How long a change waits for others: some milliseconds, within which the peer delay exchanges of all ports come in.
 */
export const coalescingInterval = durationNs(5e6);

export class PolicyProgrammer {
  readonly #dataPlane: Pick<DataPlane, 'program'>;
  #rules: Policy['rules'];
  #loopGuard: boolean | undefined;
  #managedClock: bigint | undefined;
  #bridge: BridgePolicy | undefined;
  readonly #timers: Timers;
  readonly #linkDelays = new Map<string, PolicyLinkDelay>();
  readonly #rateRatios = new Map<string, PolicyRateRatio>();

  /** Programs the rules at once. @throws what the data plane throws */
  constructor(
    dataPlane: Pick<DataPlane, 'program'>,
    rules: Policy['rules'],
    timerClock: TimerClock,
    { loopGuard, bridge, managedClock }: Pick<Policy, 'loopGuard' | 'bridge' | 'managedClock'> = {},
  ) {
    this.#dataPlane = dataPlane;
    this.#rules = rules;
    this.#loopGuard = loopGuard;
    this.#managedClock = managedClock;
    this.#bridge = bridge;
    this.#timers = new Timers(timerClock);
    this.#program();
  }

  setLinkDelay(port: number, transport: Transport, found: LinkDelay): void {
    const key = `${port}/${transport}`;
    const programmed = this.#linkDelays.get(key);
    if (found.kind === 'unmeasured') {
      if (this.#linkDelays.delete(key)) this.#programSoon();
      return;
    }
    const { meanLinkDelay } = found;
    if (programmed !== undefined) {
      const change = meanLinkDelay - programmed.meanLinkDelay;
      if ((change < 0n ? -change : change) < linkDelayStep) return;
    }
    this.#linkDelays.set(key, { port, transport, meanLinkDelay });
    this.#programSoon();
  }

  setRateRatio(
    sdoId: number,
    domainNumber: number,
    syntonisation: Syntonisation | undefined,
  ): void {
    const key = `${sdoId}/${domainNumber}`;
    const programmed = this.#rateRatios.get(key);
    if (syntonisation?.kind !== 'locked') {
      if (this.#rateRatios.delete(key)) this.#programSoon();
      return;
    }
    const rateOffset = rateOffsetOf(syntonisation.rateRatio);
    if (programmed && Math.abs(rateOffset - programmed.rateOffset) < rateOffsetStep) return;
    this.#rateRatios.set(key, { sdoId, domainNumber, rateOffset });
    this.#programSoon();
  }

  /** Other rules, at once and as a whole; what is measured stays. @throws what the data plane throws, with the rules as they were */
  setRules(
    rules: Policy['rules'],
    { loopGuard, managedClock }: Pick<Policy, 'loopGuard' | 'managedClock'>,
  ): void {
    this.#program({ rules, loopGuard, managedClock });
    this.#rules = rules;
    this.#loopGuard = loopGuard;
    this.#managedClock = managedClock;
  }

  setBridge(bridge: BridgePolicy): void {
    this.#bridge = bridge;
    // Not delayed: while a port that the bridge has blocked still forwards, messages may go round in a loop.
    this.#program();
  }

  /** Leaves the policy as it is. */
  stop(): void {
    this.#timers.cancelAll();
  }

  #programSoon(): void {
    if (this.#timers.has('program')) return;
    this.#timers.set('program', coalescingInterval, () => this.#program());
  }

  #program(replaced: Partial<Policy> = {}): void {
    this.#dataPlane.program({
      rules: this.#rules,
      linkDelays: [...this.#linkDelays.values()],
      rateRatios: [...this.#rateRatios.values()],
      bridge: this.#bridge,
      loopGuard: this.#loopGuard,
      managedClock: this.#managedClock,
      ...replaced,
    });
    this.#timers.cancel('program');
  }
}
