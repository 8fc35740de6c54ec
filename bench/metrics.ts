/** The names of what is measured, each with its unit: the suites write them, targets and report read them. */

import type { LoadTransport } from './load.js';

/** Nothing between the peers: what the rig and the peers themselves are capable of. */
export const DIRECT_CABLE = 'direct cable';

export const FAN_OUT_RATE = 16_000;
/** 500 slaves at 16/s each. */
export const CLIENT_RATE = 8_000;
/** What fills a port of the usual speed. */
export const BRIDGE_LOAD_MBITS = 1_000;
export const BACKGROUND_RATES = [0, 4_000, 16_000] as const;

/** The deviation is of all messages, or within a hundred in a row (the median of these). */
type ResidualFigure = 'mean' | 'standard deviation' | 'deviation within 100';

/** Whether the way through veth is kept in the caches, or found as the machine has left it. */
export type Path = 'warm' | 'cold';

/** What spanning tree has made of a port. */
export type FollowedState = 'blocking' | 'forwarding';

export const metric = {
  transit: (transport: LoadTransport, message: string, rank: 'p50' | 'p99') =>
    `${transport} ${message} transit, ${rank}, ns`,
  residual: (transport: LoadTransport, message: string, figure: ResidualFigure) =>
    `${transport} ${message} residual, ${figure}, ns`,
  followUpUnder: (requestsPerSecond: number) =>
    `Follow_Up transit under ${requestsPerSecond} Delay_Req/s, p50, ns`,
  twoPortPairs: '2 ports, loss-free Sync + Follow_Up, pairs/s',
  twoPortExchanges: '2 ports, loss-free Delay_Req + Delay_Resp, exchanges/s',
  eightPortDelivered: `8 ports, delivered at ${FAN_OUT_RATE} pairs/s, %`,
  eightPortPairs: '8 ports, loss-free Sync + Follow_Up, pairs/s',
  slaveOffset: (path: Path, figure: 'median |offset|' | 'mean' | 'standard deviation') =>
    `slave offset, ${path} path, ${figure}, ns`,
  p2pSlaveOffset: (transport: LoadTransport, figure: 'mean' | 'standard deviation') =>
    `${transport} p2p slave offset, ${figure}, ns`,
  p2pLinkDelay: (transport: LoadTransport) =>
    `${transport} p2p link delay to the grandmaster, as shown, ns`,
  simulation: (delayMechanism: 'e2e' | 'p2p') =>
    `20 switches simulated, ${delayMechanism}, 16 Sync/s, seconds a processor second`,
  boundaryClockAnswered: `boundary clock, 8 ports, answered of ${CLIENT_RATE} Delay_Req/s, %`,
  boundaryClockProcessor: `boundary clock, 8 ports, processor under ${CLIENT_RATE} Delay_Req/s, % of a core`,
  idleProcessor: 'idle, processor, % of a core',
  residentMemory: 'idle, resident memory, MB',
  bridgeThroughput: (segments: 'merged' | 'single') =>
    `bridge, one TCP connection, ${segments} segments, Mbit/s`,
  bridgeOffsetRms: (traffic: 'no load' | 'load') =>
    `bridge, slave offset, rms, ${traffic === 'load' ? `beside ${BRIDGE_LOAD_MBITS} Mbit/s of TCP` : 'without other traffic'}, ns`,
  bridgeFollowed: (state: FollowedState) => `bridge, port ${state}: followed after, ms`,
  start: 'start to first frame forwarded, ms',
} as const;
