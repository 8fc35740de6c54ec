/** Who the clocks of this box are, and from which addresses their ports speak. */
import { randomBytes } from 'node:crypto';
import type { Transport } from '../../core/io.js';
import { clockIdentityFromMac, type ClockIdentity } from '../../core/time/identity.js';
import type { DataPlane } from '../../native/data-plane.js';
import { formatMac, linkLocalIpv6 } from './addresses.js';
import type { InterfaceAddresses } from './interface-addresses.js';
import type { PortTransport } from './pump.js';

const identities = new WeakMap<DataPlane, ClockIdentity>();

/**
 * 7.5.2.2: of the first port that has an address; before there is one, a locally administered one of our own making. It
 * stays what it was when it was first asked for.
 */
export function identityOf(dataPlane: DataPlane): ClockIdentity {
  const known = identities.get(dataPlane);
  if (known !== undefined) return known;
  const identity = newIdentityOf(dataPlane);
  identities.set(dataPlane, identity);
  return identity;
}

function newIdentityOf(dataPlane: DataPlane): ClockIdentity {
  const mac = dataPlane.ports().find((port) => port.mac !== '')?.mac;
  return clockIdentityFromMac(mac ?? formatMac(Buffer.of(0x02, ...randomBytes(5))));
}

/** Linux takes PTP messages from 0.0.0.0: their groups are of the link (RFC 1122, 3.2.1.3). */
const unspecifiedIpv4 = '0.0.0.0';

export interface PortAddresses {
  /** Asked again with every message: addresses come and go. */
  readonly addresses: () => InterfaceAddresses;
  readonly mac: () => string;
  /** As in PortTransport; untagged unless set. */
  readonly vlanId?: number | 'any';
  /** Instead of the interface's own. */
  readonly sourceAddress?: string;
}

export function transportAt(
  transport: Transport,
  { addresses, mac, vlanId, sourceAddress }: PortAddresses,
): PortTransport {
  const vlan = vlanId === undefined ? {} : { vlanId };
  switch (transport) {
    case 'l2':
      return { transport, ...vlan };
    case 'udp4':
      return {
        transport,
        ...vlan,
        get ip() {
          return sourceAddress ?? addresses().ipv4 ?? unspecifiedIpv4;
        },
      };
    case 'udp6':
      return {
        transport,
        ...vlan,
        get ip() {
          return sourceAddress ?? addresses().linkLocalIpv6 ?? linkLocalIpv6(mac());
        },
      };
  }
}
