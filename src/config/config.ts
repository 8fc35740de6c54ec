/** What a ptp-switch is told to be: the validated configuration that every other part works from. */

export interface Config {
  readonly timestamping: TimestampingChoice;
  /** In the order of the configuration, which is the order of port numbers. At least two. */
  readonly ports: readonly PortConfig[];
  readonly instances: readonly InstanceConfig[];
}

/** `auto`: hardware time stamps where every port can give them on one clock, else software. */
export type TimestampingChoice = 'auto' | 'hardware' | 'software';

export interface PortConfig {
  readonly interface: string;
  /** Between the reference plane and the time stamping point, clause 7.3.4. */
  readonly ingressLatencyNs: number;
  readonly egressLatencyNs: number;
  /** Half the difference of the two directions' delays, positive when the way in is the longer, clause 7.4.2. */
  readonly delayAsymmetryNs: number;
}

export type InstanceConfig = EndToEndConfig | PeerToPeerConfig | BoundaryClockConfig;

/** An end-to-end transparent clock. */
export interface EndToEndConfig {
  readonly type: 'e2e-tc';
  readonly domain: number | 'any';
}

/** A peer-to-peer transparent clock. */
export interface PeerToPeerConfig {
  readonly type: 'p2p-tc';
  readonly domain: number | 'any';
  /** How often every link is measured: logarithm to the base 2 of seconds, clause 9.5.13. */
  readonly logMinPdelayReqInterval: number;
}

/** A boundary clock on all ports, its time virtual. Names as in the data sets (8.2). */
export interface BoundaryClockConfig {
  readonly type: 'bc';
  readonly domain: number;
  readonly transport: 'l2' | 'udp4' | 'udp6';
  readonly delayMechanism: 'e2e';
  readonly priority1: number;
  readonly priority2: number;
  readonly clockClass: number;
  readonly logAnnounceInterval: number;
  readonly announceReceiptTimeout: number;
  readonly logSyncInterval: number;
  readonly logMinDelayReqInterval: number;
  /** Announce tells which clocks it has come through, clause 16.2. */
  readonly pathTrace: boolean;
  readonly clock: 'virtual';
}
