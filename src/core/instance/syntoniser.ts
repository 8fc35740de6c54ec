/**
 * Follows the rate of every domain's grandmaster, each for itself (1588-2019, 10.2.2.2). Sans-IO: Syncs observed in,
 * rate ratios out.
 */
import type { Input, Output, Syntonisation } from '../io.js';
import { stepSyntonisation, type SyntonisationState } from '../servo/syntonisation.js';
import { durationNs } from '../time/instant.js';

interface Domain {
  readonly sdoId: number;
  readonly domainNumber: number;
  readonly state: SyntonisationState;
  /** A Sync has been observed since the last sweep. */
  readonly heard: boolean;
}

/** More domains than a network has; the policy table has room for 256 rate ratios. */
export const maxDomains = 64;

/** How often domains are looked for whose Syncs have stayed away. */
const sweepInterval = durationNs(30e9);
const sweepTimer = 'syntonisation/sweep';

export class Syntoniser {
  /** By sdoId and domainNumber; the one that was heard longest ago first. */
  readonly #domains = new Map<string, Domain>();

  /** What has happened in, what is to be done out, in that order. Throws for no input. */
  step(input: Input): readonly Output[] {
    switch (input.kind) {
      case 'syncObserved':
        return this.#observe(input);
      case 'timer':
        return input.timer === sweepTimer ? this.#sweep() : [];
      case 'message':
      case 'transmitTimestamp':
      case 'transmitTimestampLost':
      case 'link':
        return [];
    }
  }

  #observe(input: Extract<Input, { kind: 'syncObserved' }>): readonly Output[] {
    const { sdoId, domainNumber } = input;
    const key = `${sdoId}/${domainNumber}`;
    const before = this.#domains.get(key)?.state;
    const state = stepSyntonisation(before, { ...input, source: input.sourcePortIdentity });
    if (state === undefined) return [];
    const started = this.#domains.size === 0;
    const evicted = before === undefined ? this.#makeRoom() : [];
    this.#domains.delete(key); // to be the last
    this.#domains.set(key, { sdoId, domainNumber, state, heard: true });
    return [
      ...(started ? [sweepLater] : []),
      ...evicted,
      ...(isNews(before, state) ? [word(sdoId, domainNumber, state)] : []),
    ];
  }

  #makeRoom(): readonly Output[] {
    const [oldest] = this.#domains;
    if (oldest === undefined || this.#domains.size < maxDomains) return [];
    return [this.#forget(...oldest)];
  }

  #sweep(): readonly Output[] {
    const forgotten: Output[] = [];
    for (const [key, domain] of [...this.#domains]) {
      if (domain.heard) this.#domains.set(key, { ...domain, heard: false });
      else forgotten.push(this.#forget(key, domain));
    }
    return [...forgotten, ...(this.#domains.size === 0 ? [] : [sweepLater])];
  }

  #forget(key: string, { sdoId, domainNumber, state }: Domain): Output {
    this.#domains.delete(key);
    return { ...word(sdoId, domainNumber, state), syntonisation: undefined };
  }
}

const sweepLater: Output = { kind: 'setTimer', timer: sweepTimer, after: sweepInterval };

function isNews(before: SyntonisationState | undefined, state: SyntonisationState): boolean {
  if (before?.kind !== state.kind) return true;
  if (before.following.source !== state.following.source) return true;
  return state.window !== before.window && state.kind !== 'unlocked';
}

function word(
  sdoId: number,
  domainNumber: number,
  state: SyntonisationState,
): Extract<Output, { kind: 'rateRatio' }> {
  const { port, source } = state.following;
  return { kind: 'rateRatio', sdoId, domainNumber, port, source, syntonisation: reportOf(state) };
}

function reportOf(state: SyntonisationState): Syntonisation {
  if (state.kind === 'unlocked') return { kind: 'unlocked' };
  const { kind, rateRatio, standardError } = state;
  return { kind, rateRatio, standardError };
}
