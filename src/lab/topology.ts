/** Who is in the lab, and how they are cabled: every station has one interface, joined to a port of the switch. */
import type { Transmission } from '../core/port/slave.js';

/** A namespace with one interface, `stationInterface`, at the other end of the cable from `switchPort`. */
export interface Station {
  /** Ends the name of its namespace, and names it to `lab-clock`. */
  readonly name: string;
  /** For the reader of a table. */
  readonly title: string;
  readonly switchPort: string;
  readonly mac: string;
  /** Of 192.0.2.0/24, which is for documentation (RFC 5737). No kernel has it: the clocks write their own headers. */
  readonly ip: string;
}

export interface Receiver extends Station {
  readonly transport: 'l2' | 'udp4';
  readonly transmission: Transmission;
}

export const stationInterface = 'eth0';

export const timeSource: Station = {
  name: 'source',
  title: 'time source',
  switchPort: 'p1',
  mac: '02:00:00:00:00:01',
  ip: '192.0.2.1',
};

export const receivers: readonly Receiver[] = [
  {
    name: 'l2',
    title: 'Ethernet multicast',
    switchPort: 'p2',
    mac: '02:00:00:00:00:02',
    ip: '192.0.2.2',
    transport: 'l2',
    transmission: 'multicast',
  },
  {
    name: 'udp4',
    title: 'UDPv4 multicast',
    switchPort: 'p3',
    mac: '02:00:00:00:00:03',
    ip: '192.0.2.3',
    transport: 'udp4',
    transmission: 'multicast',
  },
  {
    name: 'unicast',
    title: 'UDPv4 unicast',
    switchPort: 'p4',
    mac: '02:00:00:00:00:04',
    ip: '192.0.2.4',
    transport: 'udp4',
    transmission: 'unicast',
  },
];

export const stations: readonly Station[] = [timeSource, ...receivers];

/** The name of the switch's own namespace; its ports are the stations' `switchPort`s. */
export const switchName = 'switch';
