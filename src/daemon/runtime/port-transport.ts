/** The clockIdentity of the clocks of this box, and the addresses from which their ports send. */
import { randomBytes } from 'node:crypto';
import type { Transport } from '../../core/io.js';
import { clockIdentityFromMac, type ClockIdentity } from '../../core/time/identity.js';
import type { DataPlane } from '../../native/data-plane.js';
import { formatMac, linkLocalIpv6 } from './addresses.js';
import type { InterfaceAddresses } from './interface-addresses.js';
import type { PortTransport } from './attachment.js';

const identities = new WeakMap<DataPlane, ClockIdentity>();

/**
 * 7.5.2.2: made from the MAC address of the first port that has one; while none has, from a random, locally
 * administered one. It stays what it was when it was first asked for.
 */
export function identityOf(dataPlane: DataPlane): ClockIdentity {
  const known = identities.get(dataPlane);
  if (known !== undefined) return known;
  const identity = newIdentityOf(dataPlane);
  identities.set(dataPlane, identity);
  return identity;
}

/** To be called before anybody has asked for it. */
export function setIdentity(dataPlane: DataPlane, identity: ClockIdentity): void {
  identities.set(dataPlane, identity);
}

function newIdentityOf(dataPlane: DataPlane): ClockIdentity {
  const mac = dataPlane.ports().find((port) => port.mac !== '')?.mac;
  return clockIdentityFromMac(mac ?? formatMac(Buffer.of(0x02, ...randomBytes(5))));
}

/** The source while an interface has no IPv4 address: Linux receives PTP messages from 0.0.0.0 (RFC 1122, 3.2.1.3). */
const unspecifiedIpv4 = '0.0.0.0';

export interface PortAddresses {
  /** Called for every message: addresses come and go. */
  readonly addresses: () => InterfaceAddresses;
  readonly mac: () => string;
  /** As in PortTransport; untagged unless set. */
  readonly vlanId?: number | 'any';
  /** Used instead of the interface's own address. */
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
