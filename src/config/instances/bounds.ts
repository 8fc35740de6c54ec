/** How many instances go together: each alone is right, but the data plane has room for so many rules and attachments. */
import type { Config } from '../config.js';
import type { Complaint } from '../shapes.js';
import { isClock } from './overlap.js';
import { takenMessages } from './taken-messages.js';
import { takesTransport, type TransparentConfig } from './transparent.js';

/** The engine's (kMaxPolicyRules of addon/dataplane/limits.h): they are looked through for each message. */
export const maxRules = 256;

/** The pump's: a context on its way through the data plane tells so many attachments apart. */
export const maxAttachments = 256;

const transports = ['l2', 'udp4', 'udp6'] as const;

type Bounded = Pick<Config, 'instances' | 'ports' | 'bridge'>;

/** Undefined where the data plane has room for all. */
export function tooMany(config: Bounded): Complaint | undefined {
  const rules = ruleCount(config);
  if (rules > maxRules) {
    return {
      problem: `${rules} rules, one for each transport and VLAN of each clock and one for each transparent clock, are more than ${maxRules}`,
      remedy: 'leave out instances, or give the clocks fewer transports and VLANs',
    };
  }
  const attachments = attachmentCount(config);
  if (attachments > maxAttachments) {
    return {
      problem: `${attachments} parts, one for each clock and one for each transport of each transparent clock and of each link that p2p-tc measures, are more than ${maxAttachments}`,
      remedy: 'leave out instances, or give the transparent clocks one transport each',
    };
  }
  return undefined;
}

function ruleCount(config: Bounded): number {
  const { own, links } = takenMessages(config);
  return own.length + links.length + transparentOf(config).length;
}

/** The syntoniser is one more. */
function attachmentCount({ instances, ports }: Bounded): number {
  const transparent = transparentOf({ instances });
  const used = (of: readonly TransparentConfig[]) =>
    transports.map((transport) => of.filter((each) => takesTransport(each, transport)).length);
  const managed = used(transparent).reduce((sum, count) => sum + count, 0);
  const measuring = used(transparent.filter(({ type }) => type === 'p2p-tc'));
  const links = ports.length * measuring.filter((count) => count > 0).length;
  return 1 + instances.filter(isClock).length + managed + links;
}

function transparentOf({ instances }: Pick<Config, 'instances'>): TransparentConfig[] {
  return instances.filter((instance) => !isClock(instance));
}
