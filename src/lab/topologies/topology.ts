/**
 * The stations of the lab and their cables: every station has one interface, which is joined to a port of the switch.
 */
import type { Transport } from '../../core/io.js';
import type { Transmission } from '../../core/port/receiving/receiver.js';

/** A namespace with one interface, `stationInterface`, at the other end of the cable from `switchPort`. */
export interface Station {
  /** Ends the name of its namespace, and names it to `lab-clock`. */
  readonly name: string;
  /** For the reader of a table. */
  readonly title: string;
  readonly switchPort: string;
  readonly mac: string;
  /**
   * An address for documentation (RFC 5737, RFC 3849). It is given to no interface, because the clocks write their own
   * headers.
   */
  readonly ip: string;
}

export interface Receiver extends Station {
  readonly transport: Transport;
  readonly transmission: Transmission;
}

/** A grandmaster, of which a boundary clock chooses the best. */
export interface Grandmaster extends Station {
  readonly transport: Transport;
  readonly priority1: number;
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

/** Around a transparent clock. */
export const stations: readonly Station[] = [timeSource, ...receivers];

/** The name of the switch's own namespace; its ports are the stations' `switchPort`s. */
export const switchName = 'switch';
