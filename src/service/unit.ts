/**
 * The systemd unit of a switch, as text: with no more privileges than it uses, with a watchdog, and restarted when it
 * was killed (systemd.service(5), systemd.exec(5)). docs/deployment.md says what each line is for.
 */
import { dirname } from 'node:path';

/** The first line of a unit by which it is recognised as one that may be replaced and removed. */
export const unitMarker = '# Written by ptp-switch install-service';

export interface UnitOptions {
  /** Without `.service`. */
  readonly name: string;
  /** Absolute paths. */
  readonly node: string;
  readonly script: string;
  readonly config: string;
  readonly socket: string;
  /** Further arguments of `run`. */
  readonly arguments: readonly string[];
}

const capabilities = 'CAP_NET_RAW CAP_NET_ADMIN CAP_SYS_TIME';

export function unitText(options: UnitOptions): string {
  const { name, node, script, config, socket } = options;
  const reload = [node, script, 'reload', '--socket', socket];
  const command = [node, script, 'run', '-c', config, '--socket', socket, ...options.arguments];
  return `${unitMarker}: changes go into \`systemctl edit ${name}\`, which survives its next run.

[Unit]
Description=PTP-aware switch (${escapeSpecifiers(config)})
# Firewalls that begin with an empty ruleset come first: they would take away what keeps PTP out of the bridge.
After=network-pre.target nftables.service firewalld.service
# Bridges and addresses that the system manages.
After=systemd-networkd.service NetworkManager.service networking.service
# An interface may come late: try for as long as it takes.
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart=${commandLine(command)}
# Says what was wrong to whoever asks for it, and fails then.
ExecReload=${commandLine(reload)}
WatchdogSec=10
Restart=on-failure
RestartSec=500ms
# 2: the configuration is wrong, and will be next time.
RestartPreventExitStatus=2
# What it has started (bridge monitor, nft) ends with it and not before.
KillMode=mixed
TimeoutStopSec=10

CapabilityBoundingSet=${capabilities}
# For ip, bridge and nft, which it runs.
AmbientCapabilities=${capabilities}
# Without CAP_SYS_NICE the forwarding thread goes ahead of other ordinary ones; with --cpu, unless it spins, of all.
LimitNICE=-20
LimitRTPRIO=1

NoNewPrivileges=yes
# Hardware clocks, and no other device.
DevicePolicy=closed
DeviceAllow=char-ptp rw
ProtectSystem=strict
# What clocks have learned of their oscillators, for the next start.
StateDirectory=${name}
# The control socket, and beside it the time stamping modes from before. What a bridge has replaced is remembered in the
# kernel.
${socketDirectory(socket)}
ProtectHome=read-only
PrivateTmp=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectHostname=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET
RestrictNamespaces=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
# No MemoryDenyWriteExecute: the JavaScript engine writes the code that it runs.
SystemCallFilter=@system-service @clock
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}

/** A folder directly below /run is made with the service; any other has to exist. */
function socketDirectory(socket: string): string {
  const own = /^\/run\/([\w.-]+)\/[^/]+$/.exec(socket)?.[1];
  return own === undefined
    ? `ReadWritePaths=${quote(dirname(socket))}`
    : `RuntimeDirectory=${own}\nRuntimeDirectoryPreserve=restart`;
}

function commandLine(words: readonly string[]): string {
  return words.map((word) => quote(word).replaceAll('$', '$$$$')).join(' ');
}

/** Quotes a word of a list (systemd.syntax(7), "Quoting"); the dollar is special in command lines only. */
function quote(word: string): string {
  const escaped = escapeSpecifiers(word);
  if (/^[\w@%+=:,./$-]+$/.test(escaped)) return escaped;
  return `"${escaped.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** systemd.unit(5), "Specifiers". */
function escapeSpecifiers(text: string): string {
  return text.replaceAll('%', '%%');
}
