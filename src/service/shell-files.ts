/** What makes the program known to shells and to man: installed beside the first service of a machine, removed with the last. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface ShellFile {
  /** Below /usr/local/share. */
  readonly path: string;
  readonly text: string;
  /** In the text, and in that of every earlier version: the file may be replaced and removed. */
  readonly marker: string;
}

/** @returns what was done, one line each: what is as it should be goes without saying */
export function installShellFiles(files: readonly ShellFile[], directory: string): string[] {
  return files.flatMap(({ path, text, marker }) => {
    const file = join(directory, path);
    const before = textOf(file);
    if (before === text) return [];
    if (before !== undefined && !before.includes(marker)) return [`${file}: somebody else's: left`];
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: 0o644 });
    return [`${file}: written`];
  });
}

/** @returns what was done, one line each */
export function removeShellFiles(
  files: readonly Omit<ShellFile, 'text'>[],
  directory: string,
): string[] {
  return files.flatMap(({ path, marker }) => {
    const file = join(directory, path);
    if (textOf(file)?.includes(marker) !== true) return [];
    rmSync(file);
    return [`${file}: removed`];
  });
}

function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
