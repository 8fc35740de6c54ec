/** ptp-switch reload: applies the changed file of a running switch. */
import type { CommandModule } from 'yargs';
import { CommandError, exitFailure, exitUsage } from '../command-error.js';
import type { Environment } from '../environment.js';
import { jsonOption } from './options/json-option.js';
import { socketOption } from './options/socket-option.js';

interface ReloadArguments {
  socket: string;
  'dry-run': boolean;
  json: boolean;
}

export function reloadCommand(environment: Environment): CommandModule<object, ReloadArguments> {
  return {
    command: 'reload',
    describe: 'Apply the changed file of a running switch, without stopping it',
    builder: (yargs) =>
      yargs
        .options({
          socket: socketOption,
          'dry-run': {
            type: 'boolean',
            default: false,
            describe: 'Tell what would be done, and do nothing',
          },
          json: jsonOption,
        } as const)
        .example('$0 reload', 'apply the file that the switch was started with, as it is now')
        .example('$0 reload --dry-run', 'what would be changed, and what needs a restart')
        .example('$0 reload --json', 'what was done, for scripts'),
    handler: async (args) => {
      const { ControlClient, RefusedError } = await import('../../control/client.js');
      const { reportLines } = await import('../../daemon/reload/reload-report.js');
      try {
        const report = await new ControlClient(args.socket).reload(args['dry-run']);
        environment.print(
          args.json ? JSON.stringify(report, null, 2) : reportLines(report).join('\n'),
        );
        // Asked without --dry-run it would fail.
        if (report.refused.length > 0) throw new CommandError('', exitFailure);
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        throw new CommandError(error.message, error.byConfiguration ? exitUsage : exitFailure);
      }
    },
  };
}
