/** The rates of the domains' grandmasters as the syntoniser last reported them, for status. */
import type { InstanceConfig } from '../../config/config.js';
import { forwardsDomain } from '../../config/instances/transparent.js';
import type { Output, Syntonisation } from '../../core/io.js';
import { formatPortIdentity } from '../../core/time/identity.js';
import { rateOffsetOf } from '../../core/time/rate-ratio.js';

export interface SyntonisationStatus {
  readonly sdoId: number;
  readonly domainNumber: number;
  readonly state: Syntonisation['kind'];
  /** Grandmaster seconds per local second; applied while `locked`. Null before there is one. */
  readonly rateRatio: number | null;
  /** The same as a distance from 1 and its standard error, in parts per billion. */
  readonly rateOffsetPpb: number | null;
  readonly standardErrorPpb: number | null;
  /** portIdentity of the Syncs' sender. */
  readonly source: string;
}

type RateRatioOutput = Extract<Output, { kind: 'rateRatio' }>;

export class SyntonisationTable {
  readonly #domains = new Map<string, SyntonisationStatus>();

  setRateRatio({ sdoId, domainNumber, source, syntonisation }: RateRatioOutput): void {
    const key = `${sdoId}/${domainNumber}`;
    if (syntonisation === undefined) {
      this.#domains.delete(key);
      return;
    }
    const rate = syntonisation.kind === 'unlocked' ? undefined : syntonisation;
    this.#domains.set(key, {
      sdoId,
      domainNumber,
      state: syntonisation.kind,
      rateRatio: rate?.rateRatio ?? null,
      rateOffsetPpb: rate ? rateOffsetOf(rate.rateRatio) * 1e9 : null,
      standardErrorPpb: rate ? rate.standardError * 1e9 : null,
      source: formatPortIdentity(source),
    });
  }

  /** Of the domains whose Syncs `instance` forwards. */
  statusOf(instance: InstanceConfig, instances: readonly InstanceConfig[]): SyntonisationStatus[] {
    return [...this.#domains.values()].filter(({ sdoId, domainNumber }) =>
      forwardsDomain(instances, instance, sdoId, domainNumber),
    );
  }
}
