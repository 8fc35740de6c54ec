/** What the kernel's bridge has decided, as the engine takes it. */
import type { FollowedBridge } from '../bridge/follow.js';
import type { BridgePolicy } from '../native/data-plane.js';

export function bridgePolicy({
  vlanFiltering,
  topologyChanges,
  ports,
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
  };
}
