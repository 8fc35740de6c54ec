/** The driver of a NIC taken from it and given back, as when it is loaded again: the interface and its clock are new. */

import { readdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { ipBatch } from '../../support/netns/command.js';
import { folderOf, type Nic } from './hardware-clock.js';

const DRIVER = '/sys/bus/pci/drivers/igb';

/** Returns when the interface and its clock are gone, from whatever namespace. */
export function unbind(nic: Nic): void {
  writeFileSync(`${DRIVER}/unbind`, basename(folderOf(nic)));
}

/** Returns when the interface is there, down, under its former name, in the guest's own namespace. */
export function bind(nic: Nic): void {
  writeFileSync(`${DRIVER}/bind`, basename(folderOf(nic)));
  // The kernel gives it the first name that is free.
  const [name = ''] = readdirSync(`${folderOf(nic)}/net`);
  if (name !== nic) ipBatch([`link set ${name} name ${nic}`]);
}
