/**
 * Bundles what runs in the guest, before the tests do: there it is Node alone, on a slow machine, which reads a few files
 * sooner than a hundred.
 */

import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { rolldown } from 'rolldown';
import { compiled } from '../support/netns/compiled.js';
import { findLab, GUEST_PROGRAMS } from './lab.js';

export default async function setup(): Promise<void> {
  if (findLab() === undefined) return;
  const sources = join(process.cwd(), 'test/hw/guest');
  const names = readdirSync(sources).filter((name) => name.endsWith('.ts'));
  const bundle = await rolldown({
    platform: 'node',
    input: Object.fromEntries(
      names.map((name) => [basename(name, '.ts'), join(sources, name)] as const),
    ),
  });
  await bundle.write({ dir: GUEST_PROGRAMS, cleanDir: true });
  compiled('frame-port');
}
