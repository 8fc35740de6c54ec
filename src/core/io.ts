/**
 * The whole contract between the protocol core and the world: what happens to it (Input) and what it wants done
 * (Output). The core reads no clock, sets no timer and sends nothing itself, so it runs the same under a real data
 * plane and under virtual time.
 */
import type { PortIdentity } from './time/identity.js';
import type { Instant, DurationNs } from './time/instant.js';
import type { RateRatio } from './time/rate-ratio.js';
import type { TimeInterval } from './time/time-interval.js';

/** Index of a port in the configuration's order, from 0. (The PTP portNumber is this plus 1.) */
export type PortIndex = number;

/**
 * Where a message goes, or came from, in the terms of the protocol. The shell turns it into Ethernet, IP and UDP
 * headers. `multicast` is the group the standard assigns to the message type on the port's transport.
 */
export type PeerAddress =
  | { readonly kind: 'multicast' }
  | {
      readonly kind: 'unicast';
      readonly mac: string;
      readonly ip?: string;
      /** UDP, of whoever has asked: annexes C.2 and D.2 answer a manager there. The one of the message type unless set. */
      readonly udpPort?: number;
    };

/** What carries the messages: Ethernet itself, UDP over IPv4, UDP over IPv6 (annexes E, C, D). */
export type Transport = (typeof transports)[number];

export const transports = ['l2', 'udp4', 'udp6'] as const;

/** What the peer-to-peer delay mechanism has found out about the link at a port (11.4). */
export type LinkDelay =
  | {
      readonly kind: 'measured';
      readonly meanLinkDelay: TimeInterval;
      /** Absent while it is not known well enough to be used. */
      readonly neighborRateRatio?: RateRatio;
      /** The port that answers the requests. */
      readonly neighbor: PortIdentity;
    }
  | { readonly kind: 'unmeasured'; readonly reason: UnmeasuredReason };

export type UnmeasuredReason =
  | 'linkDown'
  /** The first answer is still to come. */
  | 'measuring'
  | 'noResponse'
  | 'multipleResponders'
  /** Answers come, but the delay that follows from them is too long, or too far below zero, for any link. */
  | 'linkDelayOutOfRange'
  /** Our own requests get no transmit time stamp. */
  | 'transmitTimestampLost';

/** How far a transparent clock has followed the rate of a domain's grandmaster (10.2.2.2). */
export type Syntonisation =
  /** Fewer Syncs than make a rate. */
  | { readonly kind: 'unlocked' }
  /** A rate, but one too uncertain to be used. */
  | { readonly kind: 'acquiring'; readonly rateRatio: RateRatio; readonly standardError: number }
  | { readonly kind: 'locked'; readonly rateRatio: RateRatio; readonly standardError: number };

/** A timer of the core's own naming; setting it again replaces it. */
export type TimerName = string;

export type Input =
  | {
      readonly kind: 'message';
      readonly port: PortIndex;
      /** The PTP message: header, body, TLVs; nothing of Ethernet, IP or UDP; trailing bytes cut off. */
      readonly message: Uint8Array;
      /** Receive time stamp of an event message; absent on general messages. */
      readonly ingressTimestamp?: Instant;
      /** The sender, as an address one can answer to. */
      readonly source: PeerAddress & { readonly kind: 'unicast' };
      /** True when it was sent to this clock alone rather than to a group. */
      readonly toUnicast: boolean;
    }
  | {
      readonly kind: 'transmitTimestamp';
      readonly port: PortIndex;
      /** The context of the sendEvent that this time stamp belongs to. */
      readonly context: number;
      readonly egressTimestamp: Instant;
    }
  /** The time stamp of a sent event message will not come. */
  | { readonly kind: 'transmitTimestampLost'; readonly port: PortIndex; readonly context: number }
  /** A Sync of some master and its Follow_Up have passed through this box. */
  | {
      readonly kind: 'syncObserved';
      readonly port: PortIndex;
      readonly sdoId: number;
      readonly domainNumber: number;
      readonly sourcePortIdentity: PortIdentity;
      readonly syncEventIngressTimestamp: Instant;
      readonly preciseOriginTimestamp: Instant;
      /** Of Sync and Follow_Up together, as received. */
      readonly correctionField: TimeInterval;
    }
  | { readonly kind: 'timer'; readonly timer: TimerName }
  | {
      readonly kind: 'link';
      readonly port: PortIndex;
      readonly up: boolean;
      /**
       * The link is up, but spanning tree keeps all messages from the port except those that measure its link: they
       * go on, so that the link is known when the port begins to forward.
       */
      readonly blocked?: true;
    };

export type Output =
  | {
      readonly kind: 'sendEvent';
      readonly port: PortIndex;
      readonly message: Uint8Array;
      readonly destination: PeerAddress;
      /** Comes back with the transmit time stamp. 0 to 2^24-1. */
      readonly context: number;
    }
  | {
      readonly kind: 'sendGeneral';
      readonly port: PortIndex;
      readonly message: Uint8Array;
      readonly destination: PeerAddress;
    }
  | { readonly kind: 'setTimer'; readonly timer: TimerName; readonly after: DurationNs }
  | { readonly kind: 'cancelTimer'; readonly timer: TimerName }
  /** The link at a port has been measured, or can no longer be. */
  | {
      readonly kind: 'linkDelay';
      readonly port: PortIndex;
      readonly transport: Transport;
      readonly linkDelay: LinkDelay;
    }
  /** What is known of a domain's rate has changed; undefined when its Syncs have stayed away and the rate is forgotten. */
  | {
      readonly kind: 'rateRatio';
      readonly sdoId: number;
      readonly domainNumber: number;
      /** The port by which the Syncs come in, and their sender. */
      readonly port: PortIndex;
      readonly source: PortIdentity;
      readonly syntonisation: Syntonisation | undefined;
    }
  /** Something was ignored, and why; the shell counts it. */
  | { readonly kind: 'discarded'; readonly port: PortIndex; readonly reason: string };
