/** What is wrong with a configuration, said so that it can be put right without reading the source. */

export interface ConfigIssue {
  /** "switch.yaml:12" or "command line". */
  readonly where: string;
  /** The key in dotted form, "ports[1].delayAsymmetry"; empty where the file as a whole is meant. */
  readonly key: string;
  readonly problem: string;
  readonly remedy: string;
}

/** Thrown with every issue found, in the order of the file. The message has one line for each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly issues: readonly ConfigIssue[]) {
    super(issues.map(formatIssue).join('\n'));
  }
}

function formatIssue({ where, key, problem, remedy }: ConfigIssue): string {
  return [where, ...(key === '' ? [] : [key]), `${problem}; ${remedy}`].join(': ');
}
