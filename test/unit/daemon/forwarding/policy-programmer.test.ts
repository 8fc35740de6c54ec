import { describe, expect, it } from 'vitest';
import type { LinkDelay, Syntonisation } from '../../../../src/core/io.js';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import { rateRatioOfOffset } from '../../../../src/core/time/rate-ratio.js';
import { timeIntervalFromNs } from '../../../../src/core/time/time-interval.js';
import {
  coalescingInterval,
  PolicyProgrammer,
} from '../../../../src/daemon/forwarding/policy-programmer.js';
import type { Policy } from '../../../../src/native/data-plane.js';
import { VirtualTime } from '../../../support/virtual-time.js';

const rules = [{ sdoId: 'any', domainNumber: 'any', action: 'p2p-tc' }] as const;

const measured = (ns: number): LinkDelay => ({
  kind: 'measured',
  meanLinkDelay: timeIntervalFromNs(ns),
  neighbor: { clockIdentity: clockIdentity(1n), portNumber: 1 },
});
const unmeasured: LinkDelay = { kind: 'unmeasured', reason: 'noResponse' };
const rate = (kind: 'acquiring' | 'locked', offset: number): Syntonisation => ({
  kind,
  rateRatio: rateRatioOfOffset(offset),
  standardError: 1e-8,
});

function setup() {
  const programmed: Policy[] = [];
  const time = new VirtualTime();
  const dataPlane = { program: (policy: Policy) => void programmed.push(policy) };
  const programmer = new PolicyProgrammer(dataPlane, rules, time);
  /** What is programmed after the interval in which changes are gathered. */
  const settle = () => {
    time.advance(coalescingInterval);
    return programmed.splice(0);
  };
  return { programmer, settle, time, begun: settle() };
}

describe('the policy', () => {
  it('begins with the rules and nothing measured', () => {
    expect(setup().begun).toEqual([{ rules, linkDelays: [], rateRatios: [] }]);
  });

  it('takes changes that come together at once', () => {
    const { programmer, settle } = setup();
    programmer.setLinkDelay(0, 'l2', measured(500));
    programmer.setLinkDelay(1, 'udp4', measured(-2.5));
    programmer.setRateRatio(0, 24, rate('locked', 2e-5));
    const [policy, ...more] = settle();
    expect(more).toEqual([]);
    expect(policy?.linkDelays).toEqual([
      { port: 0, transport: 'l2', meanLinkDelay: 500n * 65536n },
      { port: 1, transport: 'udp4', meanLinkDelay: -163840n },
    ]);
    expect(policy?.rateRatios).toMatchObject([{ sdoId: 0, domainNumber: 24 }]);
    expect(policy?.rateRatios[0]?.rateOffset).toBeCloseTo(2e-5, 12);
  });

  it('keeps the rules that are programmed when others are refused', () => {
    const time = new VirtualTime();
    const taken: Policy[] = [];
    const program = (policy: Policy) => {
      if (policy.rules.length > 1) throw new RangeError('too many');
      taken.push(policy);
    };
    const programmer = new PolicyProgrammer({ program }, rules, time);
    expect(() => programmer.setRules([...rules, ...rules], {})).toThrow('too many');
    programmer.setLinkDelay(0, 'l2', measured(500));
    time.advance(coalescingInterval);
    expect(taken.map((policy) => policy.rules)).toEqual([rules, rules]);
  });

  it('lets changes be that are smaller than what they would correct', () => {
    const { programmer, settle } = setup();
    programmer.setLinkDelay(0, 'l2', measured(500));
    programmer.setRateRatio(0, 0, rate('locked', 1e-5));
    settle();
    programmer.setLinkDelay(0, 'l2', measured(500.2));
    programmer.setLinkDelay(0, 'l2', measured(499.8));
    programmer.setRateRatio(0, 0, rate('locked', 1.00005e-5));
    expect(settle()).toEqual([]);
    programmer.setLinkDelay(0, 'l2', measured(499.7));
    expect(settle()).toHaveLength(1);
    programmer.setRateRatio(0, 0, rate('locked', 1.002e-5));
    expect(settle()).toHaveLength(1);
  });

  it('forgets a link that is no longer measured, and a rate that is no longer locked', () => {
    const { programmer, settle } = setup();
    programmer.setLinkDelay(0, 'l2', measured(500));
    programmer.setRateRatio(0, 0, rate('locked', 1e-5));
    settle();
    programmer.setLinkDelay(0, 'l2', unmeasured);
    programmer.setRateRatio(0, 0, rate('acquiring', 1e-5));
    expect(settle()).toEqual([{ rules, linkDelays: [], rateRatios: [] }]);
    programmer.setLinkDelay(0, 'l2', unmeasured);
    programmer.setRateRatio(0, 0, undefined);
    expect(settle()).toEqual([]);
  });

  it('is left alone after the end', () => {
    const { programmer, settle, time } = setup();
    programmer.setLinkDelay(0, 'l2', measured(500));
    programmer.stop();
    expect(settle()).toEqual([]);
    expect(time.pending).toBe(0);
  });
});
