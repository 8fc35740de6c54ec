import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import {
  AddressBook,
  addressesLastMs,
} from '../../../../src/daemon/runtime/interface-addresses.js';

function info(family: 'IPv4' | 'IPv6', address: string): NetworkInterfaceInfo {
  const common = { address, netmask: '', mac: '', internal: false, cidr: null };
  return family === 'IPv4' ? { ...common, family } : { ...common, family, scopeid: 2 };
}

function bookOf(interfaces: Record<string, readonly NetworkInterfaceInfo[]>) {
  const machine = { interfaces, readings: 0, nowMs: 5, fails: false, warnings: [] as string[] };
  const read = () => {
    machine.readings += 1;
    if (machine.fails) throw new Error('uv_interface_addresses returned EMFILE');
    return machine.interfaces;
  };
  const warn = (line: string) => machine.warnings.push(line);
  return { machine, book: new AddressBook(warn, read, () => machine.nowMs) };
}

test('the first IPv4 address and the link-local one are those of an interface', () => {
  const { book } = bookOf({
    eth1: [info('IPv6', '2001:db8::1'), info('IPv6', 'fe80::1'), info('IPv4', '192.0.2.1')],
  });
  expect(book.of('eth1')).toEqual({ ipv4: '192.0.2.1', linkLocalIpv6: 'fe80::1' });
  expect(book.of('eth2')).toEqual({ ipv4: undefined, linkLocalIpv6: undefined });
});

test('a thousand messages in a second cost one walk over the interfaces, however many there are', () => {
  const names = Array.from({ length: 42 }, (_, index) => `eth${index}`);
  const { machine, book } = bookOf(
    Object.fromEntries(names.map((name) => [name, [info('IPv4', '192.0.2.1')]])),
  );
  for (let message = 0; message < 1000; message++) book.of(names[message % names.length]!);
  expect(machine.readings).toBe(1);
});

test('another address is used within a second, and at once where the link has come or gone', () => {
  const { machine, book } = bookOf({ eth1: [info('IPv4', '192.0.2.1')] });
  book.of('eth1');
  machine.interfaces = { eth1: [info('IPv4', '192.0.2.2')] };
  machine.nowMs += addressesLastMs - 1;
  expect(book.of('eth1').ipv4).toBe('192.0.2.1');
  machine.nowMs += 1;
  expect(book.of('eth1').ipv4).toBe('192.0.2.2');
  machine.interfaces = {};
  book.forget();
  expect(book.of('eth1').ipv4).toBeUndefined();
});

test('when they cannot be read those from before go on, and that is said once until they can be again', () => {
  const { machine, book } = bookOf({ eth1: [info('IPv4', '192.0.2.1')] });
  const later = () => {
    machine.nowMs += addressesLastMs;
    return book.of('eth1').ipv4;
  };
  expect(later()).toBe('192.0.2.1');
  machine.fails = true;
  expect([later(), later(), later()]).toEqual(['192.0.2.1', '192.0.2.1', '192.0.2.1']);
  expect(machine.readings).toBe(4);
  expect(machine.warnings).toEqual([
    'the addresses of the interfaces cannot be read (uv_interface_addresses returned EMFILE), and those from before go on: see how many files this process may open (LimitNOFILE)',
  ]);
  machine.fails = false;
  machine.interfaces = { eth1: [info('IPv4', '192.0.2.2')] };
  expect(later()).toBe('192.0.2.2');
  machine.fails = true;
  later();
  expect(machine.warnings).toHaveLength(2);
});
