/** What the kernel says of a network interface, as far as time stamping is concerned (ethtool and SIOCGHWTSTAMP). */
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
}
