/** Which version of the product this is. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** As in the package's manifest: that of the nearest folder that has one, wherever this was compiled to. */
export function productVersion(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) {
      return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
    }
    if (folder === dirname(folder)) throw new Error('package.json is missing: install anew');
  }
}
