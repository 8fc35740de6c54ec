/** -d and --domain: one domain only. */
import { UsageError } from '../../command-error.js';

const highestDomain = 255;

export const domainOption = {
  alias: 'd',
  type: 'string',
  requiresArg: true,
  describe: 'One domain only',
  coerce: (text: string | undefined): number | undefined => {
    // What is given twice is refused elsewhere (program.ts).
    if (text === undefined || typeof text !== 'string') return text;
    const domain = Number(text);
    if (/^\d+$/.test(text) && domain <= highestDomain) return domain;
    throw new UsageError(`--domain: write a number from 0 to ${highestDomain}`);
  },
} as const;
