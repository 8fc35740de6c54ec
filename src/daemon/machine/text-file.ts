/** Small files of the machine that need not be there. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';

/** Undefined where there is none, or it cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // who wants it says what it means that it is not there
  }
}

/**
 * Undefined where there is none.
 * @throws what the file system throws where there is one that cannot be read
 */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * As a whole: whoever reads it after a crash or a power cut finds the one or the other text and no half of it.
 * @throws what the file system throws
 */
export function replaceText(path: string, text: string): void {
  const next = `${path}.next`;
  const file = openSync(next, 'w', 0o644);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(next, path);
}

/** Another one after each start of the machine (random(4)); empty where the kernel does not say. */
export function bootId(): string {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}
