import { describe, expect, test } from 'vitest';
import {
  dropClasses,
  dropClassOf,
  droppedOf,
  reasonsOf,
} from '../../../src/observe/drop-classes.js';
import { read } from '../../support/project-files.js';

/** As the engine has them. */
const engineReasons = [
  ...read('addon/dataplane/counters.h').matchAll(/X\(k\w+, "drop\.(\w+)"\)/g),
].map((match) => match[1] ?? '');

describe('the reasons of the engine', () => {
  test('each is in exactly one class', () => {
    expect(engineReasons.length).toBeGreaterThan(30);
    expect(dropClasses.flatMap(reasonsOf).sort()).toEqual([...engineReasons].sort());
  });

  test('what nobody has classed is not overlooked', () => {
    expect(dropClassOf('somethingNew')).toBe('lost');
  });
});

test('an unplugged port loses nothing', () => {
  const drops = { linkDown: 12, noEgressPort: 3, correctionUnknown: 2, badVersion: 1 };
  expect(droppedOf(drops)).toEqual({ lost: 2, discarded: 15, malformed: 1 });
  expect(droppedOf(undefined)).toEqual({ lost: 0, discarded: 0, malformed: 0 });
});
