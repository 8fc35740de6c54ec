/** What shells and man get: made from the commands themselves, and taken by the programs that it is for. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test, vi } from 'vitest';
import { describedCommands } from '../../../src/cli/described-commands.js';
import { completionText } from '../../../src/cli/formats/completion.js';
import { manPage } from '../../../src/cli/formats/man-page.js';
import { commandsOf } from '../../../src/cli/program.js';
import type { Environment } from '../../../src/cli/environment.js';
import { invoke } from './command-line.js';

const commands = describedCommands(commandsOf({} as Environment));

/** True of a tool that this machine lacks, which is told. */
function lacks(tool: string): boolean {
  const isMissing = spawnSync(tool, ['--version']).error !== undefined;
  if (isMissing) console.warn(`completion and man page: a check is skipped, there is no ${tool}`);
  return isMissing;
}

describe('the man page', () => {
  const page = manPage(commands, '1.2.3');
  const unescaped = page.replaceAll('\\-', '-');

  test('has every command and option, and none that is hidden', () => {
    expect(commands.length).toBeGreaterThan(9);
    for (const { usage, options, examples } of commands) {
      expect(unescaped).toContain(`.SS "${usage}"`);
      expect(examples.length, usage).toBeGreaterThan(0);
      for (const { name } of options)
        expect(unescaped).toMatch(new RegExp(`^\\.B ".*--${name}\\b`, 'm'));
    }
    expect(unescaped).not.toContain('lab-clock');
  });

  test('has the options that --help has', async () => {
    for (const { name, usage } of commands) {
      const { output } = await invoke([name, '--help']);
      const helped = new Set(
        [...output.matchAll(/^ +(?:-\w, )?--([a-z-]+)/gm)].map(([, it]) => it),
      );
      for (const own of ['help', 'version']) helped.delete(own);
      const known = commands.find((each) => each.usage === usage)?.options.map((it) => it.name);
      expect(new Set(known?.map((it) => it.replace(/^no-/, ''))), name).toEqual(
        new Set([...helped].map((it) => it?.replace(/^no-/, ''))),
      );
    }
  });

  test('is printed by the program', async () => {
    expect((await invoke(['man-page'])).output).toBe(page.trimEnd());
  });

  test.skipIf(lacks('groff'))('is taken by groff without a warning', () => {
    const { stdout, stderr, status } = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-rLL=80n'], {
      input: page,
      encoding: 'utf8',
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toContain('install-service');
  });

  test.skipIf(lacks('mandoc'))('is taken by mandoc without a warning', () => {
    const { stdout, status } = spawnSync('mandoc', ['-Tlint', '-Wwarning'], {
      input: page,
      encoding: 'utf8',
    });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });
});

describe('completion', () => {
  /** What the program proposes, as the scripts ask it. */
  async function proposals(...words: string[]): Promise<string[]> {
    const lines: string[] = [];
    const log = vi
      .spyOn(console, 'log')
      .mockImplementation((line: string) => void lines.push(line));
    try {
      const { output } = await invoke(['--get-yargs-completions', ...words]);
      return [...lines, output].join('\n').split('\n');
    } finally {
      log.mockRestore();
    }
  }

  test('proposes commands, options and what may be shown', async () => {
    expect(await proposals('ptp-switch', '')).toEqual(
      expect.arrayContaining(['run', 'stats', 'show', 'install-service']),
    );
    expect(await proposals('ptp-switch', 'stats', '--')).toEqual(
      expect.arrayContaining(['--watch', '--json', '--port']),
    );
    expect(await proposals('ptp-switch', 'show', '')).toEqual(
      expect.arrayContaining(['clock', 'foreign-masters']),
    );
  });

  test.each(['bash', 'zsh'] as const)('%s: the script is printed', async (shell) => {
    expect((await invoke(['completion', shell])).output).toBe(completionText(shell).trimEnd());
  });

  test('of another shell is wrong usage', async () => {
    expect((await invoke(['completion', 'fish'])).exitCode).toBe(2);
  });

  test.skipIf(lacks('bash'))('in bash', () => {
    const script = `
ptp-switch() { [[ "$1" == --get-yargs-completions && "$3" == st ]] && printf '%s\\n' stats show status; }
${completionText('bash')}
COMP_WORDS=(ptp-switch st) COMP_CWORD=1
_ptp_switch
echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-u', '-c', script], {
      encoding: 'utf8',
    });
    expect({ stdout, stderr }).toEqual({ stdout: 'stats status\n', stderr: '' });
  });

  test.skipIf(lacks('zsh'))('in zsh it is no error of syntax', () => {
    const { status, stderr } = spawnSync('zsh', ['-n'], {
      input: completionText('zsh'),
      encoding: 'utf8',
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });
});
