/** Applies the file that a switch was started with, as it is now: asked by a signal, or at the control socket. */
import type { Config } from '../config/config.js';
import type { Log } from './machine/log.js';
import type { ServiceManager } from './machine/service-manager.js';
import type { ReloadReport } from './reload/reload-report.js';
import type { Switch } from './switch.js';

export class NoFileError extends Error {
  constructor() {
    super(
      'the switch was started without a file, so there is nothing to reload: start it with run -c FILE',
    );
  }
}

export interface ReloadsOptions {
  readonly running: Pick<Switch, 'reload'>;
  /** Reads the file, with the options of the command line laid over it; absent where there is no file. @throws ConfigError */
  readonly load: (() => Config) | undefined;
  readonly manager: Pick<ServiceManager, 'reloading' | 'reloaded'>;
  readonly log: Log;
}

export class Reloads {
  readonly #options: ReloadsOptions;

  constructor(options: ReloadsOptions) {
    this.#options = options;
  }

  /** @throws ConfigError, RestartNeededError, NoFileError, or what an instance throws: with nothing changed */
  reload(dryRun: boolean): ReloadReport {
    const { running, load, manager } = this.#options;
    if (load === undefined) throw new NoFileError();
    if (dryRun) return running.reload(load(), { dryRun });
    manager.reloading();
    try {
      return running.reload(load());
    } finally {
      manager.reloaded();
    }
  }

  /** By a signal, which has nobody to answer to: errors are for the log. */
  onSignal(): void {
    try {
      this.reload(false);
    } catch (error) {
      this.#options.log.warn(`reload: nothing was changed: ${(error as Error).message}`);
    }
  }
}
