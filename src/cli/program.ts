/** The command line as a whole: which commands there are, what they print when misused, which exit code they end with. */
import yargs, { type CommandModule } from 'yargs';
import { bridgeCommand } from './commands/bridge.js';
import { checkCommand } from './commands/check.js';
import { completionCommand, manPageCommand } from './commands/completion.js';
import { exitCodeFor, messageFor, UsageError } from './command-error.js';
import { doctorCommand } from './commands/doctor.js';
import type { Environment } from './environment.js';
import { eventsCommand } from './events/command.js';
import { healthCommand } from './commands/health.js';
import { installServiceCommand } from './commands/install-service.js';
import { labClockCommand, labCommand } from './commands/lab.js';
import { monitorCommand } from './commands/monitor.js';
import { reloadCommand } from './commands/reload.js';
import { runCommand } from './commands/run.js';
import { showCommand } from './commands/show.js';
import { statsCommand } from './commands/stats.js';
import { statusCommand } from './commands/status.js';

/**
 * @param args without node and the script
 * @returns the exit code: 0, 1 after a failure, 2 for wrong usage or configuration
 */
export async function runCommandLine(
  args: readonly string[],
  environment: Environment,
): Promise<number> {
  const commands = commandsOf(environment);
  const parser = yargs()
    .scriptName('ptp-switch')
    .usage('$0 <command>: a PTP transparent clock between the ports of this machine')
    .command(commands as CommandModule[])
    .completion('yargs-completion', false)
    .demandCommand(1, 'which command?')
    .strict()
    .check(forbidRepetition)
    .version(environment.version)
    .help()
    .alias({ h: 'help' })
    .wrap(100)
    .epilogue('Exit codes: 0 done, 1 failure, 2 wrong usage or configuration.')
    .exitProcess(false)
    .fail((message, error) => {
      // What yargs finds wrong comes as a message, or as an error of its own kind; the rest are errors of commands.
      if (error instanceof Error && error.name !== 'YError') throw error;
      const inALine = (error?.message ?? message).replaceAll(/\s*\n\s*/g, ' ');
      throw new UsageError(`${inALine}: see ptp-switch --help`);
    });
  try {
    await parser.parseAsync(args, {}, (_error, _argv, output) => {
      if (output !== '') environment.print(output);
    });
    return 0;
  } catch (error) {
    const message = messageFor(error);
    if (message !== '') environment.log.error(message);
    return exitCodeFor(error);
  }
}

/** Those that are hidden, too. */
export function commandsOf(environment: Environment): readonly CommandModule[] {
  // Each has arguments of its own, which are of no concern to whoever has them all.
  const commands = [
    runCommand(environment),
    reloadCommand(environment),
    statusCommand(environment),
    healthCommand(environment),
    statsCommand(environment),
    eventsCommand(environment),
    monitorCommand(environment),
    showCommand(environment),
    bridgeCommand(environment),
    doctorCommand(environment),
    checkCommand(environment),
    installServiceCommand(environment, () => commands),
    labCommand(environment),
    completionCommand(environment),
    labClockCommand(environment),
    manPageCommand(environment, () => commands),
  ] as readonly CommandModule[];
  return commands;
}

/** Options and arguments that may be given more than once. */
const lists = new Set(['_', 'i', 'interface', 'interfaces']);

/** Refuses an option that is given twice, of which yargs makes a list whatever its type. */
function forbidRepetition(args: Readonly<Record<string, unknown>>): true {
  for (const [name, value] of Object.entries(args)) {
    if (Array.isArray(value) && !lists.has(name)) throw new UsageError(`--${name}: say it once`);
  }
  return true;
}
