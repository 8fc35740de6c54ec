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
  readonly #warn: (line: string) => void;
  readonly #read: ReadInterfaces;
  readonly #nowMs: () => number;
  #readAtMs = -Infinity;
  #readingFails = false;
  readonly #addresses = new Map<string, InterfaceAddresses>();

  /** @param warn is given a line when the addresses cannot be read, which is once until they can be again */
  constructor(
    warn: (line: string) => void,
    read: ReadInterfaces = networkInterfaces,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#warn = warn;
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
    const interfaces = this.#interfaces();
    if (interfaces === undefined) return;
    this.#addresses.clear();
    for (const [name, addresses] of Object.entries(interfaces)) {
      this.#addresses.set(name, addressesFrom(addresses ?? []));
    }
  }

  /** Undefined where the kernel has no socket or no memory left for that: then what was read before goes on. */
  #interfaces(): ReturnType<ReadInterfaces> | undefined {
    try {
      const interfaces = this.#read();
      this.#readingFails = false;
      return interfaces;
    } catch (error) {
      if (!this.#readingFails) {
        this.#warn(
          `the addresses of the interfaces cannot be read (${(error as Error).message}), and those from before go on: see how many files this process may open (LimitNOFILE)`,
        );
      }
      this.#readingFails = true;
      return undefined;
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
