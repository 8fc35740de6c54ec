// npm run test:cross-build: compiles the addon for the 64-bit ARM of a Raspberry Pi with Debian's compiler, in a copy
// that is taken away again. Only this script needs that compiler; the TypeScript is the same for every processor.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { summaryLine } from './count-results.mjs';
import { buildTools, main, projectRoot, requireTools, setUp, SetupError } from './setup.mjs';

const target = 'aarch64-linux-gnu';

await main(async () => {
  await setUp({ required: buildTools });
  await requireTools([{ package: `g++-${target}`, command: `${target}-g++` }]);
  const folder = mkdtempSync(join(tmpdir(), 'ptp-switch-cross-build-'));
  try {
    for (const input of ['package.json', 'binding.gyp', 'addon']) {
      cpSync(join(projectRoot, input), join(folder, input), { recursive: true });
    }
    symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
    call(folder, 'npm', 'run', 'build:addon');
    const header = call(folder, `${target}-readelf`, '-h', 'build/Release/ptp_switch.node');
    const machine = /Machine:\s+(.*)/.exec(header)?.[1] ?? 'unknown';
    console.log(`the addon is for ${machine}`);
    const isTarget = machine === 'AArch64';
    const count = { passed: Number(isTarget), failed: Number(!isTarget), skipped: 0 };
    console.log(summaryLine(count));
    return isTarget ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function call(directory, command, ...args) {
  const result = spawnSync(command, args, {
    cwd: directory,
    env: {
      ...process.env,
      CC: `${target}-gcc`,
      CXX: `${target}-g++`,
      AR: `${target}-ar`,
      npm_config_arch: 'arm64',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (result.status === 0) return result.stdout;
  throw new SetupError(`${result.stdout}${result.stderr}\n${command}: ended with ${result.status}`);
}
