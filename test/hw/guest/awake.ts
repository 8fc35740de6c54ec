/** The guest's clock counts instructions, and while the processor is idle it skips to the next timer: see awake(). */

import { Child } from '../../support/netns/child.js';

/**
 * Keeps the processor busy, with the least of priorities, while `run` starts programs. Their files come from outside the
 * guest; were it idle meanwhile, its clock would rush ahead and every time-out expire.
 */
export async function awake<T>(run: () => Promise<T>): Promise<T> {
  const spinner = new Child('nice', ['-n', '19', 'sh', '-c', 'while :; do :; done']);
  try {
    return await run();
  } finally {
    await spinner.stop('SIGKILL');
  }
}
