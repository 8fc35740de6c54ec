/** Which version of the product this is. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The version in the package's manifest, found in the nearest folder above this file that has one: compiled files lie
 * elsewhere than sources.
 */
export function productVersion(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) {
      return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
    }
    if (folder === dirname(folder)) throw new Error('package.json is missing: install anew');
  }
}
