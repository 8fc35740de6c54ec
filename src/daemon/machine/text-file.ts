/** Small files of the machine that need not be there. */
import { readFileSync } from 'node:fs';

/** Undefined where there is none, or it cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // who wants it says what it means that it is not there
  }
}

/** Another one after each start of the machine (random(4)); empty where the kernel does not say. */
export function bootId(): string {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}
