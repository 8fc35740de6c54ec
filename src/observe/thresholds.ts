/** Beyond what a value is told of: `monitor:` of the configuration. What is absent is not watched. */
export interface Thresholds {
  /** From the master, of a clock that is in lock. */
  readonly offsetNs?: number;
  /** meanDelay of a clock, meanLinkDelay of a link. */
  readonly delayNs?: number;
  /** From one value of a link to the next. */
  readonly delayJumpNs?: number;
  /** How long a message stays in the switch. */
  readonly residenceNs?: number;
  /** Identities; any grandmaster unless set. */
  readonly expectedGrandmasters?: readonly string[];
}
