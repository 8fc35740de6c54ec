/** Judges what stands behind a port and in front of its wire: how it comes between PTP and its neighbours, and the remedy. */
import type { Finding } from './diagnosis.js';
import {
  addressed,
  aggregates,
  type NetworkDevice,
  type NetworkDevices,
  type QueueingDiscipline,
} from './network-devices.js';

/** Nothing of an interface that the kernel does not list. */
export function diagnoseDevice(name: string, { devices }: NetworkDevices): Finding[] {
  const device = devices.get(name);
  if (device === undefined) return [];
  return [
    ...kindFindings(device),
    ...memberFindings(name, device),
    // What waits at a member of a bond waits for the bond.
    ...[name, ...device.over].flatMap((wire) =>
      queueingFindings(wire, wire === name ? '' : `${wire} below it: `, devices.get(wire)),
    ),
  ];
}

export function diagnoseObstacles({ obstacles }: NetworkDevices): Finding[] {
  if (obstacles.length === 0) return [];
  return [
    {
      level: 'note',
      text: `not all is known of bonds, macvlans and queueing disciplines (${obstacles.join('; ')})`,
      remedy: 'look yourself: ip -d link; tc qdisc',
    },
  ];
}

function kindFindings({ kind, mode, over }: NetworkDevice): Finding[] {
  if (kind === null) return [];
  const what = mode === null ? kind : `${kind} (${mode})`;
  if (aggregates.has(kind)) {
    const members = over.length === 0 ? 'without members' : `of ${over.join(', ')}`;
    return [
      {
        level: 'note',
        text: `is a ${what} ${members}: which of them a message takes changes, and delay and time stamps with it`,
        remedy: `let each be a port of its own, without it${takeOut(over)}`,
      },
    ];
  }
  if (!addressed.has(kind)) return [];
  const below = over[0];
  const article = kind.startsWith('i') ? 'an' : 'a';
  // Passthru hands on all that comes in, to one interface alone.
  const effect =
    mode === 'passthru'
      ? ', one step further from the wire'
      : ': what is for other stations does not reach it, so their unicast PTP does not pass';
  return [
    {
      level: 'note',
      text: `is ${article} ${what} on ${below ?? 'an interface of another network namespace'}${effect}`,
      remedy: `let ${below ?? 'that interface'} itself be the port`,
    },
  ];
}

function takeOut(members: readonly string[]): string {
  if (members.length === 0) return '';
  return `: ${members.map((member) => `ip link set ${member} nomaster`).join('; ')}`;
}

function memberFindings(name: string, { aggregate }: NetworkDevice): Finding[] {
  if (aggregate === null) return [];
  return [
    {
      level: 'note',
      text: `is a member of the ${aggregate.kind} ${aggregate.name}: two of them as ports bring every message to the neighbour twice`,
      remedy: `let one of them at most be a port, or take it out: ip link set ${name} nomaster`,
    },
  ];
}

/** Of each kind once, however many queues have it. */
function queueingFindings(
  wire: string,
  where: string,
  device: NetworkDevice | undefined,
): Finding[] {
  const byKind = new Map<string, QueueingDiscipline>();
  for (const discipline of device?.queueing ?? []) {
    const known = byKind.get(discipline.kind);
    if (known === undefined || discipline.root) byKind.set(discipline.kind, discipline);
  }
  return [...byKind.values()].flatMap((discipline) => {
    const finding = queueingFinding(discipline, `tc qdisc del dev ${wire} root`);
    return finding === undefined ? [] : [{ ...finding, text: `${where}${finding.text}` }];
  });
}

function queueingFinding(
  { kind, root, limitsRate }: QueueingDiscipline,
  removal: string,
): Finding | undefined {
  const what = root
    ? `the queueing discipline ${kind}`
    : `the queueing discipline ${kind}, of a queue,`;
  switch (kind) {
    case 'netem':
      return {
        level: 'note',
        text: `${what} delays, loses or reorders what leaves, PTP included`,
        remedy: removal,
      };
    case 'taprio':
      return {
        level: 'note',
        text: `${what} lets a message leave when its gate is open`,
        remedy: `choose with socketPriority a queue whose gate is open often, or ${removal}`,
      };
    case 'etf':
      return {
        level: root ? 'problem' : 'note',
        text: `${what} drops what has no launch time, and messages of the switch have none`,
        remedy: root ? removal : `choose another queue with socketPriority, or ${removal}`,
      };
    default:
      if (!limitsRate) return undefined;
      return {
        level: 'note',
        text: `${what} limits the rate of what leaves: the time stamp of a message that waits in it for more than 100 ms comes too late`,
        remedy: `${removal}, or give PTP a class of its own before all others`,
      };
  }
}
