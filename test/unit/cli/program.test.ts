import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { vethProbe } from '../daemon/probes.js';
import { invoke } from './command-line.js';

const commands = [
  ...['run', 'reload', 'stats', 'show', 'bridge', 'doctor', 'check', 'install-service', 'lab'],
];

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ptp-switch-cli-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

describe('help and usage', () => {
  test.each(commands)('%s --help has examples', async (name) => {
    const { exitCode, output } = await invoke([name, '--help']);
    expect(exitCode).toBe(0);
    expect(output).toContain('Examples:');
    expect(output).toContain(`ptp-switch ${name}`);
  });

  test('--help lists the commands', async () => {
    const { output } = await invoke(['--help']);
    for (const name of commands) {
      expect(output).toContain(`ptp-switch ${name}`);
    }
  });

  test('--version', async () => {
    expect(await invoke(['--version'])).toEqual({ exitCode: 0, output: '1.2.3', errors: '' });
  });

  test.each([
    ['no command', [], 'which command?'],
    ['an unknown command', ['start'], 'start'],
    ['an unknown option', ['stats', '--jsn'], 'jsn'],
    ['a forgotten -i', ['run', '-i', 'eth1', 'eth2'], 'eth2'],
    ['an option without its value', ['stats', '--socket'], 'socket'],
    ['an option twice', ['stats', '--socket', 'a', '--socket', 'b'], '--socket: say it once'],
    ['something that cannot be shown', ['show', 'weather'], 'weather'],
    ['a domain that is none', ['show', 'clock', '-d', '256'], '--domain: write a number'],
    ['a watch without end', ['stats', '-w', '0'], '--watch: write a number of seconds'],
    ['check without a file', ['check'], 'got 0, need at least 1'],
    ['a processor that is not there', ['run', '-i', 'a', '-i', 'b', '--cpu', '1023'], '--cpu 1023'],
    ['a socket without a path', ['stats', '--socket='], '--socket: write the path'],
    [
      'a socket whose path is too long',
      ['show', 'ports', '--socket', `/${'x'.repeat(107)}`],
      "--socket: the path has 108 bytes, a socket's 107 at most: choose a shorter one",
    ],
    ['install-service without a file', ['install-service'], '-c: name the configuration file'],
    ['a name that is no file', ['install-service', '--name', '../x'], '--name'],
    ['a processor that is none', ['run', '-i', 'a', '-i', 'b', '--cpu', 'x'], '--cpu'],
  ])('%s is wrong usage', async (_name, args, mentioned) => {
    const { exitCode, output, errors } = await invoke(args);
    expect(exitCode).toBe(2);
    expect(errors).toContain(mentioned);
    expect(errors).not.toMatch(/^\s+at /m);
    expect(output).toBe('');
  });
});

describe('check', () => {
  const fileWith = (text: string): string => {
    const file = join(directory, 'switch.yaml');
    writeFileSync(file, text);
    return file;
  };

  test('a valid file', async () => {
    const file = fileWith('{ports: [eth1, eth2], instances: [{type: e2e-tc}]}');
    expect(await invoke(['check', file])).toEqual({
      exitCode: 0,
      output: `${file}: valid: 2 ports, e2e-tc (domain any)`,
      errors: '',
    });
  });

  test('every error is a line with file, line and key', async () => {
    const file = fileWith('prts: [eth1, eth2]\ninstances:\n  - type: rc\n');
    const { exitCode, errors } = await invoke(['check', file]);
    expect(exitCode).toBe(2);
    expect(errors.split('\n').sort()).toEqual([
      `${file}:1: ports: is missing; list the interfaces, as in ports: [eth1, eth2]`,
      `${file}:1: prts: unknown key; did you mean ports?`,
      `${file}:3: instances[0].type: "rc" does not fit here; write one of type: e2e-tc, type: p2p-tc, type: bc, type: oc`,
    ]);
  });

  test('a file that is not there', async () => {
    const { exitCode, errors } = await invoke(['check', join(directory, 'absent.yaml')]);
    expect(exitCode).toBe(2);
    expect(errors).toContain('there is no such file');
  });
});

describe('doctor', () => {
  test('an interface that does not exist fails, with the remedy', async () => {
    const { exitCode, output } = await invoke(['doctor', 'eth9'], {
      probeInterface: (name) => ({ ...vethProbe(name), exists: false }),
    });
    expect(exitCode).toBe(1);
    expect(output).toMatch(/eth9[^]*problem +there is no such interface: look the name up/);
  });

  test('--json has the probes, the findings, and what becomes of them together', async () => {
    const { output } = await invoke(['doctor', 'veth1', 'veth2', '--json']);
    const report = JSON.parse(output) as Record<string, unknown>;
    expect(report).toMatchObject({
      interfaces: [
        { probe: { interface: 'veth1' }, findings: [{ level: 'ok' }, { level: 'ok' }] },
        { probe: { interface: 'veth2' } },
      ],
    });
    expect(JSON.stringify(report.host)).toContain('timestamping: auto would be software');
  });

  test('without a name, every Ethernet interface of the machine, the loopback left out', async () => {
    const { output } = await invoke(['doctor', '--json'], {
      probeInterface: (name) => ({ ...vethProbe(name), loopback: name === 'lo' }),
    });
    const { interfaces } = JSON.parse(output) as { interfaces: { probe: { interface: string } }[] };
    expect(interfaces.map(({ probe }) => probe.interface)).not.toContain('lo');
  });
});
