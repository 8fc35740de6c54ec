// `npm test` must not end well when a check failed, not mix the output of two checks, and leave nothing behind that it
// started.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { isOfIdlePolicy, runCommand, sideBySide } from '../../../scripts/side-by-side.mjs';

const cwd = fileURLToPath(new URL('.', import.meta.url));
/** One that has ended, and that nobody has asked about yet, is still there: as state Z. */
const runs = (pid) =>
  existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
const script = new URL('../../../scripts/side-by-side.mjs', import.meta.url).href;

test('a command succeeds only with exit code 0, and tells what it printed', async () => {
  const options = { cwd, inIdleTime: false };
  const run = (text) => runCommand('sh', ['-c', text], options);
  expect(await run('echo one')).toEqual({ succeeded: true, stdout: 'one\n', output: 'one\n' });
  expect(await run('echo two >&2; exit 3')).toEqual({
    succeeded: false,
    stdout: '',
    output: 'two\n',
  });
  expect((await run('kill -9 $$')).succeeded).toBe(false);
  const absent = await runCommand('/no/such/program', [], options);
  expect(absent).toMatchObject({ succeeded: false, output: expect.stringContaining('ENOENT') });
});

test('as many checks as there are slots run at once, and each shows its output as a whole', async () => {
  let running = 0;
  let most = 0;
  const shown = [];
  const check = (title, rounds) => ({
    title,
    run: async () => {
      most = Math.max(most, ++running);
      for (let i = 0; i < rounds; i++) await Promise.resolve();
      running--;
      return { result: rounds, output: `${title} says\nthis\n` };
    },
  });
  const checks = [check('a', 30), check('b', 1), check('c', 2)];
  const show = (text) => shown.push(text.replace(/\(\d+ s\)/, ''));
  const results = await sideBySide(checks, { slots: 2, show, summary: (rounds) => `${rounds}` });
  expect(results).toEqual([30, 1, 2]);
  expect(most).toBe(2);
  expect(shown).toEqual([
    'a: started',
    'b: started',
    '\nb says\nthis\nb: 1 ',
    'c: started',
    '\nc says\nthis\nc: 2 ',
    '\na says\nthis\na: 30 ',
  ]);
});

test.for(['SIGINT', 'SIGTERM'])(
  '%s ends what a command has started in its turn',
  async (signal) => {
    const program = `
    import { endCommandsWithThisProgram, runCommand } from ${JSON.stringify(script)};
    endCommandsWithThisProgram();
    await runCommand('sh', ['-c', 'sleep 600 & echo $! >&2; wait'], { cwd: '/', live: true });
  `;
    const whole = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [told] = await once(whole.stderr, 'data');
    const grandchild = Number(told.toString());
    expect(runs(grandchild)).toBe(true);
    whole.kill(signal);
    const [code, by] = await once(whole, 'exit');
    expect([code, by]).toEqual([null, signal]);
    await vi.waitFor(() => expect(runs(grandchild)).toBe(false));
  },
);

test('what is left to idle time gives way: its policy, and its session where time is shared out by sessions', async () => {
  const told = 'chrt -p $$; cat /proc/self/autogroup 2>/dev/null || echo nice 19';
  const { output } = await runCommand('sh', ['-c', told], { cwd, inIdleTime: true });
  expect(output).toMatch(/SCHED_IDLE/);
  expect(output).toMatch(/nice 19$/m);
  // While the processors have no idle time, it waits.
}, 120_000);

test('what is started from within idle time stays there', () => {
  const stat = (policy) =>
    `714 (a ) name) S 1 714 714 0 -1 4194560 ${'0 '.repeat(28)}17 1 0 ${policy} 0 0 0`;
  expect(isOfIdlePolicy(stat(5))).toBe(true);
  expect(isOfIdlePolicy(stat(0))).toBe(false);
  expect(isOfIdlePolicy(readFileSync('/proc/1/stat', 'utf8'))).toBe(false);
});
