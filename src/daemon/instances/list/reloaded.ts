/** What becomes of instances in a reload: who begins with what, who is changed as he runs, which links are forgotten. */
import type { Config } from '../../../config/config.js';
import type { Output } from '../../../core/io.js';
import type { DataPlane } from '../../../native/data-plane.js';
import type { PolicyProgrammer } from '../../forwarding/policy-programmer.js';
import type { ReloadPlan } from '../../reload/reload-plan.js';
import type { Returning } from './returning.js';
import type { Attachment } from '../../runtime/attachment.js';
import type { AttachedInstance } from '../attached-instance.js';
import { handOver } from './handed-over.js';

type Plan = Pick<ReloadPlan, 'instances'>;
type AttachedClock = Required<AttachedInstance>['clock'];

/** An instance that goes on, and what it does because of what was changed. */
interface ChangedInstance {
  readonly attachment: Attachment;
  readonly outputs: readonly Output[];
}

/** Gives to clocks that are attached anew what those before them knew. @returns those that nobody has told anything */
export function handOverAll(
  { instances }: Plan,
  { former, list }: Record<'former' | 'list', readonly AttachedInstance[]>,
  dataPlane: Pick<DataPlane, 'readClock'>,
): AttachedClock[] {
  return instances.flatMap(({ action, before, after }) => {
    if (action !== 'anew' && action !== 'added') return [];
    const successor = list.find(({ management }) => management?.config === after)?.clock;
    if (successor === undefined) return [];
    const one = former.find(({ management }) => before && management?.config === before)?.clock;
    return one !== undefined && handOver(one, successor, dataPlane) ? [] : [successor];
  });
}

/** Changes the instances that go on. @returns what they do because of it */
export function changedInPlace(
  { instances }: Plan,
  former: readonly AttachedInstance[],
): ChangedInstance[] {
  return instances.flatMap(({ action, before, after }) => {
    if (action !== 'inPlace') return [];
    // A transparent clock has an entry for each transport.
    const entries = former.filter(({ management }) => management?.config === before);
    return entries.map(({ attachment, reconfigure }) => ({
      attachment,
      outputs: reconfigure?.(after) ?? [],
    }));
  });
}

/** Links that stay are measured as often, and in what, is asked for now. @returns what they do because of it */
export function changedLinks(list: readonly AttachedInstance[], config: Config): ChangedInstance[] {
  return list.flatMap(({ attachment, sharedLink }) => {
    return sharedLink ? [{ attachment, outputs: sharedLink.reconfigure(config) }] : [];
  });
}

/** The delays of links that are no longer measured correct nothing. */
export function forgetLinks(
  former: readonly AttachedInstance[],
  list: readonly AttachedInstance[],
  programmer: Pick<PolicyProgrammer, 'setLinkDelay'>,
): void {
  for (const { sharedLink } of former.filter((entry) => !list.includes(entry))) {
    if (sharedLink === undefined) continue;
    const { port, transport } = sharedLink;
    programmer.setLinkDelay(port, transport, { kind: 'unmeasured', reason: 'linkDown' });
  }
}

/** The clocks that begin with a reload. @param isThere whether it still runs */
export function returning(
  { instances }: Plan,
  list: readonly AttachedInstance[],
  isThere: (entry: AttachedInstance) => boolean,
): Returning[] {
  return instances.flatMap(({ action, after }) => {
    if (action !== 'anew' && action !== 'added') return [];
    const entry = list.find(({ management }) => management?.config === after);
    const own = entry?.clock;
    if (entry === undefined || own === undefined) return [];
    const portsNow = () =>
      own.config.ports.map((port, index) => ({
        interface: port.interface,
        ...own.clock.portDS(index + 1),
      }));
    return [{ name: own.name, ports: () => (isThere(entry) ? portsNow() : undefined) }];
  });
}
