// npm start: installs and builds what is missing, then runs the built-in lab. `npm start -- ARGUMENTS` hands them on.
// package.json runs it by `exec`, for the shell that npm starts would keep a SIGTERM to itself.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildTools, labTools, main, projectRoot, setUp } from './setup.mjs';

await main(async () => {
  await setUp({ required: [...buildTools, ...labTools] });
  const lab = spawn(
    process.execPath,
    [join(projectRoot, 'dist/cli/main.js'), 'lab', ...process.argv.slice(2)],
    { stdio: 'inherit' },
  );
  // The terminal sends Ctrl-C to the lab as well; it cleans up and decides the exit code.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => lab.kill('SIGTERM'));
  return new Promise((resolve) => lab.on('close', (code) => resolve(code ?? 1)));
});
