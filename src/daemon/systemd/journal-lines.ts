/**
 * Lines for the journal: each begins with its priority (sd-daemon(3), SD_WARNING and its like), where what is written
 * goes there and not to a terminal or a file.
 */
import { fstatSync } from 'node:fs';

/** Of syslog(3). */
export type Priority = 3 | 4 | 6;
export const priorities = { error: 3, warning: 4, info: 6 } as const;

/** Device and inode of an open file, as JOURNAL_STREAM has them. @throws where it is closed */
type FileIdentity = (descriptor: number) => string;

/**
 * Whether what is written to a descriptor goes to the journal (systemd.exec(5), JOURNAL_STREAM). The variable alone
 * does not say so: it is inherited by programs whose output has been redirected.
 */
export function isJournal(
  descriptor: number,
  variables: Readonly<Record<string, string | undefined>>,
  identityOf: FileIdentity = deviceAndInode,
): boolean {
  const stream = variables['JOURNAL_STREAM'];
  if (stream === undefined || stream === '') return false;
  try {
    return identityOf(descriptor) === stream;
  } catch {
    return false;
  }
}

function deviceAndInode(descriptor: number): string {
  const { dev, ino } = fstatSync(descriptor, { bigint: true });
  return `${dev}:${ino}`;
}

/** @param text of one line or several: to the journal each of them is a message of its own */
export function withPriority(priority: Priority, text: string): string {
  return text
    .split('\n')
    .map((line) => `<${priority}>${line}`)
    .join('\n');
}
