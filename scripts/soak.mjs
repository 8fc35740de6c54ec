// npm run soak: installs and builds what is missing, then runs the soak test. `npm run soak -- ARGUMENTS` hands them on.
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { buildTools, labTools, main, projectRoot, setUp, testTools } from './setup.mjs';

await main(async () => {
  await setUp({ required: [...buildTools, ...labTools, ...testTools] });
  const program = join(projectRoot, 'bench/soak/run.mjs');
  const { status } = spawnSync(process.execPath, [program, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  return status ?? 1;
});
