/** The log of a running switch. */

/** Lines for the operator. */
export interface Log {
  readonly info: (line: string) => void;
  /** Something the operator may have to act upon. */
  readonly warn: (line: string) => void;
}
