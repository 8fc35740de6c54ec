import { describe, expect, test } from 'vitest';
import {
  announcedDataSet,
  ownDataSet,
  type ComparisonDataSet,
} from '../../../../src/core/bmca/comparison.js';
import { decideState, ebestOf } from '../../../../src/core/bmca/state-decision.js';
import type { DecisionCode } from '../../../../src/core/bmca/rules.js';
import type { PortState } from '../../../../src/core/datasets/data-sets.js';
import { defaultProfile } from '../../../../src/core/profile/default.js';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import type { AnnounceBody } from '../../../../src/core/wire/messages/announce.js';
import { announceFrom, portIdentityOf } from '../../../support/announces.js';

const rules = defaultProfile.bestMaster;
const clock = 50n;

function d0(clockClass = 248): ComparisonDataSet {
  return ownDataSet({
    clockIdentity: clockIdentity(clock),
    numberPorts: 2,
    clockQuality: { clockClass, clockAccuracy: 0xfe, offsetScaledLogVariance: 0xffff },
    priority1: 128,
    priority2: 128,
    domainNumber: 0,
    sdoId: 0,
    slaveOnly: false,
  });
}

function heard(source: bigint, portNumber: number, body: Partial<AnnounceBody> = {}) {
  return announcedDataSet(
    announceFrom(portIdentityOf(source), body),
    portIdentityOf(clock, portNumber),
  );
}

/** The codes of a clock's ports that have these Erbests. */
function decide(own: ComparisonDataSet, ...erbests: readonly (ComparisonDataSet | undefined)[]) {
  const ports = erbests.map((erbest) => ({
    portState: 'MASTER' as const,
    announceReceiptTimedOut: false,
    ...(erbest && { erbest }),
  }));
  const ebest = ebestOf(rules, ports);
  return ports.map((port) => decideState(rules, own, ebest, port));
}

const better = { grandmasterPriority1: 1 };
const worse = { grandmasterPriority1: 200 };

/** Ways of one grandmaster, better than the clock: by one port the shortest, by another as short, by another longer. */
const gm = { ...better, grandmasterIdentity: clockIdentity(1n) };
const best = heard(2n, 1, gm);
const asShort = heard(3n, 2, gm);
const longerFromBelow = heard(90n, 2, { ...gm, stepsRemoved: 1 });

describe('every arrow of figure 33', () => {
  // clockClass, port state, whether it is silent; Erbest and Ebest; the code.
  test.each<
    [
      number,
      PortState,
      boolean,
      ComparisonDataSet | undefined,
      ComparisonDataSet | undefined,
      DecisionCode | undefined,
    ]
  >([
    [248, 'LISTENING', false, undefined, undefined, undefined],
    [248, 'LISTENING', false, undefined, best, undefined],
    [6, 'LISTENING', false, undefined, best, undefined],
    [248, 'LISTENING', true, undefined, undefined, 'M2'],
    [248, 'LISTENING', true, undefined, best, 'M3'],
    [6, 'LISTENING', true, undefined, best, 'M1'],
    [6, 'MASTER', false, undefined, best, 'M1'],
    [6, 'LISTENING', false, heard(1n, 1, worse), best, 'M1'],
    [1, 'PASSIVE', false, best, best, 'P1'],
    [127, 'SLAVE', false, best, best, 'P1'],
    [128, 'MASTER', false, best, best, 'S1'],
    [248, 'SLAVE', false, undefined, undefined, 'M2'],
    [248, 'PASSIVE', false, heard(1n, 1, worse), heard(1n, 1, worse), 'M2'],
    [248, 'UNCALIBRATED', false, best, best, 'S1'],
    [248, 'PRE_MASTER', false, undefined, best, 'M3'],
    [248, 'MASTER', false, heard(4n, 2), best, 'M3'],
    [248, 'MASTER', false, asShort, best, 'P2'],
    [248, 'MASTER', false, longerFromBelow, best, 'M3'],
  ])('class %d, %s, silent: %s', (clockClass, portState, silent, erbest, ebest, code) => {
    const view = { portState, announceReceiptTimedOut: silent, ...(erbest && { erbest }) };
    expect(decideState(rules, d0(clockClass), ebest, view)).toBe(code);
  });
});

describe('state decision (9.3.3, figure 33)', () => {
  test('a port that listens and hears nothing goes on listening, until its time is over', () => {
    const listening = { portState: 'LISTENING' as const, announceReceiptTimedOut: false };
    expect(decideState(rules, d0(), undefined, listening)).toBeUndefined();
    expect(
      decideState(rules, d0(), undefined, { ...listening, announceReceiptTimedOut: true }),
    ).toBe('M2');
  });

  test('the best clock: M2 on every port', () => {
    expect(decide(d0(), heard(1n, 1, worse), undefined)).toEqual(['M2', 'M2']);
  });

  test('a better clock: S1 there, M3 elsewhere', () => {
    expect(decide(d0(), heard(1n, 1, better), heard(2n, 2), undefined)).toEqual(['S1', 'M3', 'M3']);
  });

  test('clockClass below 128: M1 or P1, never S1', () => {
    expect(decide(d0(6), heard(1n, 1, better), heard(2n, 2, worse))).toEqual(['P1', 'M1']);
    expect(decide(d0(127), heard(1n, 1, better))).toEqual(['P1']);
    expect(decide(d0(128), heard(1n, 1, better))).toEqual(['S1']);
  });

  test('the same grandmaster by another port, no shorter: P2', () => {
    const gm = { ...better, grandmasterIdentity: clockIdentity(1n) };
    expect(decide(d0(), heard(2n, 1, gm), heard(3n, 2, gm))).toEqual(['S1', 'P2']);
  });

  test('the same grandmaster by a port whose other end is further away: M3', () => {
    const gm = { ...better, grandmasterIdentity: clockIdentity(1n) };
    const further = { ...gm, stepsRemoved: 1 };
    expect(decide(d0(), heard(1n, 1, gm), heard(90n, 2, further))).toEqual(['S1', 'M3']);
    expect(decide(d0(), heard(1n, 1, gm), heard(3n, 2, further))).toEqual(['S1', 'P2']);
  });
});
