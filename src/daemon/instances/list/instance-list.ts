/**
 * All instances of a switch as one list: the links of the peer-to-peer transparent clocks, the syntoniser, the boundary clocks, and
 * what answers management for the transparent clocks. Of a list from before, what a reload leaves alone stays in it.
 */
import type { InstanceConfig } from '../../../config/config.js';
import { isClock } from '../../../config/instances/overlap.js';
import type { ReloadPlan } from '../../reload/reload-plan.js';
import type { AttachedInstance } from '../attached-instance.js';
import { attachBoundaryClock, type BoundaryClockOptions } from '../boundary-clocks.js';
import { attachPeerToPeerLinks, type PeerToPeerLinksOptions } from '../peer-to-peer-links.js';
import {
  attachTransparentClockManagement,
  type TransparentClockManagementOptions,
} from '../transparent-clock-management.js';

export type InstanceListOptions = Omit<BoundaryClockOptions, 'onLinkDelay'> &
  PeerToPeerLinksOptions &
  TransparentClockManagementOptions & {
    readonly syntoniser: AttachedInstance;
    /** No transparent clock measures. */
    readonly showsClockDelays: () => boolean;
  };

/** In the order in which the instances get what concerns several of them. */
export function instanceList(
  options: InstanceListOptions,
  former: readonly AttachedInstance[] = [],
  plan: Pick<ReloadPlan, 'instances'> = { instances: [] },
): AttachedInstance[] {
  const { config, peerDelay } = options;
  const staying = stayingOf(plan, former);
  const entriesOf = (instance: InstanceConfig): AttachedInstance[] => {
    const stays = staying.get(instance);
    if (stays !== undefined) return stays;
    if (!isClock(instance)) return attachTransparentClockManagement(instance, options);
    // The delays that a boundary clock finds serve itself alone; they are shown where no transparent clock measures.
    const onLinkDelay: BoundaryClockOptions['onLinkDelay'] = (report) => {
      if (options.showsClockDelays()) peerDelay.setLinkDelay(report);
    };
    return [attachBoundaryClock(instance, { ...options, onLinkDelay })];
  };
  return [
    ...attachPeerToPeerLinks(options).map((link) => sharedBefore(link, former) ?? link),
    options.syntoniser,
    ...config.instances.filter(isClock).flatMap(entriesOf),
    ...config.instances.filter((instance) => !isClock(instance)).flatMap(entriesOf),
  ];
}

/** By the configuration that it has from now on. */
function stayingOf(
  { instances }: Pick<ReloadPlan, 'instances'>,
  former: readonly AttachedInstance[],
): Map<InstanceConfig, AttachedInstance[]> {
  const staying = new Map<InstanceConfig, AttachedInstance[]>();
  for (const { action, before, after } of instances) {
    if (before === undefined || after === undefined) continue;
    if (action !== 'unchanged' && action !== 'inPlace') continue;
    const entries = former.filter(({ management }) => management?.config === before);
    staying.set(action === 'unchanged' ? before : after, entries);
  }
  return staying;
}

function sharedBefore(
  { sharedLink }: AttachedInstance,
  former: readonly AttachedInstance[],
): AttachedInstance | undefined {
  if (sharedLink === undefined) return undefined;
  return former.find((each) => each.sharedLink?.likeness === sharedLink.likeness);
}
