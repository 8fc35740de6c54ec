/** Configuration files of tests, each in a folder that goes when its test is over. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ConfigError } from '../../../src/config/config-error.js';
import { loadConfig } from '../../../src/config/load.js';
import type { ConfigOptions } from '../../../src/config/options.js';

export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ptp-switch-config-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  return directory;
}

export function fileWith(text: string, directory = newDirectory()): string {
  const file = join(directory, 'switch.yaml');
  writeFileSync(file, text);
  return file;
}

/** The lines of the error that a configuration gives, with the folder cut off. */
export function complaints(text: string | undefined, options: ConfigOptions = {}): string[] {
  const directory = newDirectory();
  try {
    loadConfig(text === undefined ? undefined : fileWith(text, directory), options);
  } catch (error) {
    if (error instanceof ConfigError)
      return error.message.replaceAll(`${directory}/`, '').split('\n');
    throw error;
  }
  return [];
}
