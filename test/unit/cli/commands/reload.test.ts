/** What `ptp-switch reload` makes of the answers of a running switch. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ReloadReport } from '../../../../src/daemon/reload/reload-report.js';
import { newDirectory } from '../../config/config-files.js';
import { invoke } from '../command-line.js';

/** @returns the path of a control socket that answers with a report */
async function answering(report: Partial<ReloadReport>): Promise<string> {
  const whole: ReloadReport = { dryRun: true, refused: [], changed: [], instances: [], ...report };
  const socket = join(newDirectory(), 'control.sock');
  const server = createServer((_, response) => response.end(JSON.stringify(whole)));
  await once(server.listen(socket), 'listening');
  onTestFinished(() => {
    server.close();
  });
  return socket;
}

test('a dry run of what would be refused fails, and says that nothing would be changed', async () => {
  const socket = await answering({ refused: ['bridge'] });
  expect(await invoke(['reload', '--dry-run', '--socket', socket])).toEqual({
    exitCode: 1,
    output: 'bridge: needs a restart of ptp-switch\nnothing would be changed',
    errors: '',
  });
});

test('a dry run of what would be done is done', async () => {
  const socket = await answering({ changed: ['loopGuard'] });
  expect(await invoke(['reload', '--dry-run', '--socket', socket])).toEqual({
    exitCode: 0,
    output: 'loopGuard: would be changed',
    errors: '',
  });
});
