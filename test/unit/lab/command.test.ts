import { afterEach, describe, expect, test, vi } from 'vitest';
import { invoke } from '../cli/command-line.js';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('ptp-switch lab', () => {
  test('--help has examples', async () => {
    const { exitCode, output } = await invoke(['lab', '--help']);
    expect(exitCode).toBe(0);
    expect(output).toContain('Examples:');
    expect(output).toContain('lab --type bc --scenario failover');
  });

  test('what it is made of is not for people', async () => {
    const { output } = await invoke(['--help']);
    expect(output).toContain('ptp-switch lab');
    expect(output).not.toContain('lab-clock');
  });

  test.each([
    ['no time at all', ['--seconds', '0'], '--seconds'],
    ['a time that is no number', ['--seconds', 'long'], '--seconds'],
    ['a type that it has not', ['--type', 'abacus'], 'abacus'],
    ['a scenario that it has not', ['--type', 'bc', '--scenario', 'flood'], 'flood'],
    ['a failover with nothing to choose from', ['--scenario', 'failover'], 'add --type bc'],
    [
      'a failover of a transparent clock',
      ['--type', 'p2p-tc', '--scenario', 'failover'],
      'add --type bc',
    ],
    [
      'a failover in less time than it takes',
      ['--type', 'bc', '--scenario', 'failover', '--seconds', '14'],
      'write 15 or more',
    ],
  ])('%s is wrong usage, told in a line', async (_what, args, mentioned) => {
    const { exitCode, output, errors } = await invoke(['lab', ...args]);
    expect(exitCode).toBe(2);
    expect(errors).toContain(mentioned);
    expect(errors.split('\n')).toHaveLength(1);
    expect(output).toBe('');
  });

  test('without root, one line says what to do', async () => {
    vi.spyOn(process, 'getuid').mockReturnValue(1000);
    expect(await invoke(['lab'])).toEqual({
      exitCode: 1,
      output: '',
      errors: 'lab: only root can make network namespaces: run it with sudo',
    });
  });
});
