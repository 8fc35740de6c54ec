/** Where a switch at work says what the operator should know. */

/** Lines for the operator. */
export interface Log {
  readonly info: (line: string) => void;
  /** Something the operator may have to act upon. */
  readonly warn: (line: string) => void;
}
