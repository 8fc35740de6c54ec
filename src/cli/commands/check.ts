/** ptp-switch check: whether a configuration is valid, without touching an interface. */
import type { CommandModule } from 'yargs';
import type { Environment } from '../environment.js';

interface CheckArguments {
  file: string;
}

export function checkCommand(environment: Environment): CommandModule<object, CheckArguments> {
  return {
    command: 'check <file>',
    describe: 'Validate a configuration file',
    builder: (yargs) =>
      yargs
        .positional('file', { type: 'string', demandOption: true, describe: 'YAML file' })
        .example(
          '$0 check switch.yaml',
          'every error with file, line, key and remedy; exit code 2',
        ),
    handler: async ({ file }) => {
      const { loadConfig } = await import('../../config/load.js');
      const { ports, instances } = loadConfig(file);
      const kinds = instances.map(({ type, domain }) => `${type} (domain ${domain})`).join(', ');
      environment.print(`${file}: valid: ${ports.length} ports, ${kinds}`);
    },
  };
}
