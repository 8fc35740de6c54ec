/** ptp-switch install-service: a switch that starts with the machine, under systemd. */
import { resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import type { UnitOptions } from '../../service/unit.js';
import { UsageError } from '../command-error.js';
import type { Environment } from '../environment.js';
import { socketOption } from './options/socket-option.js';

interface InstallServiceArguments {
  config: string | undefined;
  name: string;
  socket: string;
  cpu: number | undefined;
  'busy-poll': boolean;
  print: boolean;
  start: boolean;
  remove: boolean;
}

const defaultName = 'ptp-switch';

/** @param commands all of the program, for its man page */
export function installServiceCommand(
  environment: Environment,
  commands: () => readonly CommandModule[],
): CommandModule<object, InstallServiceArguments> {
  return {
    command: 'install-service',
    describe: 'Have systemd run a switch from now on: write its unit, enable and start it',
    builder: (yargs) =>
      yargs
        .options({
          config: { alias: 'c', type: 'string', requiresArg: true, describe: 'YAML file' },
          name: {
            type: 'string',
            requiresArg: true,
            default: defaultName,
            describe: 'Of the service',
          },
          socket: socketOption,
          cpu: { type: 'number', requiresArg: true, describe: 'As of run' },
          'busy-poll': { type: 'boolean', default: false, describe: 'As of run' },
          print: {
            type: 'boolean',
            default: false,
            describe: 'Print the unit and touch nothing; needs neither root nor systemd',
          },
          start: {
            type: 'boolean',
            default: true,
            describe: '--no-start: with the next boot, not now',
          },
          remove: {
            type: 'boolean',
            default: false,
            describe: 'Stop the service and remove its unit',
          },
        } as const)
        .example('$0 install-service -c /etc/ptp-switch.yaml', 'again after a change: it restarts')
        .example('$0 install-service -c /etc/ptp-switch.yaml --print', 'look at the unit first')
        .example('$0 install-service --remove', 'away with it'),
    handler: (args) => installService(args, environment, commands),
  };
}

async function installService(
  args: InstallServiceArguments,
  { print, script, version }: Environment,
  commands: () => readonly CommandModule[],
): Promise<void> {
  if (!/^[A-Za-z0-9:_.-]+$/.test(args.name) || args.name.endsWith('.service')) {
    throw new UsageError('--name: letters, digits, and : _ . - only, without .service');
  }
  const {
    installService: install,
    removeService,
    thisHost,
  } = await import('../../service/install.js');
  const files = async () => (await import('../shell-files.js')).shellFiles(commands(), version);
  if (args.remove) {
    if (args.config !== undefined || args.print) {
      throw new UsageError('--remove: takes no -c and no --print, only --name');
    }
    print(removeService(args.name, thisHost(), await files()).join('\n'));
    return;
  }
  const options = await unitOptions(args, script);
  if (args.print) {
    const { unitText } = await import('../../service/unit.js');
    print(unitText(options).trimEnd());
    return;
  }
  const { start } = args;
  print(install(options, { start, shellFiles: await files() }, thisHost()).join('\n'));
}

/** Makes all paths absolute, as a unit needs them; the unit runs the program that runs now. */
async function unitOptions(args: InstallServiceArguments, script: string): Promise<UnitOptions> {
  if (args.config === undefined) {
    throw new UsageError('-c: name the configuration file of the switch');
  }
  if (args.cpu !== undefined && !(Number.isInteger(args.cpu) && args.cpu >= 0)) {
    throw new UsageError('--cpu: write the number of a processor, from 0');
  }
  const { loadConfig } = await import('../../config/load.js');
  loadConfig(args.config);
  return {
    name: args.name,
    node: process.execPath,
    script,
    config: resolve(args.config),
    socket: resolve(args.socket),
    arguments: [
      ...(args.cpu === undefined ? [] : ['--cpu', String(args.cpu)]),
      ...(args['busy-poll'] ? ['--busy-poll'] : []),
    ],
  };
}
