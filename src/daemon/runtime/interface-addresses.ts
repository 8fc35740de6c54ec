/** The addresses that the kernel has given to an interface. */
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';

/** The addresses of an interface; undefined where it has none of that kind. */
export interface InterfaceAddresses {
  readonly ipv4: string | undefined;
  readonly linkLocalIpv6: string | undefined;
}

/**
 * How old what is remembered may be. A link that comes or goes makes it be read anew at once, and so does the kernel's word of an
 * address; where that does not come, an address is noticed when this time is over.
 */
export const addressesLastMs = 1000;

const none: InterfaceAddresses = { ipv4: undefined, linkLocalIpv6: undefined };

type ReadInterfaces = () => Partial<Record<string, readonly NetworkInterfaceInfo[]>>;

/**
 * Remembers the addresses: they are asked for with every message over UDP, and to read them takes a walk over all
 * interfaces of the machine.
 */
export class AddressBook {
  readonly #read: ReadInterfaces;
  readonly #nowMs: () => number;
  #readAtMs = -Infinity;
  readonly #addresses = new Map<string, InterfaceAddresses>();

  constructor(
    read: ReadInterfaces = networkInterfaces,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#read = read;
    this.#nowMs = nowMs;
  }

  /** The addresses that the interface has, or had until a moment ago. */
  of(interfaceName: string): InterfaceAddresses {
    const now = this.#nowMs();
    if (now - this.#readAtMs >= addressesLastMs) this.#renew(now);
    return this.#addresses.get(interfaceName) ?? none;
  }

  /** They may have changed. */
  forget(): void {
    this.#readAtMs = -Infinity;
  }

  #renew(now: number): void {
    this.#readAtMs = now;
    this.#addresses.clear();
    for (const [name, addresses] of Object.entries(this.#read())) {
      this.#addresses.set(name, addressesFrom(addresses ?? []));
    }
  }
}

function addressesFrom(addresses: readonly NetworkInterfaceInfo[]): InterfaceAddresses {
  return {
    ipv4: addresses.find(({ family }) => family === 'IPv4')?.address,
    linkLocalIpv6: addresses.find(
      ({ family, address }) => family === 'IPv6' && address.startsWith('fe80:'),
    )?.address,
  };
}
