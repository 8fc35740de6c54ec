/**
 * ptpd as a peer: a grandmaster over UDP/IPv4 that another hand has written.
 *
 * It adjusts no clock: a peer that steered would set the clock of the machine that runs the tests.
 */

import { join } from 'node:path';
import type { Child } from './child.js';
import type { Namespace, Network } from './network.js';

/** An option of ptpd by its own name. */
type PtpdSettings = Readonly<Record<string, string | number>>;

let peerCount = 0;

/** Starts a grandmaster that sends 16 Syncs and answers 16 Delay_Reqs a second. */
export function ptpdGrandmaster(
  network: Network,
  namespace: Namespace,
  interfaceName: string,
): Child {
  const settings: PtpdSettings = {
    'ptpengine:interface': interfaceName,
    'ptpengine:preset': 'masteronly',
    'ptpengine:transport': 'ipv4',
    'ptpengine:ip_mode': 'multicast',
    'ptpengine:priority1': 10,
    'ptpengine:log_announce_interval': -2,
    'ptpengine:log_sync_interval': -4,
    'ptpengine:log_delayreq_interval': -4,
    'clock:no_adjust': 'Y',
    'clock:no_reset': 'Y',
    'global:lock_file': join(network.directory, `ptpd-${++peerCount}.lock`),
    'global:log_status': 'N',
  };
  const options = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  return namespace.spawn('ptpd', ['--foreground', ...options]);
}
