/** ptp-switch completion: what a shell needs to complete commands and options, and the man page, which nobody types. */
import type { CommandModule } from 'yargs';
import type { Environment } from '../environment.js';
import { completionShells, completionText, type CompletionShell } from '../formats/completion.js';

interface CompletionArguments {
  shell: CompletionShell;
}

export function completionCommand(
  environment: Environment,
): CommandModule<object, CompletionArguments> {
  return {
    command: 'completion <shell>',
    describe: 'Print what completes commands and options in a shell; install-service installs it',
    builder: (yargs) =>
      yargs
        .positional('shell', {
          choices: completionShells,
          demandOption: true,
          describe: 'Of which shell',
        })
        .example('source <($0 completion bash)', 'in this shell only')
        .example('$0 completion zsh > "${fpath[1]}/_ptp-switch"', 'of zsh, from the next one on'),
    handler: ({ shell }) => environment.print(completionText(shell).trimEnd()),
  };
}

/** The source of ptp-switch(1), for packages; `commands` are the others. */
export function manPageCommand(
  environment: Environment,
  commands: () => readonly CommandModule[],
): CommandModule {
  return {
    command: 'man-page',
    describe: false,
    handler: async () => {
      const { manPage } = await import('../formats/man-page.js');
      const { describedCommands } = await import('../described-commands.js');
      environment.print(manPage(describedCommands(commands()), environment.version).trimEnd());
    },
  };
}
