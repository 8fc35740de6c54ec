// The last line of `npm test` must never claim more than the test programs reported.
import { describe, expect, test } from 'vitest';
import {
  countDoctest,
  countVitest,
  summaryLine,
  vitestFailures,
} from '../../../scripts/count-results.mjs';

describe('countDoctest', () => {
  const total = (attributes) => `<doctest><OverallResultsTestCases ${attributes}/></doctest>`;

  test('reads the total', () => {
    const xml = total('successes="12" failures="2" skipped="1"');
    expect(countDoctest(xml, false)).toEqual({ passed: 12, failed: 2, skipped: 1 });
  });

  test('a program that died before its total is a failure', () => {
    expect(countDoctest('<doctest><TestCase name="a">', false)).toEqual({
      passed: 0,
      failed: 1,
      skipped: 0,
    });
  });

  test('a sanitizer that objects at exit, after a good total, is a failure', () => {
    const xml = total('successes="12" failures="0" skipped="0"');
    expect(countDoctest(xml, false).failed).toBe(1);
  });
});

describe('countVitest', () => {
  const report = { numPassedTests: 5, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1 };

  test('reads the totals', () => {
    expect(countVitest({ ...report, testResults: [] }, true)).toEqual({
      passed: 5,
      failed: 0,
      skipped: 2,
    });
  });

  test('a file that did not load is a failure', () => {
    const testResults = [{ status: 'failed', assertionResults: [] }];
    expect(countVitest({ ...report, testResults }, false).failed).toBe(1);
  });

  test('an error outside any test is a failure', () => {
    expect(countVitest({ ...report, testResults: [] }, false).failed).toBe(1);
  });
});

test('vitestFailures names tests, and files that did not load', () => {
  const passed = { status: 'passed', fullName: 'a good one', failureMessages: [] };
  const failed = { status: 'failed', fullName: 'a bad one', failureMessages: ['why\n  at x'] };
  const testResults = [
    { name: '/p/test/a.test.ts', status: 'failed', assertionResults: [passed, failed] },
    { name: '/p/test/b.test.ts', status: 'failed', message: 'no\nmore', assertionResults: [] },
  ];
  expect(vitestFailures({ testResults }, '/p')).toEqual([
    'test/a.test.ts: a bad one: why',
    'test/b.test.ts: no',
  ]);
});

test('summaryLine mentions skipped tests only where there are some', () => {
  expect(summaryLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  expect(summaryLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
});
