/** How a command fails: the exit codes, and which errors have messages that are printed for the operator. */
import { ConfigError } from '../config/config-error.js';

export const exitFailure = 1;
export const exitUsage = 2;

/** Ends a command with an exit code; with an empty message nothing more is printed. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly exitCode: typeof exitFailure | typeof exitUsage,
  ) {
    super(message);
  }
}

/** What the command line did not understand. */
export class UsageError extends CommandError {
  constructor(message: string) {
    super(message, exitUsage);
  }
}

export function exitCodeFor(error: unknown): number {
  if (error instanceof CommandError) return error.exitCode;
  return error instanceof ConfigError ? exitUsage : exitFailure;
}

/** One line an error, never a stack trace. */
export function messageFor(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
