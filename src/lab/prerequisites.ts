/** What the lab needs of the machine. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { environmentWithSbin } from '../bridge/programs.js';

const programs = [
  { command: 'ip', debianPackage: 'iproute2' },
  { command: 'setpriv', debianPackage: 'util-linux' },
];

/**
 * Undefined when everything is there; otherwise what is missing and what to do, in one line.
 * @param userId of this process
 * @param path folders of programs, as in the environment variable
 */
export function missingPrerequisite(
  userId = process.getuid?.(),
  path = environmentWithSbin['PATH'] ?? '',
): string | undefined {
  if (userId !== 0) return 'lab: only root can make network namespaces: run it with sudo';
  const folders = path.split(delimiter);
  for (const { command, debianPackage } of programs) {
    if (folders.some((folder) => existsSync(join(folder, command)))) continue;
    return `lab: there is no ${command} command: install it with apt-get install ${debianPackage}`;
  }
  return undefined;
}
