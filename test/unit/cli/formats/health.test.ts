import { expect, test } from 'vitest';
import { formatHealth } from '../../../../src/cli/formats/health.js';
import type { HealthCheck } from '../../../../src/observe/health/check.js';

const check = (changed: Partial<HealthCheck>): HealthCheck => ({
  ...{ check: 'timestamps', level: 'ok', interface: 'eth1', instance: null },
  ...{ value: 'none missing', threshold: 'fewer than 3 in a minute', remedy: null },
  ...changed,
});

test('what fails comes first, with what to do; what is well of several ports is one line', () => {
  const checks = [
    check({ check: 'ports-up', interface: null, value: '2 of 3', threshold: '1 at least' }),
    check({}),
    check({ interface: 'eth3' }),
    check({ interface: 'eth2', level: 'fail', value: '12 missing', remedy: 'see doctor eth2' }),
    check({ check: 'link', value: 'up', threshold: null }),
    check({ check: 'link', interface: 'eth3', value: 'down', threshold: null }),
    check({
      ...{ check: 'lock', interface: null, instance: 'bc of domain 24', level: 'warn' },
      ...{ value: 'acquiring', threshold: 'locked', remedy: 'see show clock' },
    }),
  ];
  expect(formatHealth({ healthy: false, checks }).split('\n')).toEqual([
    'FAIL  timestamps  eth2: 12 missing (threshold: fewer than 3 in a minute)',
    '                  -> see doctor eth2',
    'WARN  lock        bc of domain 24: acquiring (threshold: locked)',
    '                  -> see show clock',
    'ok    ports-up    2 of 3 (threshold: 1 at least)',
    'ok    timestamps  2 ports: none missing (threshold: fewer than 3 in a minute)',
    'ok    link        2 ports',
  ]);
});
