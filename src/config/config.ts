/** What a ptp-switch is told to be: the validated configuration that every other part works from. */

export interface Config {
  readonly timestamping: TimestampingChoice;
  /** In the order of the configuration, which is the order of port numbers. Two or more, but for an ordinary clock. */
  readonly ports: readonly PortConfig[];
  readonly instances: readonly InstanceConfig[];
  /** Absent: nothing may be set. */
  readonly management?: ManagementConfig;
  /** What events tell of; what is unless set is in monitor-schema.ts. */
  readonly monitor?: MonitorConfig;
  /** The group that may use the control socket, its name or number; that of the process unless set. */
  readonly socketGroup?: string;
  /** The kernel bridge that ordinary traffic takes between the ports; none: the switch carries PTP alone. */
  readonly bridge?: BridgeConfig;
  /** A port by which forwarded PTP messages come round a second time is isolated for a while. */
  readonly loopGuard?: boolean;
  /** What one port may have of the engine's tables; the engine's own sizes unless set. */
  readonly limits?: Limits;
  /** Where the rates that clocks have learned are kept between runs; in systemd's state directory unless set. */
  readonly driftFile?: string;
  /** Of all clocks of this box, as text; made from a MAC address unless set. */
  readonly clockIdentity?: string;
  /** SO_PRIORITY of PTP messages that are sent, 0 to 15; 7 (TC_PRIO_CONTROL) unless set. */
  readonly socketPriority?: number;
  /** Switches around that snoop on IGMP and MLD are told that PTP over UDP is wanted here. */
  readonly membershipReports?: boolean;
}

/** A bridge of our own, or one that the system manages and the ports join. Names and units as in iproute2 and 802.1D. */
export interface BridgeConfig {
  readonly name: string;
  /** It is there already and somebody else's: the ports join it, nothing of it is changed. */
  readonly existing: boolean;
  readonly stp: boolean;
  /** How long a port listens and then learns before it forwards, seconds: 802.1D, 8.10.2. */
  readonly forwardDelay: number;
  readonly vlanFiltering: boolean;
  readonly igmpSnooping: boolean;
  readonly querier: boolean;
  /** PTP over UDP is sent only by ports behind which somebody listens to its groups. */
  readonly pruneMulticast: boolean;
  /** The host's own addresses on the bridge, with their prefix lengths. */
  readonly address: readonly string[];
  /** Programs of this host speak PTP on the bridge interface: their frames pass between it and the ports. */
  readonly hostPtp: boolean;
  /** What the bridge does with PTP frames after the switch was killed: still keeps them, or carries them uncorrected. */
  readonly onExit: 'block' | 'forward';
  /** What becomes of the bridge when the switch is stopped: what was before is restored, or it stays for the next start to take over. */
  readonly onStop: 'restore' | 'keep';
}

/** The share of one port, which no other port can spend; what one port does not use serves the others. */
export interface Limits {
  /** Event messages that are remembered for the general messages after them: a share lasts 4 s. */
  readonly exchanges?: number;
  /** General messages that wait for a time stamp, or for the event message that they have overtaken. */
  readonly heldMessages?: number;
  /** Unicast addresses that are learned. */
  readonly addresses?: number;
  /** Messages of the latest 200 ms by which loops are found. */
  readonly loopFingerprints?: number;
}

/** Which VLANs a port is in, on a bridge that filters them. */
export interface VlanConfig {
  /** Of frames without a tag, which leave without one as well; none: such frames are dropped. */
  readonly pvid?: number;
  readonly tagged: readonly number[];
}

/** Beyond what events tell of a value; what is absent is not watched. */
export interface MonitorConfig {
  /** From the master, of a clock that is in lock. */
  readonly offsetNs?: number;
  /** Of the path to a master, and of a link. */
  readonly delayNs?: number;
  /** From one delay of a link to the next; by the kind of time stamps unless set. */
  readonly delayJumpNs?: number;
  /** How long a message stays in the switch. */
  readonly residenceNs: number;
  /** As text; any unless set. */
  readonly expectedGrandmasters?: readonly string[];
}

/** Of management messages on the wire; the control socket is ruled by its file's permissions. */
export interface ManagementConfig {
  /** SET and COMMAND are carried out for whoever can send a frame. */
  readonly allowSet: boolean;
  /** So many messages are minded by each instance in a second. */
  readonly requestsPerSecond: number;
}

/**
 * `mixed`: each port has the best time stamps that it can give. `auto`: the same, unless one port alone can give hardware ones:
 * then all have software ones. `hardware`: a port that cannot give hardware ones is an error.
 */
export type TimestampingChoice = 'auto' | 'hardware' | 'software' | 'mixed';

export interface PortConfig {
  readonly interface: string;
  /** Between the reference plane and the time stamping point, clause 7.3.4. */
  readonly ingressLatencyNs: number;
  readonly egressLatencyNs: number;
  /** Half the difference of the two directions' delays, positive when the way in is the longer, clause 7.4.2. */
  readonly delayAsymmetryNs: number;
  /** None: VLAN 1, untagged, as the kernel has it. */
  readonly vlan?: VlanConfig;
  /** The NIC and the kernel go on merging received packets of UDP. */
  readonly keepMergeOffloads?: boolean;
}

export type InstanceConfig = EndToEndConfig | PeerToPeerConfig | ClockConfig;

/** What the messages of an instance are like, whatever they say; what is absent is the profile's. */
export interface MessageConfig {
  /** 13.3.2.4: 0 is 1588-2008, 1 is 1588-2019. */
  readonly minorVersionPTP?: number;
  readonly encapsulation?: EncapsulationConfig;
}

export interface EncapsulationConfig {
  /** RFC 2474, of UDP packets. */
  readonly eventDscp?: number;
  readonly generalDscp?: number;
  /** Or hop limit. */
  readonly multicastTimeToLive?: number;
  readonly unicastTimeToLive?: number;
  /** The PCP of a VLAN tag. */
  readonly vlanPriority?: number;
  /** How far the group of UDP/IPv6 reaches, but for that of peer delay. */
  readonly ipv6Scope?: 'link' | 'admin' | 'site' | 'organization' | 'global';
  /** The group of Ethernet, but for that of peer delay. */
  readonly l2Destination?: string;
}

/** What messages a transparent clock forwards, of those that no clock of this box takes. */
export interface ForwardedMessages {
  readonly domain: number | 'any';
  /** 12 bits, clause 7.1.4; any unless set. */
  readonly sdoId?: number | 'any';
  /** All unless set. */
  readonly transport?: ClockPortConfig['transport'];
}

/** An end-to-end transparent clock. */
export interface EndToEndConfig extends ForwardedMessages {
  readonly type: 'e2e-tc';
}

/** A peer-to-peer transparent clock. */
export interface PeerToPeerConfig extends ForwardedMessages, MessageConfig {
  readonly type: 'p2p-tc';
  /** How often every link is measured: logarithm to the base 2 of seconds, clause 9.5.13. */
  readonly logMinPdelayReqInterval: number;
}

/** A clock that takes part in the protocol: `bc` on many ports, `oc` on one. Names as in the data sets (8.2). */
export interface ClockConfig extends MessageConfig {
  readonly type: 'bc' | 'oc';
  /** As text; the one of this box unless set. */
  readonly clockIdentity?: string;
  readonly domain: number;
  /** 12 bits, clause 7.1.4. */
  readonly sdoId: number;
  readonly priority1: number;
  readonly priority2: number;
  readonly clockClass: number;
  readonly clockAccuracy: number;
  readonly offsetScaledLogVariance: number;
  /** Never a master, clause 9.2.2.1; an `oc` alone. */
  readonly slaveOnly: boolean;
  /** Announce tells which clocks it has come through, clause 16.2. */
  readonly pathTrace: boolean;
  /** What it steers: nothing, the hardware clocks of its ports, CLOCK_REALTIME. */
  readonly clock: 'virtual' | 'phc' | 'system';
  /** Where its time is from while it follows nobody. */
  readonly time: TimeConfig;
  /** How offsets from the master become a rate. */
  readonly servo: ServoConfig;
  /** What the clock claims after it has lost its grandmaster (7.6.2.5); absent: nothing. */
  readonly holdover?: HoldoverConfig;
  /** What it takes of its master, and how long it goes on without. */
  readonly measurement: MeasurementConfig;
  /** What its master ports say of a grandmaster's time while it cannot vouch for it. */
  readonly untilLocked: 'announce' | 'degrade' | 'silent';
  /** Whom it may follow (17.5); absent: whoever is the best. */
  readonly acceptableMasters?: readonly AcceptableMasterConfig[];
  /** Those it runs on, in the order of their portNumbers, from 1. */
  readonly ports: readonly ClockPortConfig[];
}

/** A clock, or one port of it. */
export interface AcceptableMasterConfig {
  /** As text. */
  readonly clockIdentity: string;
  readonly portNumber?: number;
  /** Compared instead of the grandmasterPriority1 that it announces. */
  readonly alternatePriority1?: number;
}

export interface ServoConfig {
  readonly kind: 'pi' | 'linreg';
  /** A first offset beyond this is stepped over. */
  readonly firstStepThresholdNs: number;
  /** The same once there has been a lock; Infinity: never again. */
  readonly stepThresholdNs: number;
  /** The average offset below which the clock is locked; auto: by the noise of the offsets. */
  readonly lockThresholdNs: number | 'auto';
  /** No rate beyond this is learned: 1e-6 is 1 ppm. */
  readonly maxRate: number;
}

export interface MeasurementConfig {
  /** In Sync intervals: for so long there may be no offset to steer by. */
  readonly syncReceiptTimeout: number;
  /** No longer than this, whatever interval the master tells. */
  readonly maxSyncReceiptTimeoutNs: number;
  /** In Delay_Req intervals: for so long there may be no path delay. */
  readonly delayReceiptTimeout: number;
  /** The intervals of Delay_Req that a master may tell, clause 9.5.11.2; beyond them the nearest one is kept to. */
  readonly minLogDelayReqInterval: number;
  readonly maxLogDelayReqInterval: number;
  /** A path delay beyond these is none, end to end. */
  readonly minPathDelayNs: number;
  readonly maxPathDelayNs: number;
}

export interface TimeConfig {
  /** The system clock, the hardware clock of the first port that has one, or nothing: an epoch of its own (ARB). */
  readonly source: 'system' | 'phc' | 'free';
  /** TAI - UTC in seconds, or who knows it. */
  readonly utcOffset: 'kernel' | 'leapSecondsFile' | number;
  /** The list of the IERS; asked too where the kernel does not know. */
  readonly leapSecondsFile: string;
  /** What is told, a number of table 6; by the source unless set. */
  readonly timeSource?: number;
  /** Told while the source is synchronised. */
  readonly timeTraceable: boolean;
  readonly frequencyTraceable: boolean;
}

export interface HoldoverConfig {
  /** For so many seconds the time that is kept by the learned rate is within specification. */
  readonly seconds: number;
  /** What the clock tells as its clockClass meanwhile; 187, or 193 where the timescale is arbitrary, unless set. */
  readonly clockClass?: number;
}

/** One port of a clock. Names as in portDS (8.2.15). */
export interface ClockPortConfig {
  /** One of Config.ports. */
  readonly interface: string;
  readonly transport: 'l2' | 'udp4' | 'udp6';
  readonly delayMechanism: 'e2e' | 'p2p';
  readonly logAnnounceInterval: number;
  readonly announceReceiptTimeout: number;
  readonly logSyncInterval: number;
  readonly logMinDelayReqInterval: number;
  readonly logMinPdelayReqInterval: number;
  /** Never a slave, whoever is heard there. */
  readonly masterOnly: boolean;
  /** Of the VLAN that its messages are tagged with; absent: they are not tagged. */
  readonly vlanId?: number;
  /** What UDP messages are sent from; absent: the interface's own. */
  readonly sourceAddress?: string;
}
