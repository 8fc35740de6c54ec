/** The file in which the clockIdentity of this box is kept over a restart: one line of text. */
import { dirname } from 'node:path';
import { readIfThere, replaceText } from './text-file.js';

export interface IdentityFile {
  readonly path: string;
  /**
   * Undefined where there is no file yet.
   * @throws Error that says why it cannot be read
   */
  readonly read: () => string | undefined;
  /** @throws what the file system throws */
  readonly write: (text: string) => void;
}

/** Beside the file of the rates; nowhere if that is nowhere. */
export function identityFileBeside(driftPath: string | undefined): IdentityFile | undefined {
  if (driftPath === undefined) return undefined;
  const path = `${dirname(driftPath)}/clock-identity`;
  return {
    path,
    read: () => readIfThere(path)?.trim(),
    write: (text) => {
      replaceText(path, `${text}\n`);
    },
  };
}
