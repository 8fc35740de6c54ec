/** Applies the file that a switch was started with, as it is now: asked by a signal, or at the control socket. */
import { ConfigError } from '../config/config-error.js';
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

/** What is wrong with the file, as `check` says it. */
export class MistakeInFileError extends Error {}

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

  /** @throws MistakeInFileError, RestartNeededError, NoFileError, or what an instance throws: with nothing changed */
  reload(dryRun: boolean): ReloadReport {
    const { running, load, manager } = this.#options;
    if (load === undefined) throw new NoFileError();
    const config = this.#read(load);
    if (dryRun) return running.reload(config, { dryRun });
    manager.reloading();
    try {
      return running.reload(config);
    } finally {
      manager.reloaded();
    }
  }

  #read(load: () => Config): Config {
    try {
      return load();
    } catch (error) {
      if (error instanceof ConfigError) throw new MistakeInFileError(error.message);
      throw error;
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
