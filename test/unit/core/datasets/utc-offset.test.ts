/** Which of the offsets that masters tell a clock that shows UTC is set by. */
import { describe, expect, test } from 'vitest';
import type { TimePropertiesDS } from '../../../../src/core/datasets/data-sets.js';
import { leapSecondAt } from '../../../../src/core/datasets/leap-second.js';
import { initialTimeProperties } from '../../../../src/core/datasets/time-properties.js';
import {
  UtcOffset,
  type KnownUtcOffset,
  type ListedUtcOffset,
} from '../../../../src/core/datasets/utc-offset.js';
import { durationNs, instantFromNs, type Instant } from '../../../../src/core/time/instant.js';

const utc = (text: string) => BigInt(Date.parse(text)) / 1_000n;
const ptp = (text: string): Instant => instantFromNs((utc(text) + 37n) * 1_000_000_000n);

const valid = (currentUtcOffset: number): TimePropertiesDS => ({
  ...initialTimeProperties,
  ...{ ptpTimescale: true, currentUtcOffsetValid: true, currentUtcOffset },
});
const notValid = (currentUtcOffset: number): TimePropertiesDS => ({
  ...valid(currentUtcOffset),
  currentUtcOffsetValid: false,
});
const arbitrary: TimePropertiesDS = { ...valid(37), ptpTimescale: false };

/** A clock that shows UTC and is `wrongBy` seconds ahead of what it would be by 37. */
class Bench {
  readonly offset: UtcOffset;
  now = ptp('2027-03-05T10:00:00Z');
  uptime = 0;
  /** The offset with which the clock needs no step; undefined: with any. */
  fitting: number | undefined;

  constructor(known?: KnownUtcOffset, listed?: ListedUtcOffset) {
    this.offset = new UtcOffset(known, () => listed);
  }

  tell(told: TimePropertiesDS) {
    const fits = (utcOffset: number) => utcOffset === this.fitting;
    return this.offset.update(told, this.now, durationNs(this.uptime * 1e9), fits);
  }

  pass(seconds: number): void {
    this.uptime += seconds;
    this.now = (this.now + BigInt(seconds) * 1_000_000_000n * 65_536n) as Instant;
  }
}

const kernel37 = { utcOffset: 37, origin: 'kernel' } as const;

describe('the UTC offset of a master', () => {
  test('is used where it is valid', () => {
    expect(new Bench().tell(valid(37))).toMatchObject({
      ...{ known: { utcOffset: 37, origin: 'master' }, refused: undefined, refusals: 0 },
    });
  });

  test('is not used where it is not valid: nothing is known, or what was known before', () => {
    expect(new Bench().tell(notValid(0)).known).toBeUndefined();
    expect(new Bench(kernel37).tell(notValid(0)).known).toEqual(kernel37);
    const bench = new Bench();
    bench.tell(valid(37));
    expect(bench.tell(notValid(-532)).known).toEqual({ utcOffset: 37, origin: 'master' });
  });

  test.each([0, -532, 9, 101])('%d is none that UTC has ever had, valid or not', (utcOffset) => {
    const bench = new Bench();
    expect(bench.tell(valid(utcOffset))).toMatchObject({
      ...{ known: undefined, refused: 'utcOffset', refusals: 1 },
    });
    bench.pass(3_600);
    expect(bench.tell(valid(utcOffset)).known).toBeUndefined();
  });

  test('a timescale that is not PTP is shown as it is', () => {
    const bench = new Bench(kernel37);
    expect(bench.tell(arbitrary).known).toEqual({ utcOffset: 0, origin: 'arbitrary' });
    expect(bench.tell(valid(37)).known?.utcOffset).toBe(37);
  });

  test('that is not valid, after a timescale that is not PTP: nothing is known of it, or what was before', () => {
    const bench = new Bench();
    bench.tell(arbitrary);
    expect(bench.tell(notValid(37))).toMatchObject({ known: undefined, refusals: 0 });
    expect(bench.offset.known).toBeUndefined();
    expect(bench.tell(valid(37)).known).toEqual({ utcOffset: 37, origin: 'master' });
    const knowing = new Bench(kernel37);
    knowing.tell(arbitrary);
    expect(knowing.tell(notValid(0)).known).toEqual(kernel37);
  });
});

describe('a slip', () => {
  test('of one master of two, that tell 37 and 38 in turn, changes nothing and is counted', () => {
    const bench = new Bench();
    bench.tell(valid(37));
    bench.fitting = 37;
    for (const turn of [1, 2, 3]) {
      bench.pass(2);
      expect(bench.tell(valid(38))).toMatchObject({
        ...{ known: { utcOffset: 37 }, refused: 'utcOffset', refusals: turn },
      });
      bench.pass(2);
      expect(bench.tell(valid(37))).toMatchObject({ known: { utcOffset: 37 }, refused: undefined });
    }
  });

  test('that lasts for ten minutes is none', () => {
    const bench = new Bench();
    bench.tell(valid(37));
    bench.fitting = 37;
    bench.tell(valid(38));
    bench.pass(599);
    expect(bench.tell(valid(38)).known?.utcOffset).toBe(37);
    bench.pass(1);
    expect(bench.tell(valid(38))).toMatchObject({ known: { utcOffset: 38 }, refused: undefined });
  });

  test('never is believed against the list of leap seconds', () => {
    const bench = new Bench(kernel37, { utcOffset: 37, next: undefined });
    bench.fitting = 37;
    bench.tell(valid(36));
    bench.pass(3_600);
    expect(bench.tell(valid(36))).toMatchObject({
      ...{ known: { utcOffset: 37, origin: 'leapSecondsFile' }, refused: 'utcOffset' },
    });
  });

  test('of the timescale is one too: the clock goes on as PTP time had it', () => {
    const bench = new Bench();
    bench.tell(valid(37));
    bench.fitting = 37;
    expect(bench.tell(arbitrary)).toMatchObject({ known: { utcOffset: 37 }, refused: 'utcOffset' });
  });

  test('a master whose time and timescale are others fits at once', () => {
    const bench = new Bench();
    bench.tell(valid(37));
    bench.fitting = 0;
    expect(bench.tell(arbitrary)).toMatchObject({ known: { utcOffset: 0 }, refused: undefined });
  });

  test('with time and offset both strange nothing is set', () => {
    const bench = new Bench();
    bench.tell(valid(37));
    bench.fitting = 12_345;
    expect(bench.tell(valid(38))).toMatchObject({ known: undefined, refused: 'utcOffset' });
  });
});

describe('a leap second', () => {
  const announced = { ...valid(37), leap61: true };
  const midnight = leapSecondAt(utc('2027-07-01T00:00:00Z'), 37, 1);

  test('that is announced happens at midnight, whether the master has told of it by then or not', () => {
    const bench = new Bench();
    bench.now = ptp('2027-06-30T23:59:58Z');
    expect(bench.tell(announced)).toMatchObject({ leapSecond: midnight, known: { utcOffset: 37 } });
    bench.fitting = 37;
    bench.pass(2);
    expect(bench.tell(announced)).toMatchObject({
      ...{ leapSecond: undefined, known: { utcOffset: 38 }, refused: undefined },
    });
    bench.fitting = 38;
    bench.pass(4);
    expect(bench.tell(valid(38))).toMatchObject({ known: { utcOffset: 38 }, refusals: 0 });
    // A master that is late for minutes, and another one that is not.
    bench.pass(120);
    expect(bench.tell(announced)).toMatchObject({ known: { utcOffset: 38 }, refusals: 0 });
  });

  test.each([
    ['with the flags cleared', valid(38)],
    ['with the flags still set', { ...valid(38), leap61: true }],
  ])('whose new offset is told up to some seconds early, %s, stays where it is', (_, early) => {
    const bench = new Bench();
    bench.now = ptp('2027-06-30T23:59:30Z');
    bench.fitting = 37;
    bench.tell(announced);
    bench.pass(25);
    const unchanged = { leapSecond: midnight, known: { utcOffset: 37 }, refusals: 0 };
    expect(bench.tell(early)).toMatchObject({ ...unchanged, refused: undefined });
    bench.pass(4);
    expect(bench.tell(early)).toMatchObject({ ...unchanged, refused: undefined });
    bench.pass(1);
    bench.fitting = 38;
    for (const seconds of [0, 1, 5, 60]) {
      bench.pass(seconds);
      expect(bench.tell(valid(38))).toMatchObject({
        ...{ leapSecond: undefined, known: { utcOffset: 38 }, refused: undefined, refusals: 0 },
      });
    }
    expect(bench.offset.made).toEqual(midnight);
  });

  test('is none that is taken back before', () => {
    const bench = new Bench();
    bench.now = ptp('2027-06-30T20:00:00Z');
    bench.tell(announced);
    expect(bench.tell(valid(37)).leapSecond).toBeUndefined();
    bench.pass(86_400);
    expect(bench.tell(valid(37)).known?.utcOffset).toBe(37);
  });

  test('in the middle of a month is a slip', () => {
    const bench = new Bench();
    bench.now = ptp('2027-06-29T20:00:00Z');
    expect(bench.tell(announced)).toMatchObject({
      ...{ leapSecond: undefined, refused: 'leapSecond', refusals: 1 },
    });
  });

  test('is what the list says: none that it does not have, and one that no master tells of', () => {
    const without = new Bench(undefined, { utcOffset: 37, next: undefined });
    without.now = ptp('2027-06-30T20:00:00Z');
    expect(without.tell(announced)).toMatchObject({
      ...{ leapSecond: undefined, refused: 'leapSecond' },
    });
    const listed = new Bench(undefined, { utcOffset: 37, next: midnight });
    listed.now = ptp('2027-06-30T20:00:00Z');
    expect(listed.tell(valid(37)).leapSecond).toEqual(midnight);
    listed.now = ptp('2027-05-30T20:00:00Z');
    expect(listed.tell(valid(37)).leapSecond).toBeUndefined();
  });
});
