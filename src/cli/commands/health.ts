/** ptp-switch health: whether a running switch is well, for people and for scripts. */
import type { CommandModule } from 'yargs';
import { CommandError, exitFailure, exitUsage } from '../command-error.js';
import type { Environment } from '../environment.js';
import { jsonOption } from './options/json-option.js';
import { socketOption } from './options/socket-option.js';

interface HealthArguments {
  socket: string;
  json: boolean;
}

export function healthCommand(environment: Environment): CommandModule<object, HealthArguments> {
  return {
    command: 'health',
    describe: 'Whether the switch is well: a line a check, what to do behind what fails',
    builder: (yargs) =>
      yargs
        .options({
          socket: socketOption,
          json: jsonOption,
        } as const)
        .example('$0 health', 'what is looked at, how it is, and what to do where it fails')
        .example('$0 health -j', 'the same for a script')
        .epilogue(
          'Exit codes: 0 nothing fails (WARN is no failure), 1 something fails, 2 no switch.',
        ),
    handler: (args) => health(args, environment),
  };
}

async function health(args: HealthArguments, environment: Environment): Promise<void> {
  const { ControlClient } = await import('../../control/client.js');
  const { ControlError } = await import('../../control/socket-file.js');
  const { formatHealth } = await import('../formats/health.js');
  const found = await new ControlClient(args.socket).ask('/health').catch((error: unknown) => {
    // A monitoring system has to tell a switch that is not well from one that cannot be asked.
    if (error instanceof ControlError) throw new CommandError(error.message, exitUsage);
    throw error;
  });
  environment.print(args.json ? JSON.stringify(found, null, 2) : formatHealth(found));
  if (!found.healthy) throw new CommandError('', exitFailure);
}
