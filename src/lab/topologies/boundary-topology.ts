/** The stations around a boundary clock: two grandmasters on different transports, and a receiver on each transport. */
import type { Grandmaster, Receiver, Station } from './topology.js';

/** In the order of their priority1: the first is the better. */
export const grandmasters: readonly [better: Grandmaster, other: Grandmaster] = [
  {
    name: 'gm-a',
    title: 'grandmaster A',
    switchPort: 'p1',
    mac: '02:00:00:00:00:0a',
    ip: '192.0.2.1',
    transport: 'l2',
    priority1: 10,
  },
  {
    name: 'gm-b',
    title: 'grandmaster B',
    switchPort: 'p2',
    mac: '02:00:00:00:00:0b',
    ip: '192.0.2.2',
    transport: 'udp4',
    priority1: 20,
  },
];

export const boundaryReceivers: readonly Receiver[] = [
  {
    name: 'l2',
    title: 'Ethernet',
    switchPort: 'p3',
    mac: '02:00:00:00:00:03',
    ip: '192.0.2.3',
    transport: 'l2',
    transmission: 'multicast',
  },
  {
    name: 'udp4',
    title: 'UDPv4',
    switchPort: 'p4',
    mac: '02:00:00:00:00:04',
    ip: '192.0.2.4',
    transport: 'udp4',
    transmission: 'multicast',
  },
  {
    name: 'udp6',
    title: 'UDPv6',
    switchPort: 'p5',
    mac: '02:00:00:00:00:05',
    ip: '2001:db8::5',
    transport: 'udp6',
    transmission: 'multicast',
  },
];

export const boundaryStations: readonly Station[] = [...grandmasters, ...boundaryReceivers];
