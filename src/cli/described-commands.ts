/** What commands say of themselves, got by handing their builders something that only takes notes. */
import type { Argv, CommandModule } from 'yargs';

export interface DescribedOption {
  readonly name: string;
  readonly alias: string | undefined;
  readonly description: string;
  /** Of an option without a value: `boolean`. */
  readonly type: string | undefined;
  readonly choices: readonly string[];
  readonly defaultValue: string | undefined;
  readonly isOptionalValue: boolean;
}

export interface DescribedExample {
  readonly command: string;
  readonly description: string;
}

export interface DescribedCommand {
  /** "show <what> [interfaces..]" */
  readonly usage: string;
  readonly name: string;
  readonly description: string;
  readonly positionals: readonly DescribedOption[];
  readonly options: readonly DescribedOption[];
  readonly examples: readonly DescribedExample[];
}

/** As yargs takes it, as far as it is used here. */
interface OptionNotes {
  readonly alias?: string;
  readonly describe?: string;
  readonly type?: string;
  readonly choices?: readonly unknown[];
  readonly default?: unknown;
  readonly requiresArg?: boolean;
}

/** Without those that are hidden. */
export function describedCommands(commands: readonly CommandModule[]): DescribedCommand[] {
  return commands.flatMap(({ command, describe, builder }) => {
    if (typeof command !== 'string' || typeof describe !== 'string') return [];
    const notes = new Notes();
    if (typeof builder === 'function') void builder(notes.argv);
    return [
      {
        usage: command,
        name: command.split(' ')[0] ?? command,
        description: describe,
        positionals: notes.positionals,
        options: notes.options,
        examples: notes.examples,
      },
    ];
  });
}

class Notes {
  readonly positionals: DescribedOption[] = [];
  readonly options: DescribedOption[] = [];
  readonly examples: DescribedExample[] = [];

  /** Every method of it returns it; those that describe something are noted. */
  readonly argv: Argv = new Proxy({} as Argv, {
    get:
      (_target, method) =>
      (...args: readonly unknown[]): Argv => {
        this.#note(String(method), args);
        return this.argv;
      },
  });

  #note(method: string, args: readonly unknown[]): void {
    switch (method) {
      case 'positional':
        this.positionals.push(described(args[0] as string, args[1] as OptionNotes));
        return;
      case 'options':
        for (const [name, notes] of Object.entries(args[0] as Record<string, OptionNotes>))
          this.options.push(described(name, notes));
        return;
      case 'example':
        this.examples.push({ command: args[0] as string, description: args[1] as string });
        return;
    }
  }
}

function described(name: string, notes: OptionNotes): DescribedOption {
  const { alias, describe = '', type, choices = [], default: value, requiresArg } = notes;
  // A switch that is on unless said otherwise is said otherwise.
  const isOnByDefault = type === 'boolean' && value === true;
  return {
    name: isOnByDefault ? `no-${name}` : name,
    alias,
    description: isOnByDefault ? describe.replace(new RegExp(`^--no-${name}: `), '') : describe,
    type,
    choices: choices.map(String),
    defaultValue:
      typeof value === 'string' || typeof value === 'number' ? String(value) : undefined,
    isOptionalValue: type !== 'boolean' && requiresArg !== true && choices.length === 0,
  };
}
