// npm run bench: installs and builds what is missing, then runs the benchmarks. `npm run bench -- ARGUMENTS` hands them on.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { buildTools, labTools, main, projectRoot, setUp, SetupError, testTools } from './setup.mjs';

await main(async () => {
  const suite = join(projectRoot, 'bench/run.mjs');
  if (!existsSync(suite)) throw new SetupError('bench/run.mjs: there are no benchmarks yet');
  await setUp({ required: [...buildTools, ...labTools, ...testTools] });
  return (
    spawnSync(process.execPath, [suite, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1
  );
});
