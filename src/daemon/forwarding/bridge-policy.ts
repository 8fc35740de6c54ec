/** Converts what the kernel's bridge has decided to the engine's policy, and to lines for the operator. */
import type { FollowedBridge } from '../../bridge/follow.js';
import type { MulticastDelivery } from '../../bridge/pruning.js';
import type { BridgePolicy } from '../../native/data-plane.js';

export function bridgePolicy({
  vlanFiltering,
  topologyChanges,
  ports,
  multicast,
}: FollowedBridge): BridgePolicy {
  return {
    forwarding: ports.map(({ state }) => state === 'forwarding'),
    pvid: ports.map(({ vlans }) => vlans.find(({ pvid }) => pvid)?.first ?? 0),
    vlans: vlanFiltering
      ? ports.flatMap(({ vlans }, port) =>
          vlans.map(({ first, last, untagged }) => ({ port, first, last, untagged })),
        )
      : null,
    topologyChanges,
    ...(multicast?.kind === 'pruned' && { wantedGroups: multicast.wanted }),
  };
}

/** The transports whose multicast is not forwarded to a port at all, unless it leaves with a VLAN tag. */
export function prunedTransports(
  multicast: MulticastDelivery | undefined,
  port: number,
): ('udp4' | 'udp6')[] {
  if (multicast?.kind !== 'pruned') return [];
  const { udp4, udp6 } = multicast.wanted;
  return [
    ...(udp4[port] === false ? (['udp4'] as const) : []),
    ...(udp6.every((ports) => ports[port] === false) ? (['udp6'] as const) : []),
  ];
}

/** A line for the operator: to which ports PTP over UDP is forwarded from now on. */
export function multicastLine(bridge: string, multicast: MulticastDelivery): string {
  if (multicast.kind === 'flooded') {
    return `${bridge}: PTP over UDP goes to all ports, pruneMulticast or not: ${multicast.reason}`;
  }
  const seconds = (multicast.askedWithinMs / 1000).toFixed(0);
  return `${bridge}: PTP over UDP goes only where its groups are wanted; for ${seconds} s a port is new, and gets everything`;
}
