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

/** What a port is flooded with: the flooder's own names (tools/flood/flood.cc). */
export const FLOODS = ['follow-up', 'delay-req', 'announce', 'random', 'v1'] as const;
export type Flood = (typeof FLOODS)[number];
/** Frames a second; `most` is what the rig gives. The first is 10 Mbit/s of the shortest frames. */
export const FLOOD_RATES = [16_700, 50_000, 'most'] as const;
export type FloodRate = (typeof FLOOD_RATES)[number];
/** A port of the subject, or an interface beside its ports. */
export type FloodPlace = 'port' | 'aside';

const FLOOD_TITLES: Readonly<Record<Flood, string>> = {
  'follow-up': 'orphan Follow_Ups',
  'delay-req': 'Delay_Req of a million clocks',
  announce: 'Announces of a million clocks',
  random: "random octets at PTP's addresses",
  v1: 'PTPv1',
};

function floodTitle(flood: Flood, rate: FloodRate, place: FloodPlace = 'port'): string {
  const where = place === 'port' ? '' : ' by no port of the subject';
  return `flood of ${rate === 'most' ? 'the most' : `${rate}/s`} ${FLOOD_TITLES[flood]}${where}`;
}

/** The deviation is of all messages, or within a hundred in a row (the median of these). */
type ResidualFigure = 'mean' | 'standard deviation' | 'deviation within 100';

/** Whether the way through veth is kept in the caches, or found as the machine has left it. */
export type Path = 'warm' | 'cold';

/**
 * What the processors do besides, while nobody has been given one: nothing, the station that sends sleeps as well; one of them is
 * kept awake by idle work; two processes take all that they get of both.
 */
export const SURROUNDINGS = ['quiet', 'awake', 'busy'] as const;
export type Surroundings = (typeof SURROUNDINGS)[number];
/** Pairs a second: of one grandmaster, and what a large network comes to. */
export const UNPINNED_RATES = [16, 1_000] as const;
export type UnpinnedRate = (typeof UNPINNED_RATES)[number];

/** Of a monitoring system: how often a second it asks every port of a boundary clock. */
export const POLL_RATE = 100;
/** Delay_Req a second meanwhile. */
export const ASKED_RATE = 1_000;
export const POLLED_TRANSPORTS = ['l2', 'udp4'] as const satisfies readonly LoadTransport[];
/** Of the machine, the two ports among them: as few as there can be, and those of a host of containers. */
export const INTERFACE_COUNTS = [2, 42] as const;
export type InterfaceCount = (typeof INTERFACE_COUNTS)[number];
type PolledFigure =
  | 'Sync intervals within 30 %, %'
  | 'longest Sync interval, ms'
  | 'answered Delay_Req, %'
  | 'answered management, %'
  | 'processor, % of a core';

/** Of a boundary clock that is asked for everything it has, and what it is asked for: management messages to all ports, or its state. */
export const ANSWERING_PORTS = 16;
export const ANSWERS = [
  'CLOCK_DESCRIPTION',
  'CURRENT_DATA_SET',
  'DEFAULT_DATA_SET',
  'PARENT_DATA_SET',
  'PORT_DATA_SET',
  'PORT_DATA_SET_NP',
  'PORT_STATS_NP',
  'TIME_PROPERTIES_DATA_SET',
  'TIME_STATUS_NP',
  'status',
] as const;
export type Answer = (typeof ANSWERS)[number];

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
  polled: (transport: LoadTransport, interfaces: InterfaceCount, figure: PolledFigure) =>
    `boundary clock polled ${POLL_RATE}/s, ${transport}, ${interfaces} interfaces: ${figure}`,
  answer: (answer: Answer, rank: 'p50' | 'p99') =>
    `boundary clock, ${ANSWERING_PORTS} ports, after 20 minutes: an answer to ${answer}, ${rank}, ms`,
  idleProcessor: 'idle, processor, % of a core',
  residentMemory: 'idle, resident memory, MB',
  bridgeThroughput: (segments: 'merged' | 'single') =>
    `bridge, one TCP connection, ${segments} segments, Mbit/s`,
  bridgeOffsetRms: (traffic: 'no load' | 'load') =>
    `bridge, slave offset, rms, ${traffic === 'load' ? `beside ${BRIDGE_LOAD_MBITS} Mbit/s of TCP` : 'without other traffic'}, ns`,
  bridgeFollowed: (state: FollowedState) => `bridge, port ${state}: followed after, ms`,
  start: 'start to first frame forwarded, ms',
  unpinnedTransit: (
    surroundings: Surroundings,
    rate: UnpinnedRate,
    message: string,
    rank: 'p50' | 'p95',
  ) => `not pinned, ${surroundings}, ${rate}/s: ${message} transit, ${rank}, ns`,
  unpinnedResidual: (surroundings: Surroundings, rate: UnpinnedRate) =>
    `not pinned, ${surroundings}, ${rate}/s: Sync residual, median deviation, ns`,
  floodTitle,
  floodOffered: (flood: Flood, rate: FloodRate, place: FloodPlace) =>
    `${floodTitle(flood, rate, place)}: its frames, 1/s`,
  floodLost: (flood: Flood, rate: FloodRate, place: FloodPlace) =>
    `${floodTitle(flood, rate, place)}: lost between the other ports`,
  floodLostPercent: (flood: Flood, rate: FloodRate, place: FloodPlace) =>
    `${floodTitle(flood, rate, place)}: lost between the other ports, %`,
  floodTransit: (
    flood: Flood,
    rate: FloodRate,
    place: FloodPlace,
    message: string,
    rank: 'p50' | 'p99',
  ) => `${floodTitle(flood, rate, place)}: ${message} transit, ${rank}, ns`,
  floodResidual: (flood: Flood, rate: FloodRate, place: FloodPlace, message: string) =>
    `${floodTitle(flood, rate, place)}: ${message} residual, median deviation, ns`,
  floodUncounted: (flood: Flood, rate: FloodRate) =>
    `${floodTitle(flood, rate)}: its frames of which no counter tells`,
  floodUnexplained: (flood: Flood, rate: FloodRate) =>
    `${floodTitle(flood, rate)}: lost between the other ports though its own ring had room`,
  floodMemory: (flood: Flood) => `floods of ${FLOOD_TITLES[flood]}: resident memory grown by, MB`,
} as const;
