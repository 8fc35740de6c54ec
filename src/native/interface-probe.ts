/** What the kernel and its driver say of a network interface, as far as time stamping is concerned. */
export interface InterfaceProbe {
  readonly interface: string;
  readonly exists: boolean;
  readonly interfaceIndex: number;
  readonly mac: string;
  /** Administratively up. */
  readonly up: boolean;
  /** Carrier. */
  readonly running: boolean;
  /** Ethernet (ARPHRD_ETHER); PTP ports must be. */
  readonly ethernet: boolean;
  readonly loopback: boolean;
  /** Megabit a second; -1 unknown. */
  readonly speedMbps: number;
  readonly driver: string;
  /** /dev/ptpN of the interface's hardware clock, -1 without one. */
  readonly phcIndex: number;
  readonly capabilities: {
    readonly softwareTransmit: boolean;
    readonly softwareReceive: boolean;
    readonly hardwareTransmit: boolean;
    readonly hardwareReceive: boolean;
    readonly rawHardwareClock: boolean;
  };
  /** HWTSTAMP_TX_* and HWTSTAMP_FILTER_* the driver offers, as ethtool -T prints them: "off", "on", "none", "all", "ptpv2-event", ... */
  readonly transmitTypes: readonly string[];
  readonly receiveFilters: readonly string[];
  /** The time stamping mode set now; null where the driver has none. */
  readonly current: { readonly transmitType: string; readonly receiveFilter: string } | null;
  /** Why its hardware time stamps cannot be used, in words: "it has none"; null where they can. */
  readonly hardwareObstacle: string | null;
  /** Transmit time stamps that its hardware holds at once, as far as the driver is known. */
  readonly outstandingTimestamps: number;
  /** Interrupts of received frames wait for more frames; null where the driver does not say. */
  readonly coalescing: {
    /** Microseconds at most. */
    readonly receiveUsecs: number;
    /** The driver adapts the time by itself. */
    readonly adaptiveReceive: boolean;
  } | null;
  /** Energy-Efficient Ethernet (802.3az); null where the driver does not say. */
  readonly energyEfficiency: {
    readonly enabled: boolean;
    /** The peer has agreed: the link sleeps between frames. */
    readonly active: boolean;
  } | null;
  /**
   * Features that merge received packets of UDP into one, and are on, as ethtool calls them: "rx-udp-gro-forwarding",
   * "rx-gro-list", "rx-lro".
   */
  readonly mergeOffloads: readonly string[];
}
