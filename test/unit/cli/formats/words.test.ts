import { expect, test } from 'vitest';
import {
  accuracyWords,
  clockClassWords,
  deviationWords,
  rateWords,
  timeSourceWords,
} from '../../../../src/cli/formats/words.js';

test.each([
  [0x17, '1 ps'],
  [0x18, '2.5 ps'],
  [0x1d, '1 ns'],
  [0x20, '25 ns'],
  [0x21, '100 ns'],
  [0x24, '2.5 us'],
  [0x2f, '1 s'],
  [0x30, '10 s'],
  [0x31, '> 10 s'],
  [0xfe, 'unknown'],
  [0x80, '0x80'],
])('table 5: clockAccuracy %i', (clockAccuracy, text) => {
  expect(accuracyWords(clockAccuracy)).toBe(text);
});

test('table 4: clockClass', () => {
  expect([6, 248, 100].map(clockClassWords)).toEqual([
    '6: synchronised to a primary reference',
    '248: default: synchronised to nothing',
    '100',
  ]);
});

test('7.6.3.5: offsetScaledLogVariance is a deviation', () => {
  // 2^-50 and 2^-49.5 seconds squared.
  expect([0x4e00, 0x4e80, 0xffff].map(deviationWords)).toEqual(['30 ns', '35 ns', 'unknown']);
});

test('table 6: timeSource', () => {
  expect([0x20, 0xa0, 0xf3].map(timeSourceWords)).toEqual(['GNSS', 'internal oscillator', '0xf3']);
});

test('rates', () => {
  expect([10_081, -250.04, 0].map(rateWords)).toEqual(['+10.081 ppm', '-250.0 ppb', '+0.0 ppb']);
});
