// npm run fuzz: installs and builds what is missing, then looks for inputs for which the parser or the forwarder does what
// it must not.
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildTargets, minimise, replay, runTarget, targets } from './fuzz-targets.mjs';
import { filesBelow, fuzzTools, main, projectRoot, requireTools, SetupError } from './setup.mjs';
import { endCommandsWithThisProgram } from './side-by-side.mjs';

const usage = `npm run fuzz                                  both targets for a minute each, on all processors
npm run fuzz -- --target parser|forwarder     one of them
npm run fuzz -- --seconds N | --runs N        for so long, or for so many executions
npm run fuzz -- --jobs N                      by so many processes
npm run fuzz -- --target T --replay FILE      one input that has failed
npm run fuzz -- --minimise                    makes addon/fuzz/corpus anew of all that was found`;

await main(async () => {
  const { values } = readArguments();
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const chosen = values.target === undefined ? targets : targets.filter((t) => t === values.target);
  if (chosen.length === 0) throw new SetupError(`--target ${values.target}: parser or forwarder`);
  if (values.replay !== undefined && values.target === undefined) {
    throw new SetupError('--replay needs the target that the input is for: --target');
  }
  await requireTools(fuzzTools);
  endCommandsWithThisProgram();
  const built = await buildTargets();
  if (!built.succeeded) throw new SetupError(built.output);
  if (values.replay !== undefined) {
    return (await replay(values.target, values.replay)).succeeded ? 0 : 1;
  }
  let succeeded = true;
  for (const target of chosen) {
    const result = values.minimise
      ? await minimise(target, captures())
      : await runTarget(target, {
          seconds: positive('--seconds', values.seconds),
          runs: positive('--runs', values.runs),
          jobs: positive('--jobs', values.jobs) ?? availableParallelism(),
        });
    console.log(result.output);
    succeeded &&= result.succeeded;
  }
  return succeeded ? 0 : 1;
});

function readArguments() {
  try {
    return parseArgs({
      options: {
        help: { type: 'boolean' },
        target: { type: 'string' },
        seconds: { type: 'string' },
        runs: { type: 'string' },
        jobs: { type: 'string' },
        replay: { type: 'string' },
        minimise: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new SetupError(`${error.message}\n${usage}`);
  }
}

function positive(name, text) {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value <= 0)
    throw new SetupError(`${name} ${text}: a whole number above 0`);
  return value;
}

/** Of this project, and of one that lies beside it where there is one. */
function captures() {
  return ['test/fixtures/captures', '../shared/captures']
    .map((folder) => join(projectRoot, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => filesBelow(folder))
    .filter((file) => file.endsWith('.pcap'));
}
