/** Facts about this machine that the clocks give in answer to management requests. */
import type { ClockFacts, PortFacts } from '../../core/management/clock-facts.js';
import { messageTypeCodes, type MessageType } from '../../core/wire/header.js';
import type { MessageCounts } from '../../core/wire/management-data/port-data.js';
import type { DataPlane } from '../../native/data-plane.js';
import { ipv4Octets, ipv6Octets, macOctets } from '../runtime/addresses.js';
import { productVersion } from '../machine/product-version.js';
import type { PortTransport } from '../runtime/attachment.js';
import { systemTimeOf } from '../runtime/system-time.js';

/** A port of a clock: its index in the data plane, and the clock's transport and address there. */
export interface PortAndTransport {
  readonly port: number;
  readonly transport: PortTransport | undefined;
}

const version = productVersion();

const messageTypes = Object.keys(messageTypeCodes) as MessageType[];

/** @param ports by portNumber, from 1 */
export function clockFactsOf(dataPlane: DataPlane, ports: readonly PortAndTransport[]): ClockFacts {
  return {
    version,
    now: () => systemTimeOf(dataPlane).common,
    portFacts: (portNumber) => {
      const port = ports[portNumber - 1];
      if (port === undefined) throw new RangeError(`no port ${portNumber}`);
      return portFactsOf(dataPlane, port);
    },
  };
}

function portFactsOf(dataPlane: DataPlane, { port, transport }: PortAndTransport): PortFacts {
  const info = dataPlane.ports()[port];
  if (info === undefined) throw new RangeError(`no port ${port} of the data plane`);
  const physicalAddress =
    info.mac === '' ? new Uint8Array(0) : Uint8Array.from(macOctets(info.mac));
  return {
    interface: info.interface,
    linkUp: info.present && info.link,
    timestamping: info.timestamping,
    physicalAddress,
    networkProtocol: transport?.transport ?? 'l2',
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
