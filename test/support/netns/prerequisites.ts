/** What a test in real namespaces needs of the machine, and a sentence about what is missing. */

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const DEBIAN_PACKAGES: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  tc: 'iproute2',
  setpriv: 'util-linux',
  ethtool: 'ethtool',
  strace: 'strace',
  ptp4l: 'linuxptp',
  pmc: 'linuxptp',
  ptpd: 'ptpd',
  tcpdump: 'tcpdump',
  tshark: 'tshark',
  'g++': 'g++',
  nft: 'nftables',
  iperf3: 'iperf3',
  'systemd-analyze': 'systemd',
  systemctl: 'systemd',
  python3: 'python3',
  busybox: 'busybox',
  udhcpd: 'udhcpd',
  tmux: 'tmux',
};

// Daemons live in sbin, which is not on every user's path.
const SEARCH_PATH = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];

function isInstalled(program: string): boolean {
  return SEARCH_PATH.some((directory) => existsSync(join(directory, program)));
}

/**
 * Undefined when everything is there; otherwise why not, with the remedy.
 * `ip`, `setpriv`, `ethtool` and root are always needed.
 */
export function missingPrerequisite(...programs: readonly string[]): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root, to make network namespaces';
  for (const program of ['ip', 'setpriv', 'ethtool', ...programs]) {
    if (isInstalled(program)) continue;
    const debianPackage = DEBIAN_PACKAGES[program];
    const remedy = debianPackage === undefined ? '' : `: apt-get install ${debianPackage}`;
    return `needs ${program}${remedy}`;
  }
  return undefined;
}
