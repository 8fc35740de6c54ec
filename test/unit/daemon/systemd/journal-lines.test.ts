import { describe, expect, test } from 'vitest';
import {
  isJournal,
  priorities,
  withPriority,
} from '../../../../src/daemon/systemd/journal-lines.js';

const identityOf = (descriptor: number): string => {
  if (descriptor === 9) throw new Error('EBADF');
  return descriptor === 2 ? '9:70123' : '8:4';
};

describe('the journal', () => {
  test('is where a descriptor is the stream that the variable names', () => {
    const variables = { JOURNAL_STREAM: '9:70123' };
    expect(isJournal(2, variables, identityOf)).toBe(true);
    expect(isJournal(1, variables, identityOf)).toBe(false);
    expect(isJournal(9, variables, identityOf)).toBe(false);
  });

  test.each([{}, { JOURNAL_STREAM: '' }, { JOURNAL_STREAM: 'soon' }])('is not, with %j', (them) => {
    expect(isJournal(2, them, identityOf)).toBe(false);
  });

  test('is not this terminal or file', () => {
    expect(isJournal(2, { JOURNAL_STREAM: '9:70123' })).toBe(false);
  });
});

test('a priority is before every line of a text', () => {
  expect(withPriority(priorities.warning, 'eth1: down')).toBe('<4>eth1: down');
  expect(withPriority(priorities.error, 'one\ntwo')).toBe('<3>one\n<3>two');
  expect(withPriority(priorities.info, '')).toBe('<6>');
});
