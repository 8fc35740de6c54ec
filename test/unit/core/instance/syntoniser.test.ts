import { describe, expect, it } from 'vitest';
import { maxDomains, Syntoniser } from '../../../../src/core/instance/syntoniser.js';
import type { Input, Output } from '../../../../src/core/io.js';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import { instantFromNs } from '../../../../src/core/time/instant.js';
import { zeroTimeInterval } from '../../../../src/core/time/time-interval.js';
import { only } from '../../../support/peer-delay.js';

const source = { clockIdentity: clockIdentity(5n), portNumber: 1 };
const sweep: Input = { kind: 'timer', timer: 'syntonisation/sweep' };

function sync(domainNumber: number, seconds: number, rateOffset = 0, sdoId = 0): Input {
  return {
    kind: 'syncObserved',
    port: 1,
    sdoId,
    domainNumber,
    sourcePortIdentity: source,
    syncEventIngressTimestamp: instantFromNs(BigInt(Math.round(seconds * 1e9))),
    preciseOriginTimestamp: instantFromNs(BigInt(Math.round(seconds * 1e9 * (1 + rateOffset)))),
    correctionField: zeroTimeInterval,
  };
}

/** Four seconds of Syncs in each of these domains. */
function following(...domains: readonly (readonly [number: number, rateOffset: number])[]) {
  const syntoniser = new Syntoniser();
  const outputs: Output[] = [];
  for (let seconds = 0; seconds < 4; seconds += 0.25) {
    for (const [number, rateOffset] of domains) {
      outputs.push(...syntoniser.step(sync(number, seconds, rateOffset)));
    }
  }
  return { syntoniser, ratios: only(outputs, 'rateRatio') };
}

describe('a syntoniser', () => {
  it('tells each state of a domain, then each new ratio', () => {
    const { ratios } = following([0, 1e-4]);
    const kinds = ratios.map(({ syntonisation }) => syntonisation?.kind);
    expect(kinds[0]).toBe('unlocked');
    expect(new Set(kinds.slice(1))).toEqual(new Set(['locked']));
    expect(ratios.at(-1)).toMatchObject({ sdoId: 0, domainNumber: 0, port: 1, source });
  });

  it('keeps domains apart', () => {
    const { ratios } = following([0, 1e-4], [24, -2e-5]);
    const latest = (domain: number) => ratios.findLast((ratio) => ratio.domainNumber === domain);
    const ratioOf = (domain: number) => {
      const found = latest(domain)?.syntonisation;
      return found?.kind === 'locked' ? found.rateRatio : undefined;
    };
    expect(ratioOf(0)).toBeCloseTo(1 + 1e-4, 9);
    expect(ratioOf(24)).toBeCloseTo(1 - 2e-5, 9);
  });

  it('keeps an sdoId apart from another in the same domain', () => {
    const syntoniser = new Syntoniser();
    expect(only(syntoniser.step(sync(0, 0, 0, 0)), 'rateRatio')).toHaveLength(1);
    expect(only(syntoniser.step(sync(0, 0, 0, 0x100)), 'rateRatio')).toMatchObject([
      { sdoId: 0x100, domainNumber: 0, syntonisation: { kind: 'unlocked' } },
    ]);
  });

  it('forgets a domain that was not heard between two sweeps, and then sweeps no more', () => {
    const { syntoniser } = following([0, 0], [24, 0]);
    expect(syntoniser.step(sweep)).toMatchObject([{ kind: 'setTimer' }]);
    syntoniser.step(sync(24, 5));
    expect(syntoniser.step(sweep)).toMatchObject([
      { kind: 'rateRatio', domainNumber: 0, syntonisation: undefined },
      { kind: 'setTimer' },
    ]);
    expect(syntoniser.step(sweep)).toMatchObject([
      { kind: 'rateRatio', domainNumber: 24, syntonisation: undefined },
    ]);
  });

  it('follows a bounded number of domains, and gives up the one heard longest ago', () => {
    const syntoniser = new Syntoniser();
    for (let domain = 0; domain < maxDomains; domain += 1) syntoniser.step(sync(domain, 1));
    syntoniser.step(sync(0, 2));
    const forgotten = only(syntoniser.step(sync(200, 3)), 'rateRatio').filter(
      ({ syntonisation }) => syntonisation === undefined,
    );
    expect(forgotten).toMatchObject([{ domainNumber: 1 }]);
  });
});
