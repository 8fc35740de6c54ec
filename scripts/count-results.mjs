// Reads how many tests passed, failed and were skipped out of what the test programs report.

import { relative } from 'node:path';

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/** @returns {Count} */
export function addCounts(a, b) {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

/**
 * @param {string} xml what a doctest program prints with --reporters=xml
 * @param {boolean} exitedCleanly a program that a sanitizer ended has no total, or not the whole one
 * @returns {Count}
 */
export function countDoctest(xml, exitedCleanly) {
  const total = /<OverallResultsTestCases ([^>]*)\/>/.exec(xml)?.[1];
  const number = (name) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(total ?? '')?.[1] ?? 0);
  const count = {
    passed: number('successes'),
    failed: number('failures'),
    skipped: number('skipped'),
  };
  const unexplained = !exitedCleanly && count.failed === 0;
  return total === undefined || unexplained ? { ...count, failed: count.failed + 1 } : count;
}

/**
 * @param {object} report vitest's JSON report
 * @param {boolean} exitedCleanly false also when errors outside any test made the run fail
 * @returns {Count}
 */
export function countVitest(report, exitedCleanly) {
  const filesThatDidNotLoad = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + filesThatDidNotLoad;
  return {
    passed: report.numPassedTests,
    failed: !exitedCleanly && failed === 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * What failed, each with the first line of why, for the end of a long output.
 * @param {object} report vitest's JSON report
 * @param {string} root the folder that the files' names are shown from
 * @returns {readonly string[]}
 */
export function vitestFailures(report, root) {
  const firstLine = (message) => message?.split('\n', 1)[0] ?? '';
  return report.testResults.flatMap((file) => {
    const name = relative(root, file.name);
    if (file.status === 'failed' && file.assertionResults.length === 0) {
      return [`${name}: ${firstLine(file.message)}`];
    }
    return file.assertionResults
      .filter(({ status }) => status === 'failed')
      .map((test) => `${name}: ${test.fullName}: ${firstLine(test.failureMessages[0])}`);
  });
}

/** @param {Count} count */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
