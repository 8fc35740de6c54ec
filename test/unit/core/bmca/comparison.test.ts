import { describe, expect, test } from 'vitest';
import { announcedDataSet, compareDataSets } from '../../../../src/core/bmca/comparison.js';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import type { AnnounceBody } from '../../../../src/core/wire/messages/announce.js';
import { announceFrom, portIdentityOf } from '../../../support/announces.js';

const quality = { clockClass: 248, clockAccuracy: 0xfe, offsetScaledLogVariance: 0xffff };
const receiver = portIdentityOf(50n);

function dataSet(source: bigint, body: Partial<AnnounceBody> = {}, by = receiver) {
  return announcedDataSet(announceFrom(portIdentityOf(source), body), by);
}

describe('different grandmasters (9.3.4, figure 34)', () => {
  // From one row to the next the deciding member moves on, and every later member speaks for the loser.
  const worseLater: Partial<AnnounceBody> = { grandmasterPriority2: 255 };
  test.each<[string, Partial<AnnounceBody>, Partial<AnnounceBody>]>([
    [
      'priority1',
      { grandmasterPriority1: 1, grandmasterClockQuality: { ...quality, clockClass: 255 } },
      { grandmasterPriority1: 2 },
    ],
    [
      'clockClass',
      { grandmasterClockQuality: { ...quality, clockClass: 6 }, ...worseLater },
      { grandmasterClockQuality: { ...quality, clockClass: 7, clockAccuracy: 0x20 } },
    ],
    [
      'clockAccuracy',
      { grandmasterClockQuality: { ...quality, clockAccuracy: 0x20 }, ...worseLater },
      {
        grandmasterClockQuality: { ...quality, clockAccuracy: 0x21, offsetScaledLogVariance: 1 },
      },
    ],
    [
      'offsetScaledLogVariance',
      { grandmasterClockQuality: { ...quality, offsetScaledLogVariance: 1 }, ...worseLater },
      { grandmasterClockQuality: { ...quality, offsetScaledLogVariance: 2 } },
    ],
    [
      'priority2',
      { grandmasterPriority2: 1, stepsRemoved: 200 },
      { grandmasterPriority2: 2, stepsRemoved: 0 },
    ],
    ['identity', { stepsRemoved: 200 }, { stepsRemoved: 0 }],
  ])('%s decides', (member, winner, loser) => {
    // The winner has the higher identity, but where the identity is what decides.
    const [a, b] = member === 'identity' ? [1n, 2n] : [2n, 1n];
    expect(compareDataSets(dataSet(a, winner), dataSet(b, loser))).toBe('better');
    expect(compareDataSets(dataSet(b, loser), dataSet(a, winner))).toBe('worse');
  });
});

describe('two ways from the same grandmaster (9.3.4, figure 35)', () => {
  const of = (source: bigint, stepsRemoved: number, by = receiver) =>
    dataSet(source, { stepsRemoved, grandmasterIdentity: clockIdentity(1n) }, by);

  test('a way shorter by two steps is better, whoever sends it', () => {
    expect(compareDataSets(of(90n, 1), of(2n, 3))).toBe('better');
    expect(compareDataSets(of(2n, 3), of(90n, 1))).toBe('worse');
  });

  test('shorter by one: better if the sender of the longer one sorts after its receiver', () => {
    expect(compareDataSets(of(2n, 1), of(90n, 2))).toBe('better');
  });

  test('shorter by one: better by topology if it sorts before, so that one end of that link is passive', () => {
    expect(compareDataSets(of(90n, 1), of(2n, 2))).toBe('betterByTopology');
    expect(compareDataSets(of(2n, 2), of(90n, 1))).toBe('worseByTopology');
  });

  test("shorter by one than a clock's own message: neither (error-1)", () => {
    expect(compareDataSets(of(2n, 1), of(50n, 2))).toBe('same');
    expect(compareDataSets(of(50n, 2), of(2n, 1))).toBe('same');
  });

  test('as long: the lower sender', () => {
    expect(compareDataSets(of(2n, 1), of(3n, 1))).toBe('betterByTopology');
    expect(compareDataSets(of(3n, 1), of(2n, 1))).toBe('worseByTopology');
  });

  test('as long, of one sender: the lower port of the receiver', () => {
    const later = portIdentityOf(50n, 2);
    expect(compareDataSets(of(2n, 1), of(2n, 1, later))).toBe('betterByTopology');
    expect(compareDataSets(of(2n, 1, later), of(2n, 1))).toBe('worseByTopology');
  });

  test('the same message twice: neither (error-2)', () => {
    expect(compareDataSets(of(2n, 1), of(2n, 1))).toBe('same');
  });
});
