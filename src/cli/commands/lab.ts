/** ptp-switch lab: shows the switch at work without a network. The hidden command lab-clock runs the lab's clocks. */
import type { CommandModule } from 'yargs';
import { failoverSeconds } from '../../lab/failover.js';
import { labScenarios, labTypes, type LabScenario, type LabType } from '../../lab/report/report.js';
import { CommandError, exitFailure, UsageError } from '../command-error.js';
import type { Environment } from '../environment.js';
import { jsonOption } from './options/json-option.js';

interface LabArguments {
  type: LabType;
  scenario: LabScenario | undefined;
  seconds: number | undefined;
  json: boolean;
}

/** Where the output is not a terminal, so that nobody can press Ctrl-C. */
const defaultSeconds = 15;

export function labCommand(environment: Environment): CommandModule<object, LabArguments> {
  return {
    command: 'lab',
    describe: 'A switch between time sources and three receivers, all on this machine',
    builder: (yargs) =>
      yargs
        .options({
          type: {
            choices: labTypes,
            requiresArg: true,
            default: labTypes[0],
            describe: 'What the switch is',
          },
          scenario: {
            choices: labScenarios,
            requiresArg: true,
            describe: `With --type bc: the better grandmaster is killed, and returns; takes ${failoverSeconds} seconds`,
          },
          seconds: {
            type: 'number',
            requiresArg: true,
            describe: `How long to measure; until Ctrl-C on a terminal, else ${defaultSeconds}`,
          },
          json: { ...jsonOption, describe: 'One document at the end, for scripts' },
        } as const)
        .example('$0 lab', 'a live table, until Ctrl-C')
        .example('$0 lab --type p2p-tc', 'with the peer-to-peer delay mechanism')
        .example('$0 lab --type bc', 'a boundary clock between two grandmasters')
        .example('$0 lab --type bc --scenario failover', 'the better one is killed, and returns')
        .example('$0 lab --seconds 10 --json', 'ten seconds of it, for a script'),
    handler: (args) => lab(args, environment),
  };
}

async function lab(args: LabArguments, environment: Environment): Promise<void> {
  const { seconds = environment.interactive && !args.json ? Infinity : defaultSeconds } = args;
  if (!(seconds > 0)) throw new UsageError('--seconds: write a number above 0');
  if (args.scenario !== undefined) checkScenario(args, seconds);
  const { missingPrerequisite } = await import('../../lab/prerequisites.js');
  const missing = missingPrerequisite();
  if (missing !== undefined) throw new CommandError(missing, exitFailure);
  const { runLab } = await import('../../lab/lab.js');
  const { displayFor } = await import('../formats/lab/lab-display.js');
  const display = displayFor(args.json, environment);
  const commandLine = [process.execPath, environment.script];
  try {
    const { type, scenario } = args;
    const { stop } = environment;
    const report = await runLab({ type, scenario, seconds, commandLine, stop, ...display });
    display.end(report);
  } catch (error) {
    display.end(undefined);
    throw error;
  }
}

function checkScenario({ type, scenario }: LabArguments, seconds: number): void {
  if (type !== 'bc') {
    throw new UsageError(
      `--scenario ${scenario}: only a boundary clock chooses between grandmasters: add --type bc`,
    );
  }
  if (seconds < failoverSeconds) {
    throw new UsageError(
      `--seconds ${seconds}: too short for --scenario ${scenario}: write ${failoverSeconds} or more`,
    );
  }
}

interface LabClockArguments {
  station: string;
  type: LabType;
  'timebase-ahead': string;
}

/**
 * One clock of the lab, in its namespace. It is for the lab only: it ends when the lab does, and prints samples as
 * JSON.
 */
export function labClockCommand(
  environment: Environment,
): CommandModule<object, LabClockArguments> {
  return {
    command: 'lab-clock <station>',
    describe: false,
    builder: (yargs) =>
      yargs.positional('station', { type: 'string', demandOption: true }).options({
        type: { choices: labTypes, requiresArg: true, default: labTypes[0] },
        'timebase-ahead': { type: 'string', requiresArg: true, demandOption: true },
      } as const),
    handler: async ({ station, type, 'timebase-ahead': aheadNs }) => {
      const { runStation } = await import('../../lab/stations/station.js');
      const { openDataPlane } = await environment.loadAddon();
      const { print, printError: warn, stop } = environment;
      const timebase = { timebaseAheadNs: BigInt(aheadNs) };
      await runStation({ name: station, type, ...timebase, openDataPlane, print, warn, stop });
    },
  };
}
