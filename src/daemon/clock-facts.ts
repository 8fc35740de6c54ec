/** What of this box the clocks tell to those who manage them. */
import { readFileSync } from 'node:fs';
import type { Transport } from '../core/io.js';
import type { ClockFacts, PortFacts } from '../core/management/clock-facts.js';
import { instantFromNs } from '../core/time/instant.js';
import { messageTypeCodes, type MessageType } from '../core/wire/header.js';
import type { MessageCounts } from '../core/wire/management-data/port-data.js';
import type { DataPlane } from '../native/data-plane.js';
import { ipv4Octets, ipv6Octets, macOctets } from './addresses.js';
import type { PortTransport } from './pump.js';

export interface ClockFactsOptions {
  readonly dataPlane: DataPlane;
  readonly transport: Transport;
  /** By port of the data plane. */
  readonly transports: readonly PortTransport[];
}

const manifest = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string };

const messageTypes = Object.keys(messageTypeCodes) as MessageType[];

export function clockFactsOf({ dataPlane, transport, transports }: ClockFactsOptions): ClockFacts {
  return {
    transport,
    version: manifest.version,
    // The timebase common to all ports is the system clock's (docs/decisions/0005-common-timebase.md).
    now: () =>
      instantFromNs(BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6))),
    portFacts: (portNumber) => portFactsOf(dataPlane, portNumber - 1, transports[portNumber - 1]),
  };
}

function portFactsOf(
  dataPlane: DataPlane,
  port: number,
  transport: PortTransport | undefined,
): PortFacts {
  const info = dataPlane.ports()[port];
  if (info === undefined) throw new RangeError(`no port ${port}`);
  const physicalAddress =
    info.mac === '' ? new Uint8Array(0) : Uint8Array.from(macOctets(info.mac));
  return {
    interface: info.interface,
    linkUp: info.present && info.link,
    timestamping: info.timestamping,
    physicalAddress,
    protocolAddress: protocolAddressOf(transport) ?? physicalAddress,
    received: countsOf(dataPlane, port, 'rx'),
    transmitted: countsOf(dataPlane, port, 'tx'),
  };
}

function protocolAddressOf(transport: PortTransport | undefined): Uint8Array | undefined {
  switch (transport?.transport) {
    case 'udp4':
      return Uint8Array.from(ipv4Octets(transport.ip));
    case 'udp6':
      return Uint8Array.from(ipv6Octets(transport.ip));
    default:
      return undefined;
  }
}

function countsOf(dataPlane: DataPlane, port: number, group: 'rx' | 'tx'): MessageCounts {
  const { layout, values } = dataPlane.counters();
  const count = (type: MessageType) =>
    Number(values[port * layout.stride + layout.names.indexOf(`${group}.${type}`)] ?? 0n);
  return Object.fromEntries(messageTypes.map((type) => [type, count(type)])) as MessageCounts;
}
