/**
 * Membership reports of IGMPv3 (RFC 3376, 4.2) and MLDv2 (RFC 3810, 5.2) as whole IP packets. A report of an older
 * version would suppress those of the hosts behind the port, because there one report serves for a whole link; with
 * these versions every host sends its own.
 */
import { createChecksum, writeChecksum } from 'raw-socket';
import { ipv4Octets, ipv6Octets } from '../runtime/addresses.js';

/** The destination of reports: all routers, and all switches that snoop. */
export const reportDestination = { udp4: '224.0.0.22', udp6: 'ff02::16' } as const;

const igmpProtocol = 2;
const igmpReport = 0x22;
const icmpv6Protocol = 58;
const mldReport = 143;
/** CHANGE_TO_EXCLUDE_MODE with an empty list: the listener wants the messages of every source. */
const changeToExclude = 4;
/** RFC 2113: the option that has routers on the way examine the packet. */
const routerAlert4 = Buffer.of(0x94, 4, 0, 0);
/** The same for IPv6, as a hop-by-hop option with padding to eight octets: RFC 2711. */
const routerAlert6 = Buffer.of(icmpv6Protocol, 0, 5, 2, 0, 0, 1, 0);
/** Precedence of internetwork control: RFC 3376, 4. */
const internetworkControl = 0xc0;
const dontFragment = 0x4000;

/** Its source is 0.0.0.0, which the kernel replaces by an address of the host if there is one. */
export function igmpMembershipReport(groups: readonly string[]): Buffer {
  const report = reportOf(igmpReport, groups.map(ipv4Octets));
  writeChecksum(report, 2, createChecksum(report));
  const header = Buffer.alloc(20);
  header.writeUInt8(0x46, 0); // version 4, six words
  header.writeUInt8(internetworkControl, 1);
  header.writeUInt16BE(header.length + routerAlert4.length + report.length, 2);
  header.writeUInt16BE(dontFragment, 6);
  header.writeUInt8(1, 8); // time to live
  header.writeUInt8(igmpProtocol, 9);
  ipv4Octets(reportDestination.udp4).copy(header, 16);
  // The kernel writes the header's checksum, because it also writes the source address.
  return Buffer.concat([header, routerAlert4, report]);
}

/** @param source the link-local address of the port: RFC 3810, 5.2.13 */
export function mldMembershipReport(groups: readonly string[], source: string): Buffer {
  const report = reportOf(mldReport, groups.map(ipv6Octets));
  const addresses = Buffer.concat([ipv6Octets(source), ipv6Octets(reportDestination.udp6)]);
  const pseudoHeader = Buffer.alloc(8); // RFC 8200, 8.1
  pseudoHeader.writeUInt32BE(report.length, 0);
  pseudoHeader.writeUInt8(icmpv6Protocol, 7);
  writeChecksum(report, 2, createChecksum(addresses, pseudoHeader, report));
  const header = Buffer.alloc(8);
  header.writeUInt8(0x60, 0); // version 6
  header.writeUInt16BE(routerAlert6.length + report.length, 4);
  header.writeUInt8(0, 6); // hop-by-hop options
  header.writeUInt8(1, 7); // hop limit
  return Buffer.concat([header, addresses, routerAlert6, report]);
}

/** Both protocols have the same layout, apart from the length of an address. */
function reportOf(type: number, groups: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(type, 0);
  header.writeUInt16BE(groups.length, 6);
  const records = groups.map((group) =>
    Buffer.concat([Buffer.of(changeToExclude, 0, 0, 0), group]),
  );
  return Buffer.concat([header, ...records]);
}
