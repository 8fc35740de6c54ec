/** The addresses that the kernel has given to an interface. */
import { networkInterfaces } from 'node:os';

/** The addresses of an interface; undefined where it has none of that kind. */
export interface InterfaceAddresses {
  readonly ipv4: string | undefined;
  readonly linkLocalIpv6: string | undefined;
}

/** The addresses that the interface has just now. */
export function addressesOf(interfaceName: string): InterfaceAddresses {
  const addresses = networkInterfaces()[interfaceName] ?? [];
  return {
    ipv4: addresses.find(({ family }) => family === 'IPv4')?.address,
    linkLocalIpv6: addresses.find(
      ({ family, address }) => family === 'IPv6' && address.startsWith('fe80:'),
    )?.address,
  };
}
