/** Facts about this machine and this process that the kernel keeps in files. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import type { HostFacts } from './diagnosis.js';

/** Numbers of linux/capability.h. */
const capNetAdmin = 12n;
const capNetRaw = 13n;

export function hostFacts(): HostFacts {
  const status = readFileSync('/proc/self/status', 'utf8');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const has = (capability: bigint): boolean => ((effective >> capability) & 1n) === 1n;
  return { mayOpenPacketSockets: has(capNetRaw), mayConfigureInterfaces: has(capNetAdmin) };
}

/** The processors that are online, as the kernel writes them ("0-3,6"). */
export function onlineProcessors(): string {
  return readFileSync('/sys/devices/system/cpu/online', 'utf8').trim();
}

/** @param list as the kernel writes it */
export function isInList(list: string, number: number): boolean {
  return list.split(',').some((range) => {
    const [first = NaN, last = first] = range.split('-').map(Number);
    return number >= first && number <= last;
  });
}

/** Names of every network interface of this network namespace, also of those that are down. */
export function interfaceNames(): string[] {
  return readdirSync('/sys/class/net').sort();
}

/** The bridge an interface is a port of. */
export function bridgeOf(interfaceName: string): string | undefined {
  try {
    return basename(readlinkSync(`/sys/class/net/${interfaceName}/brport/bridge`));
  } catch {
    return undefined;
  }
}
