/** Why no instance takes a message, in one word and in words with a remedy. */
import type { ClockPortConfig, InstanceConfig } from '../../config/config.js';
import { instanceNames, inHex } from '../../config/instances/name.js';
import { isClock } from '../../config/instances/overlap.js';
import type { MessageKey } from '../../native/data-plane.js';

/** What differs from what an instance would take, the first that does; `otherHost`: it is addressed to another host. */
export type NotTakenReason =
  'otherDomain' | 'otherSdoId' | 'otherPort' | 'otherTransport' | 'otherVlan' | 'otherHost';

interface Why {
  readonly reason: NotTakenReason;
  readonly words: string;
}

/** "PTP of domain 24 over udp4 in VLAN 10" */
export function whatOf({ sdoId, domainNumber, transport, vlanId }: MessageKey): string {
  const profile = sdoId === 0 ? '' : `, sdoId ${inHex(sdoId)},`;
  const vlan = vlanId === 0 ? '' : ` in VLAN ${vlanId}`;
  return `PTP of domain ${domainNumber}${profile} over ${transport}${vlan}`;
}

/** "bc of domain 0 speaks", "bc of domain 0 and oc of domain 0 speak". */
function subject(names: readonly string[], singular: string, plural: string): string {
  return `${names.join(' and ')} ${names.length === 1 ? singular : plural}`;
}

const letPass = 'or let it pass by type: e2e-tc';

/** Undefined where an instance takes it: it came in before the rules were there. */
export function whyNotTaken(
  instances: readonly InstanceConfig[],
  key: MessageKey,
  interfaceName: string,
): Why | undefined {
  const { domainNumber, sdoId, transport, vlanId } = key;
  const names = instanceNames(instances);
  const namesOf = (some: readonly InstanceConfig[]) =>
    some.map((instance) => names.get(instance) ?? '');
  const ofDomain = instances.filter(({ domain }) => domain === domainNumber || domain === 'any');
  if (ofDomain.length === 0) {
    return {
      reason: 'otherDomain',
      words: `no instance is of domain ${domainNumber}; give one domain: ${domainNumber}, ${letPass}`,
    };
  }
  const ofSdo = ofDomain.filter(
    (instance) => (instance.sdoId ?? 'any') === 'any' || instance.sdoId === sdoId,
  );
  if (ofSdo.length === 0) {
    return {
      reason: 'otherSdoId',
      words: `${subject(namesOf(ofDomain), 'has', 'have')} another sdoId; ${letPass.slice(3)}`,
    };
  }
  const speakers = ofSdo.filter(isClock).filter((clock) => speaks(clock.ports, key));
  const isDropped =
    speakers.length > 0 && !speakers.some((clock) => takesHere(clock, key, interfaceName));
  if (!isDropped && ofSdo.some((instance) => takesHere(instance, key, interfaceName))) {
    return undefined;
  }
  if (isDropped && ofSdo.some((instance) => !isClock(instance))) {
    // What ends at one port of a domain passes at no other, although a transparent clock is there.
    return {
      reason: 'otherPort',
      words: `${subject(namesOf(speakers), 'ends', 'end')} it at other ports; add ${interfaceName} to the ports`,
    };
  }
  const here = ofSdo.flatMap((instance) => portsAt(instance, interfaceName));
  if (here.length === 0) {
    return {
      reason: 'otherPort',
      words: `${subject(namesOf(ofSdo), 'has', 'have')} no port there; add ${interfaceName} to the ports`,
    };
  }
  const sameTransport = here.filter((port) => port.transport === transport);
  if (sameTransport.length === 0) {
    const spoken = [...new Set(here.map((port) => port.transport))].join(' and ');
    return {
      reason: 'otherTransport',
      words: `${subject(namesOf(ofSdo), 'speaks', 'speak')} ${spoken} there; write transport: ${transport}, ${letPass}`,
    };
  }
  const taken = [...new Set(sameTransport.map(tagOf))].join(' and ');
  const remedy = vlanId === 0 ? 'leave vlanId out' : `write vlanId: ${vlanId}`;
  return {
    reason: 'otherVlan',
    words: `${subject(namesOf(ofSdo), 'takes', 'take')} ${taken} there; ${remedy}, ${letPass}`,
  };
}

type Spoken = Pick<ClockPortConfig, 'transport' | 'vlanId'>;

/** Of a transparent clock that is for one transport, that one everywhere. */
function portsAt(instance: InstanceConfig, interfaceName: string): readonly Spoken[] {
  if (isClock(instance)) return instance.ports.filter((port) => port.interface === interfaceName);
  return instance.transport === undefined ? [] : [{ transport: instance.transport }];
}

function takesHere(
  instance: InstanceConfig,
  { transport, vlanId }: MessageKey,
  interfaceName: string,
): boolean {
  if (!isClock(instance)) return (instance.transport ?? transport) === transport;
  return speaks(portsAt(instance, interfaceName), { transport, vlanId });
}

function speaks(
  ports: readonly Spoken[],
  { transport, vlanId }: Pick<MessageKey, 'transport' | 'vlanId'>,
): boolean {
  return ports.some((port) => port.transport === transport && (port.vlanId ?? 0) === vlanId);
}

function tagOf({ vlanId }: Spoken): string {
  return vlanId === undefined ? 'messages without a VLAN tag' : `VLAN ${vlanId}`;
}
