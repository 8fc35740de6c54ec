/** Who the clocks of this box are, and from which addresses their ports speak. */
import { randomBytes } from 'node:crypto';
import type { Transport } from '../core/io.js';
import { clockIdentityFromMac, type ClockIdentity } from '../core/time/identity.js';
import type { DataPlane } from '../native/data-plane.js';
import { formatMac, linkLocalIpv6 } from './addresses.js';
import type { InterfaceAddresses } from './host.js';
import type { PortTransport } from './pump.js';

/** 7.5.2.2: of the first port that has an address; before there is one, a locally administered one of our own making. */
export function identityOf(dataPlane: DataPlane): ClockIdentity {
  const mac = dataPlane.ports().find((port) => port.mac !== '')?.mac;
  return clockIdentityFromMac(mac ?? formatMac(Buffer.of(0x02, ...randomBytes(5))));
}

/** Linux takes PTP messages from 0.0.0.0: their groups are of the link (RFC 1122, 3.2.1.3). */
const unspecifiedIpv4 = '0.0.0.0';

/** Addresses are asked for again with every message: they come and go. */
export function transportAt(
  transport: Transport,
  { addresses, mac }: { addresses: () => InterfaceAddresses; mac: () => string },
): PortTransport {
  switch (transport) {
    case 'l2':
      return { transport };
    case 'udp4':
      return {
        transport,
        get ip() {
          return addresses().ipv4 ?? unspecifiedIpv4;
        },
      };
    case 'udp6':
      return {
        transport,
        get ip() {
          return addresses().linkLocalIpv6 ?? linkLocalIpv6(mac());
        },
      };
  }
}
