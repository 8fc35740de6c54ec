import { describe, expect, it } from 'vitest';
import {
  stepSyntonisation,
  type SyncReading,
  type SyntonisationState,
} from '../../../../src/core/servo/syntonisation.js';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import { instantFromNs } from '../../../../src/core/time/instant.js';
import { rateOffsetOf } from '../../../../src/core/time/rate-ratio.js';
import {
  maxTimeInterval,
  timeIntervalFromNs,
  zeroTimeInterval,
} from '../../../../src/core/time/time-interval.js';
import { seededRandom } from '../../../support/random.js';

const grandmaster = { clockIdentity: clockIdentity(1n), portNumber: 1 };
const another = { clockIdentity: clockIdentity(2n), portNumber: 1 };

interface Conditions {
  readonly rateOffset?: number;
  readonly jitterNs?: () => number;
  readonly intervalS?: number;
  readonly change?: Partial<SyncReading>;
}

/** Syncs from second `from` to second `to`. */
function syncs(from: number, to: number, conditions: Conditions = {}): SyncReading[] {
  const { rateOffset = 0, jitterNs = () => 0, intervalS = 0.25, change } = conditions;
  const readings: SyncReading[] = [];
  for (let at = from; at < to; at += intervalS) {
    readings.push({
      port: 0,
      source: grandmaster,
      syncEventIngressTimestamp: instantFromNs(BigInt(Math.round(at * 1e9 + jitterNs()))),
      preciseOriginTimestamp: instantFromNs(
        10n ** 18n + BigInt(Math.round(at * 1e9 * (1 + rateOffset))),
      ),
      correctionField: zeroTimeInterval,
      ...change,
    });
  }
  return readings;
}

function after(readings: readonly SyncReading[], begun?: SyntonisationState): SyntonisationState {
  const state = readings.reduce<SyntonisationState | undefined>(stepSyntonisation, begun);
  if (state === undefined) throw new Error('no state');
  return state;
}

const rateOffset = (state: SyntonisationState) =>
  state.kind === 'unlocked' ? undefined : rateOffsetOf(state.rateRatio);

describe('syntonisation', () => {
  it('locks to a grandmaster that is 100 ppm fast within three seconds of exact time stamps', () => {
    expect(after(syncs(0, 1)).kind).toBe('unlocked');
    const state = after(syncs(0, 3, { rateOffset: 1e-4 }));
    expect(state.kind).toBe('locked');
    expect(rateOffset(state)).toBeCloseTo(1e-4, 9);
  });

  it('counts the corrections of clocks before this one to the origin', () => {
    const random = seededRandom(1);
    const state = after(
      syncs(0, 10).map((reading) => {
        const residenceNs = Math.round(random() * 1e6);
        return {
          ...reading,
          syncEventIngressTimestamp: instantFromNs(
            reading.syncEventIngressTimestamp / 65536n + BigInt(residenceNs),
          ),
          correctionField: timeIntervalFromNs(residenceNs),
        };
      }),
    );
    expect(state).toMatchObject({ kind: 'locked', rateRatio: 1 });
  });

  it('acquires, but does not lock, while the noise leaves the rate uncertain', () => {
    const random = seededRandom(2);
    const jitterNs = () => 20_000 * random();
    expect(after(syncs(0, 4, { jitterNs })).kind).toBe('acquiring');
  });

  it('locks through the noise of software time stamps, within 0.2 ppm', () => {
    const random = seededRandom(4);
    const jitterNs = () => (random() < 0.05 ? 200_000 * random() : 3_000 * random());
    const state = after(syncs(0, 20, { rateOffset: 2e-5, jitterNs }));
    expect(state.kind).toBe('locked');
    expect(Math.abs((rateOffset(state) ?? NaN) - 2e-5)).toBeLessThan(2e-7);
  });

  it('does not lock to what no clock does', () => {
    expect(after(syncs(0, 10, { rateOffset: 2e-3 })).kind).toBe('acquiring');
  });

  it('starts again with another grandmaster once the first has gone', () => {
    const locked = after(syncs(0, 10, { rateOffset: 1e-4 }));
    const change = { source: another };
    const early = after(syncs(10.1, 10.6, { change }), locked);
    expect(early).toMatchObject({ kind: 'locked', following: { source: grandmaster } });
    const late = after(syncs(10.1, 11.5, { change }), locked);
    expect(late).toMatchObject({ kind: 'unlocked', following: { source: another } });
    const settled = after(syncs(11.5, 15, { rateOffset: -5e-5, change }), late);
    expect(rateOffset(settled)).toBeCloseTo(-5e-5, 9);
  });

  it('follows one of two that send by turns', () => {
    const both = syncs(0, 10).flatMap((reading) => [
      reading,
      {
        ...reading,
        source: another,
        syncEventIngressTimestamp: instantFromNs(
          reading.syncEventIngressTimestamp / 65536n + 1_000_000n,
        ),
      },
    ]);
    expect(after(both)).toMatchObject({ kind: 'locked', following: { source: grandmaster } });
  });

  it('takes the same grandmaster through another port for another path', () => {
    const locked = after(syncs(0, 10));
    expect(after(syncs(10, 10.5, { change: { port: 1 } }), locked)).toMatchObject({
      kind: 'locked',
      following: { port: 0 },
    });
  });

  it('lets go when the grandmaster jumps, and locks again', () => {
    const locked = after(syncs(0, 10));
    const stepped = syncs(10, 20).map((reading) => ({
      ...reading,
      preciseOriginTimestamp: instantFromNs(
        reading.preciseOriginTimestamp / 65536n + 37_000_000_000n,
      ),
    }));
    const kinds = stepped.map((_, count) => after(stepped.slice(0, count + 1), locked).kind);
    expect(kinds.slice(0, 3)).toEqual(['locked', 'locked', 'locked']);
    expect(kinds[3]).toBe('unlocked');
    expect(kinds.at(-1)).toBe('locked');
  });

  it('leaves a Sync whose correction is too big alone (13.3.2.9)', () => {
    const locked = after(syncs(0, 10));
    const [reading] = syncs(10, 10.2, { change: { correctionField: maxTimeInterval } });
    expect(reading && stepSyntonisation(locked, reading)).toBe(locked);
  });
});
